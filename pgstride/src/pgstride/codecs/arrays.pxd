"""The codec of arrays."""

from libc.stdint cimport uint32_t

from pgstride.codecs.shapes cimport Shape
from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.codec cimport Codec


cdef class ArrayCodec(Codec):
    cdef readonly Codec element
    cdef readonly uint32_t element_oid
    cdef bint records  # whether the elements are composites

    cdef object level(self, const Shape *shape, int depth, const char **at, const char *end)
    cdef list run(self, Py_ssize_t count, const char **at, const char *end)
    cdef int read_others(
        self, list items, Py_ssize_t i, Py_ssize_t count, const char **at, const char *end
    ) except -1
    cdef int put_level(
        self, WriteBuffer out, object items, const Shape *shape, int depth
    ) except -1
    cdef int put_others(
        self, WriteBuffer out, object items, Py_ssize_t i, const Shape *shape
    ) except -1
    cdef object element_error(self, object error, object items, Py_ssize_t i, int dimensions)
