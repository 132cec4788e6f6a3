"""COPY: its operations, and rows in its binary format."""

from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.operations cimport Operation


cdef class CopyIn(Operation):
    cdef readonly bytes tag
    cdef bint accepted


cdef class CopyOut(Operation):
    cdef readonly bytes tag
    cdef WriteBuffer data
    cdef object reader
    cdef bint accepted
    cdef bint finished


cdef class CopyRows:
    cdef tuple codecs
    cdef Py_ssize_t columns
    cdef WriteBuffer data

    cdef int begin(self) except -1
    cdef int put_row(self, object row) except -1
