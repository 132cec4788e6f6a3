"""Prepared statements: how their arguments become Bind messages."""

from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.rows cimport RowDecoder


cdef class Statement:
    cdef readonly str query
    cdef readonly bytes name
    cdef readonly tuple parameter_codecs
    cdef readonly RowDecoder decoder
    cdef public bint closed
    cdef public long references
    cdef long long last_use
    cdef double expires_at
    cdef Py_ssize_t parameter_count
    cdef bytes bind_head
    cdef bytes result_formats
    cdef bytes bind_execute_sync
    cdef dict decoders_by_class

    cdef RowDecoder decoder_for(self, object record_class)
    cdef int put_bind(self, WriteBuffer out, bytes portal, tuple arguments) except -1
    cdef int put_bind_execute_sync(self, WriteBuffer out, tuple arguments, int limit) except -1
    cdef int put_execution(
        self, WriteBuffer out, object arguments, Py_ssize_t element
    ) except -1
    cdef int put_arguments(
        self, WriteBuffer out, tuple arguments, Py_ssize_t element=*
    ) except -1
    cdef int check_count(self, Py_ssize_t given) except -1


cdef bytes encode_text(str text)
