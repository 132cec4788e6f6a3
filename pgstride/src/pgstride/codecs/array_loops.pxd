"""Loops over the items of arrays, one for each of the commonest element types."""

from pgstride.core.buffer cimport WriteBuffer

# How many of the `count` elements at `at`, which is moved on, were read into `items`.
cdef Py_ssize_t read_common_items(
    int opcode, list items, Py_ssize_t count, const char **at, const char *end
) except -1

# How many of the items of a list or tuple were written.
cdef Py_ssize_t put_common_items(int opcode, WriteBuffer out, object items) except -1
