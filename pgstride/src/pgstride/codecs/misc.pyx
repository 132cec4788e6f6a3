"""Identifiers of the server's own: tid, snapshots, and void, which is nothing."""

from cpython.long cimport PyLong_AsUnsignedLongLong, PyLong_FromUnsignedLongLong
from libc.stdint cimport INT32_MAX, int32_t, int64_t, uint64_t

from pgstride.core.buffer cimport WriteBuffer, put_int32, put_int64, reserve
from pgstride.core.codec cimport Codec, refuse_length
from pgstride.core.wire cimport (
    read_int32,
    read_uint16,
    read_uint32,
    read_uint64,
    write_int16,
    write_int32,
    write_uint32,
)

from pgstride.exceptions import ProtocolError


cdef int check_sequence(object value) except -1:
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"list or tuple expected (got type {type(value)})")
    return 0


cdef uint64_t unsigned(object value, uint64_t highest, str what) except? 0xFFFFFFFFFFFFFFFF:
    cdef uint64_t number
    if not isinstance(value, int):
        raise TypeError("an integer is required")
    try:
        number = PyLong_AsUnsignedLongLong(value)
    except OverflowError:
        pass
    else:
        if number <= highest:
            return number
    raise OverflowError(what)


cdef class VoidCodec(Codec):
    """void, the result of functions that have none."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return None

    cdef int encode(self, WriteBuffer out, object value) except -1:
        return put_int32(out, 0)


cdef class TidCodec(Codec):
    """tid: where a row version is, as its block and its position there."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != 6:
            refuse_length("tid", length)
        return (read_uint32(data), read_uint16(data + 4))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef uint64_t block, position
        check_sequence(value)
        if len(value) != 2:
            raise ValueError("invalid number of elements in tid tuple, expecting 2")
        block = unsigned(value[0], 0xFFFFFFFF, "tuple id block value out of uint32 range")
        position = unsigned(value[1], 0xFFFF, "tuple id offset value out of uint16 range")
        cdef char *at = reserve(out, 10)
        write_int32(at, 6)
        write_uint32(at + 4, <unsigned int>block)
        write_int16(at + 8, <short>position)
        return 0


cdef class SnapshotCodec(Codec):
    """pg_snapshot and txid_snapshot: xmin, xmax and the transactions in progress."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        cdef int64_t count, i
        cdef list running = []
        if length < 20:
            refuse_length(self.name, length)
        count = read_int32(data)
        if count < 0 or 20 + count * 8 != length:
            raise ProtocolError(f"a {self.name} of {count} transactions in {length} bytes")
        for i in range(count):
            running.append(PyLong_FromUnsignedLongLong(read_uint64(data + 20 + i * 8)))
        return (
            PyLong_FromUnsignedLongLong(read_uint64(data + 4)),
            PyLong_FromUnsignedLongLong(read_uint64(data + 12)),
            tuple(running),
        )

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef object running
        check_sequence(value)
        if len(value) != 3:
            raise ValueError("invalid number of elements in txid_snapshot tuple, expecting 4")
        running = tuple(value[2])
        if len(running) > (INT32_MAX - 20) // 8:
            raise ValueError("txid_snapshot value is too long")
        put_int32(out, <int32_t>(20 + 8 * len(running)))
        put_int32(out, <int32_t>len(running))
        for number in (value[0], value[1], *running):
            put_int64(out, <int64_t>PyLong_AsUnsignedLongLong(number))
        return 0
