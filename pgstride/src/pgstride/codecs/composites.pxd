"""The codecs of composite types and of anonymous records."""

from libc.stdint cimport uint32_t

from pgstride.core.codec cimport Codec


cdef enum:
    # Below are types of PostgreSQL's own; those of extensions and users come after.
    FIRST_GENERATED_OID = 10000


cdef class CompositeCodec(Codec):
    cdef readonly tuple names
    cdef readonly tuple codecs
    cdef readonly tuple oids
    cdef object descriptor
    cdef dict positions

    cdef object decode_attributes(self, const char *data, Py_ssize_t length)
    cdef int check_type(self, Py_ssize_t position, uint32_t received) except -1
    cdef tuple attributes_of(self, object mapping)
