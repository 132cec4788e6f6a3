"""Floating-point numbers: float4 and float8."""

from cpython.float cimport PyFloat_AsDouble

from pgstride.codecs.floats cimport float4_value
from pgstride.codecs.scalars cimport decode_float4, decode_float8
from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport OP_FLOAT4, OP_FLOAT8, Codec
from pgstride.core.wire cimport write_float4, write_float8, write_int32


cdef class Float4Codec(Codec):
    """float4; values that it cannot hold are refused, not made infinite."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_FLOAT4
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_float4(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef float number = float4_value(value)
        cdef char *at = reserve(out, 8)
        write_int32(at, 4)
        write_float4(at + 4, number)
        return 0


cdef class Float8Codec(Codec):
    """float8."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_FLOAT8
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_float8(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef double number = PyFloat_AsDouble(value)
        cdef char *at = reserve(out, 12)
        write_int32(at, 8)
        write_float8(at + 4, number)
        return 0
