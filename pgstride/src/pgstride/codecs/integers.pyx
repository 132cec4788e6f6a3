"""Integers: int2, int4, int8, and the unsigned oid, xid, cid, xid8."""

from cpython.long cimport (
    PyLong_AsLongLong,
    PyLong_AsUnsignedLongLong,
    PyLong_FromUnsignedLongLong,
)
from libc.stdint cimport int16_t, int32_t, int64_t, uint32_t, uint64_t

from pgstride.codecs.scalars cimport decode_int2, decode_int4, decode_int8, decode_oid
from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport (
    OP_INT2,
    OP_INT4,
    OP_INT8,
    OP_OID,
    Codec,
    refuse_length,
)
from pgstride.core.wire cimport (
    read_uint64,
    write_int16,
    write_int32,
    write_int64,
    write_uint32,
    write_uint64,
)


cdef object as_integer(object value):
    """What `value` is as an int; objects that only have __index__ are left to the caller."""
    if type(value) is not int and hasattr(type(value), "__int__"):
        return int(value)
    return value


cdef int64_t convert_signed(object value, int bits) except? -1:
    cdef int64_t result
    cdef int64_t highest = <int64_t>((<uint64_t>1 << (bits - 1)) - 1)
    try:
        result = PyLong_AsLongLong(as_integer(value))
    except OverflowError:
        pass
    else:
        if -highest - 1 <= result <= highest:
            return result
    raise OverflowError(f"value out of int{bits} range")


cdef uint64_t convert_unsigned(object value, int bits) except? 0xFFFFFFFFFFFFFFFF:
    cdef uint64_t result
    try:
        value = as_integer(value)
        if not isinstance(value, int):
            # The conversion to unsigned refuses __index__, in words of its own.
            raise TypeError("an integer is required")
        result = PyLong_AsUnsignedLongLong(value)
    except OverflowError:
        pass
    else:
        if bits == 64 or result >> bits == 0:
            return result
    raise OverflowError(f"value out of uint{bits} range")


cdef class Int2Codec(Codec):
    """int2."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_INT2
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_int2(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef int16_t number = <int16_t>int2_value(value)
        cdef char *at = reserve(out, 6)
        write_int32(at, 2)
        write_int16(at + 4, number)
        return 0


cdef class Int4Codec(Codec):
    """int4."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_INT4
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_int4(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef int32_t number = <int32_t>int4_value(value)
        cdef char *at = reserve(out, 8)
        write_int32(at, 4)
        write_int32(at + 4, number)
        return 0


cdef class Int8Codec(Codec):
    """int8; pg_lsn too, which is a position in the log as a number."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_INT8
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_int8(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef int64_t number = int8_value(value)
        cdef char *at = reserve(out, 12)
        write_int32(at, 8)
        write_int64(at + 4, number)
        return 0


cdef class OidCodec(Codec):
    """oid, xid and cid: unsigned, of 32 bits."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_OID
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_oid(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef uint32_t number = oid_value(value)
        cdef char *at = reserve(out, 8)
        write_int32(at, 4)
        write_uint32(at + 4, number)
        return 0


cdef class Xid8Codec(Codec):
    """xid8 and oid8: unsigned, of 64 bits."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != 8:
            refuse_length(self.name, length)
        return PyLong_FromUnsignedLongLong(read_uint64(data))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef uint64_t number = convert_unsigned(value, 64)
        cdef char *at = reserve(out, 12)
        write_int32(at, 8)
        write_uint64(at + 4, number)
        return 0
