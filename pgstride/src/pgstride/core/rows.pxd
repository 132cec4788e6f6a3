"""Records, and the loop that makes them of DataRow messages."""

from cpython.object cimport PyObject, PyTypeObject

from libc.stdint cimport int64_t

from pgstride.core.codec cimport Opcode


cdef extern from "shared_values.h":
    ctypedef struct SharedValues:
        pass


cdef struct Column:
    Opcode opcode
    bint shared  # whether the type has shared values
    int64_t sign  # the sign bit of a 32-bit integer; 0 where it is unsigned
    PyObject *codec  # borrowed from RowDecoder.codecs


cdef class RowDecoder:
    cdef readonly tuple names
    cdef readonly tuple codecs
    cdef object descriptor
    cdef Column *columns
    cdef SharedValues *shared
    cdef Py_ssize_t count
    cdef PyTypeObject *record_type

    cdef RowDecoder for_class(self, object record_class)
    cdef Py_ssize_t consume(
        self, const char *data, Py_ssize_t available, list rows, Py_ssize_t most
    ) except -1
    cdef int fill(
        self, PyObject *record, Py_ssize_t i, const char *at, const char *end
    ) except -1
    cdef PyObject *decode_generic(
        self, Py_ssize_t column, const char *data, Py_ssize_t size
    ) except NULL


cdef object make_descriptor(tuple names)
cdef object new_record(object descriptor)
cdef int set_record_item(object record, Py_ssize_t position, object value) except -1
cdef int finish_record(object record) except -1
