"""bit and varbit."""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport INT32_MAX, int32_t
from libc.string cimport memcpy

from pgstride.codecs.instances cimport instance_new, instance_set, instance_slot
from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport Codec, refuse_length
from pgstride.core.wire cimport read_int32, write_int32

from pgstride.exceptions import ProtocolError
from pgstride.types import BitString


cdef object bit_string_type = BitString
cdef Py_ssize_t BYTES = instance_slot(BitString, "_bytes")
cdef Py_ssize_t LENGTH = instance_slot(BitString, "_bitlength")


cdef class BitsCodec(Codec):
    """bit and varbit; bytes are taken for all of their bits."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        cdef int32_t bits
        if length < 4:
            refuse_length(self.name, length)
        bits = read_int32(data)
        if bits < 0 or (<Py_ssize_t>bits + 7) // 8 != length - 4:
            raise ProtocolError(f"a value of type {self.name} of {bits} bits in {length - 4} bytes")
        value = instance_new(bit_string_type)
        instance_set(value, BYTES, PyBytes_FromStringAndSize(data + 4, length - 4))
        instance_set(value, LENGTH, bits)
        return value

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef Py_buffer view
        cdef Py_ssize_t bits = -1
        cdef char *at
        if isinstance(value, BitString):
            bits = len(value)
            value = value.bytes
        PyObject_GetBuffer(value, &view, PyBUF_SIMPLE)
        try:
            if bits < 0:
                bits = view.len * 8
            if bits > INT32_MAX:
                raise ValueError("bit value too long")
            at = reserve(out, 8 + view.len)
            write_int32(at, <int32_t>(4 + view.len))
            write_int32(at + 4, <int32_t>bits)
            memcpy(at + 8, view.buf, view.len)
        finally:
            PyBuffer_Release(&view)
        return 0
