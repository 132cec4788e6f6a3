"""The buffer that messages to the server are written into."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_Free, PyMem_Malloc, PyMem_Realloc

cdef extern from "Python.h":
    Py_ssize_t PY_SSIZE_T_MAX

cdef Py_ssize_t INITIAL_CAPACITY = 1024

# A buffer that grew beyond this for one large statement is given back.
cdef Py_ssize_t KEPT_CAPACITY = 64 * 1024


cdef class WriteBuffer:
    """A growable run of bytes; `length` may be set back to undo what was written.

    `in_use` says that an argument is being encoded into it, which may run any
    code: nobody else may write into it or take from it meanwhile.
    """

    def __cinit__(self):
        self.data = <char *>PyMem_Malloc(INITIAL_CAPACITY)
        if self.data == NULL:
            raise MemoryError
        self.capacity = INITIAL_CAPACITY
        self.length = 0

    def __dealloc__(self):
        PyMem_Free(self.data)

    def __len__(self):
        return self.length

    cdef int grow(self, Py_ssize_t extra) except -1:
        """Make room for `extra` more bytes."""
        if extra < 0 or extra > PY_SSIZE_T_MAX - self.length:
            raise MemoryError
        cdef Py_ssize_t wanted = self.length + extra
        cdef Py_ssize_t doubled = self.capacity * 2
        if wanted < doubled:
            wanted = doubled
        cdef char *moved = <char *>PyMem_Realloc(self.data, wanted)
        if moved == NULL:
            raise MemoryError
        self.data = moved
        self.capacity = wanted
        return 0

    cdef bytes take(self):
        """What was written; the buffer is empty afterwards."""
        if self.in_use:
            return b""
        cdef bytes taken = PyBytes_FromStringAndSize(self.data, self.length)
        self.clear()
        return taken

    cdef int clear(self) except -1:
        """Forget what was written; the memory of a large statement is given back."""
        self.length = 0
        if self.capacity > KEPT_CAPACITY:
            PyMem_Free(self.data)
            self.data = <char *>PyMem_Malloc(INITIAL_CAPACITY)
            if self.data == NULL:
                self.capacity = 0
                raise MemoryError
            self.capacity = INITIAL_CAPACITY
        return 0
