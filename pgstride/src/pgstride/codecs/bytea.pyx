"""bytea, "char", and the types that only the server can read."""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_GET_SIZE
from libc.stdint cimport INT32_MAX
from libc.string cimport memcpy

from pgstride.codecs.scalars cimport decode_bytea, decode_char
from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport OP_BYTEA, OP_CHAR, Codec
from pgstride.core.wire cimport write_int32


cdef int put_value(WriteBuffer out, const char *data, Py_ssize_t size) except -1:
    """The length word and the bytes."""
    if size > INT32_MAX:
        raise ValueError("bytes too long")
    cdef char *at = reserve(out, 4 + size)
    write_int32(at, <int>size)
    memcpy(at + 4, data, size)
    return 0


cdef int encode_bytes(WriteBuffer out, object value) except -1:
    """Any object that has the buffer interface, contiguous."""
    cdef Py_buffer view
    if PyBytes_CheckExact(value):
        return put_value(out, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value))
    PyObject_GetBuffer(value, &view, PyBUF_SIMPLE)
    try:
        return put_value(out, <const char *>view.buf, view.len)
    finally:
        PyBuffer_Release(&view)


cdef class ByteaCodec(Codec):
    """bytea, and the binary form of types that have no other."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_BYTEA
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_bytea(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        return encode_bytes(out, value)


cdef class CharCodec(Codec):
    """"char": one byte, a number or a letter, as the system catalogues use it."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_CHAR
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_char(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        return encode_bytes(out, value)
