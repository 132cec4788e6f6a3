"""What counts as an array among Python's containers, and how many dimensions it has."""

from libc.stdint cimport INT32_MAX

from collections.abc import Iterable, Mapping, Sized

from pgstride.core.rows import Record


cdef bint is_sized_iterable(object value) except -1:
    """Whether `value` can be written as an array."""
    if is_exact_list(value) or is_exact_tuple(value):
        return True
    return (
        isinstance(value, Iterable)
        and isinstance(value, Sized)
        and not isinstance(value, (str, bytes, bytearray, memoryview, Mapping))
    )


cdef bint is_value_of_its_own(object item) except -1:
    return isinstance(item, Record)


cdef object items_of(object value):
    """The items as a list or tuple, of which the size and the items can be asked for in C."""
    if is_exact_list(value) or is_exact_tuple(value):
        return value
    return list(value)


cdef int find_shape(object value, bint records, Shape *shape) except -1:
    """Find the sizes of the dimensions; ValueError where sub-arrays differ in theirs."""
    shape.dimensions = 0
    measure(value, records, shape, 0)
    return 0


cdef int measure(object value, bint records, Shape *shape, int depth) except -1:
    """Add the dimension that `value` is at `depth`, or compare it with what was found there."""
    cdef object items = items_of(value)
    cdef Py_ssize_t i
    cdef bint nested, first = depth == shape.dimensions
    if depth >= MOST_DIMENSIONS:
        raise ValueError(
            f"number of array dimensions ({depth + 1}) exceed the maximum expected "
            f"({MOST_DIMENSIONS})"
        )
    if items_count(items) > INT32_MAX:
        raise ValueError("too many elements in array value")
    if first:
        shape.dimensions += 1
        shape.sizes[depth] = <int32_t>items_count(items)
    elif shape.sizes[depth] != items_count(items):
        raise ValueError("non-homogeneous array")
    if items_count(items) == 0:
        return 0
    nested = is_nested(items_get(items, 0), records)
    if not first and nested != (depth + 1 < shape.dimensions):
        raise ValueError("non-homogeneous array")
    i = 0
    while i < items_count(items):
        if is_nested(items_get(items, i), records) != nested:
            raise ValueError("non-homogeneous array")
        if nested:
            measure(items_get(items, i), records, shape, depth + 1)
        i += 1
    return 0
