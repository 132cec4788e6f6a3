"""The codecs of the types that one connection knows."""

from libc.stdint cimport uint32_t

from pgstride.core.codec cimport Codec


cdef class TypeRegistry:
    cdef dict defaults
    cdef dict custom
    cdef dict codecs

    cdef Codec find(self, uint32_t oid)
