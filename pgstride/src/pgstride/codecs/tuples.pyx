"""Dates and times as tuples of the numbers that are on the wire.

They lose nothing: infinities, months beside days, and years that Python's own
types do not reach are numbers like any others.
"""

from libc.stdint cimport int32_t, int64_t

from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport Codec, refuse_length
from pgstride.core.wire cimport read_int32, read_int64, write_int32, write_int64

# By the types' names: the sizes of the numbers in the order of the tuple, and
# whether the wire has them in the reverse order.
cdef dict LAYOUTS = {
    "date": ((4,), False),  # days since 2000-01-01
    "time": ((8,), False),  # microseconds
    "timetz": ((8, 4), False),  # microseconds, seconds west of UTC
    "timestamp": ((8,), False),  # microseconds since 2000-01-01
    "timestamptz": ((8,), False),  # microseconds since 2000-01-01 in UTC
    "interval": ((4, 4, 8), True),  # months, days, microseconds
}


cdef class TupleCodec(Codec):
    """A tuple for each value of the type `name`; KeyError where it has no such form."""

    cdef tuple sizes
    cdef bint backwards
    cdef Py_ssize_t width

    def __cinit__(self, str name not None):
        self.sizes, self.backwards = LAYOUTS[name]
        self.width = sum(self.sizes)
        self.format = 1
        self.atomic = True

    cdef list wire_order(self, object items):
        cdef list ordered = list(items)
        if self.backwards:
            ordered.reverse()
        return ordered

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != self.width:
            refuse_length(self.name, length)
        cdef list numbers = []
        for size in self.wire_order(self.sizes):
            numbers.append(read_int32(data) if size == 4 else read_int64(data))
            data += <Py_ssize_t>size
        return tuple(self.wire_order(numbers))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        if not isinstance(value, (tuple, list)):
            raise TypeError(f"a tuple is required (got type {type(value).__name__})")
        if len(value) != len(self.sizes):
            raise ValueError(f"a tuple of {len(self.sizes)} numbers is required, got {len(value)}")
        cdef list numbers = [
            checked(number, size) for number, size in zip(value, self.sizes, strict=True)
        ]
        cdef char *at = reserve(out, 4 + self.width)
        write_int32(at, <int32_t>self.width)
        at += 4
        for number, size in zip(self.wire_order(numbers), self.wire_order(self.sizes), strict=True):
            if size == 4:
                write_int32(at, <int32_t>number)
            else:
                write_int64(at, <int64_t>number)
            at += <Py_ssize_t>size
        return 0


cdef object checked(object number, object size):
    if not isinstance(number, int):
        raise TypeError(f"an integer is required (got type {type(number).__name__})")
    if not -(1 << (8 * size - 1)) <= number < 1 << (8 * size - 1):
        raise OverflowError(f"{number} does not fit into {size} bytes")
    return number
