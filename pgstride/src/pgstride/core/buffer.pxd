"""The buffer that messages to the server are written into."""

from libc.stdint cimport int16_t, int32_t, int64_t
from libc.string cimport memcpy

from pgstride.core.wire cimport write_int16, write_int32, write_int64


cdef class WriteBuffer:
    cdef char *data
    cdef Py_ssize_t length
    cdef Py_ssize_t capacity
    cdef bint in_use

    cdef int grow(self, Py_ssize_t extra) except -1
    cdef bytes take(self)
    cdef int clear(self) except -1


cdef inline char *reserve(WriteBuffer out, Py_ssize_t size) except NULL:
    """Where to write the next `size` bytes, which count as written from now on.

    The address is good until the next call that writes into `out`.
    """
    if out.capacity - out.length < size:
        out.grow(size)
    cdef char *at = out.data + out.length
    out.length += size
    return at


cdef inline int put_byte(WriteBuffer out, char value) except -1:
    reserve(out, 1)[0] = value
    return 0


cdef inline int put_int16(WriteBuffer out, int16_t value) except -1:
    write_int16(reserve(out, 2), value)
    return 0


cdef inline int put_int32(WriteBuffer out, int32_t value) except -1:
    write_int32(reserve(out, 4), value)
    return 0


cdef inline int put_int64(WriteBuffer out, int64_t value) except -1:
    write_int64(reserve(out, 8), value)
    return 0


cdef inline int put_bytes(WriteBuffer out, const char *data, Py_ssize_t size) except -1:
    memcpy(reserve(out, size), data, size)
    return 0


cdef inline int put_object(WriteBuffer out, bytes data) except -1:
    """The bytes of `data`, without length or terminator."""
    return put_bytes(out, <const char *>data, len(data))


cdef inline int put_cstring(WriteBuffer out, bytes data) except -1:
    """The protocol's String: the bytes and a zero byte. `data` has no zero byte."""
    return put_bytes(out, <const char *>data, len(data) + 1)
