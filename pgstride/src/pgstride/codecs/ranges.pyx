"""Ranges and multiranges."""

from libc.stdint cimport INT32_MAX, int32_t

from pgstride.codecs.instances cimport instance_new, instance_set, instance_slot
from pgstride.core.buffer cimport WriteBuffer, put_byte, put_int32
from pgstride.core.codec cimport Codec, refuse_length
from pgstride.core.wire cimport read_int32, write_int32

from collections.abc import Sequence

from pgstride.exceptions import ProtocolError
from pgstride.types import Range


cdef enum:
    # The byte before the bounds (rangetypes.h in PostgreSQL's sources).
    EMPTY = 0x01
    LOWER_INCLUSIVE = 0x02
    UPPER_INCLUSIVE = 0x04
    LOWER_INFINITE = 0x08
    UPPER_INFINITE = 0x10

cdef object range_type = Range
cdef Py_ssize_t LOWER = instance_slot(Range, "_lower")
cdef Py_ssize_t UPPER = instance_slot(Range, "_upper")
cdef Py_ssize_t LOWER_INC = instance_slot(Range, "_lower_inc")
cdef Py_ssize_t UPPER_INC = instance_slot(Range, "_upper_inc")
cdef Py_ssize_t IS_EMPTY = instance_slot(Range, "_empty")


cdef object new_range(object lower, object upper, int flags):
    cdef bint lower_inc = lower is not None and flags & LOWER_INCLUSIVE
    cdef bint upper_inc = upper is not None and flags & UPPER_INCLUSIVE
    value = instance_new(range_type)
    instance_set(value, LOWER, lower)
    instance_set(value, UPPER, upper)
    instance_set(value, LOWER_INC, lower_inc)
    instance_set(value, UPPER_INC, upper_inc)
    instance_set(value, IS_EMPTY, True if flags & EMPTY else False)
    return value


cdef object read_bound(Codec subtype, const char **at, const char *end):
    cdef Py_ssize_t size
    if end - at[0] < 4:
        raise ProtocolError("a range ends before the length of a bound")
    size = read_int32(at[0])
    at[0] += 4
    if size == -1:
        return None
    if size < 0 or size > end - at[0]:
        raise ProtocolError(
            f"a range's bound has length {size}, {end - at[0]} bytes are left"
        )
    at[0] += size
    return subtype.decode(at[0] - size, size)


cdef object read_range(Codec subtype, const char *data, Py_ssize_t length):
    cdef const char *at = data + 1
    cdef const char *end = data + length
    cdef object lower = None, upper = None
    cdef int flags
    if length < 1:
        raise ProtocolError("a range of no bytes")
    flags = data[0]
    if not flags & (EMPTY | LOWER_INFINITE):
        lower = read_bound(subtype, &at, end)
    if not flags & (EMPTY | UPPER_INFINITE):
        upper = read_bound(subtype, &at, end)
    if at != end:
        raise ProtocolError(f"{end - at} bytes are left after a range's bounds")
    return new_range(lower, upper, flags)


cdef int flags_of_range(object value) except -1:
    if value.isempty:
        return EMPTY
    cdef int flags = 0
    if value.lower_inc:
        flags |= LOWER_INCLUSIVE
    elif value.lower is None:
        flags |= LOWER_INFINITE
    if value.upper_inc:
        flags |= UPPER_INCLUSIVE
    elif value.upper is None:
        flags |= UPPER_INFINITE
    return flags


cdef int flags_of_bounds(object value) except -1:
    """A list or tuple: none, the lower, or both bounds, which belong to the range."""
    cdef Py_ssize_t count = len(value)
    cdef int flags = LOWER_INCLUSIVE
    if count == 0:
        return EMPTY
    if count == 1:
        return LOWER_INCLUSIVE | UPPER_INFINITE
    if count > 2:
        raise ValueError(f"expected 0, 1 or 2 elements in range (got {count})")
    flags = LOWER_INCLUSIVE | UPPER_INCLUSIVE
    if value[0] is None:
        flags |= LOWER_INFINITE
    if value[1] is None:
        flags |= UPPER_INFINITE
    return flags


cdef int put_range(Codec subtype, WriteBuffer out, object value) except -1:
    cdef Py_ssize_t begun = out.length
    cdef object lower = None, upper = None
    cdef int flags
    if isinstance(value, (tuple, list)):
        flags = flags_of_bounds(value)
        if not flags & (EMPTY | LOWER_INFINITE):
            lower = value[0]
        if not flags & (EMPTY | UPPER_INFINITE):
            upper = value[1]
    elif isinstance(value, Range):
        flags = flags_of_range(value)
        lower = value.lower
        upper = value.upper
    else:
        raise TypeError(f"list, tuple or Range object expected (got type {type(value)})")
    put_int32(out, 0)
    put_byte(out, <char>flags)
    if not flags & (EMPTY | LOWER_INFINITE):
        subtype.encode(out, lower)
    if not flags & (EMPTY | UPPER_INFINITE):
        subtype.encode(out, upper)
    if out.length - begun - 4 > INT32_MAX:
        raise ValueError("range value too long")
    write_int32(out.data + begun, <int32_t>(out.length - begun - 4))
    return 0


cdef class RangeCodec(Codec):
    """Ranges of `subtype`."""

    cdef readonly Codec subtype

    def __cinit__(self, Codec subtype not None):
        self.format = 1
        self.atomic = subtype.atomic
        self.subtype = subtype

    cdef object decode(self, const char *data, Py_ssize_t length):
        return read_range(self.subtype, data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        return put_range(self.subtype, out, value)


cdef class MultirangeCodec(Codec):
    """Multiranges, which are lists of ranges of `subtype`."""

    cdef readonly Codec subtype

    def __cinit__(self, Codec subtype not None):
        self.format = 1
        self.subtype = subtype

    cdef object decode(self, const char *data, Py_ssize_t length):
        cdef const char *at = data + 4
        cdef const char *end = data + length
        cdef Py_ssize_t count, size
        cdef list ranges = []
        if length < 4:
            refuse_length(self.name, length)
        count = read_int32(data)
        if count < 0:
            raise ProtocolError(f"a multirange of {count} ranges")
        for _ in range(count):
            if end - at < 4:
                raise ProtocolError("a multirange ends before the length of a range")
            size = read_int32(at)
            at += 4
            if size < 0 or size > end - at:
                raise ProtocolError(
                    f"a multirange's range has length {size}, {end - at} bytes are left"
                )
            ranges.append(read_range(self.subtype, at, size))
            at += size
        if at != end:
            raise ProtocolError(f"{end - at} bytes are left after a multirange's ranges")
        return ranges

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef Py_ssize_t begun = out.length
        cdef Py_ssize_t count = 0
        if not isinstance(value, Sequence):
            raise TypeError(f"expected a sequence (got type {type(value).__name__!r})")
        put_int32(out, 0)
        put_int32(out, 0)
        for item in value:
            put_range(self.subtype, out, item)
            count += 1
        if count > INT32_MAX:
            raise OverflowError("too many elements in multirange value")
        if out.length - begun - 4 > INT32_MAX:
            raise OverflowError(
                "size of encoded multirange datum exceeds the maximum allowed "
                f"{INT32_MAX - 4} bytes"
            )
        write_int32(out.data + begun, <int32_t>(out.length - begun - 4))
        write_int32(out.data + begun + 4, <int32_t>count)
        return 0
