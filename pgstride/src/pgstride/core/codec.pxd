"""What a codec is: one PostgreSQL type, decoded from and encoded to the wire."""

from libc.stdint cimport int16_t, uint32_t

from pgstride.core.buffer cimport WriteBuffer


cdef enum Opcode:
    # Types that the row loop (core/rows.pyx) and the array codec decode inline;
    # all others are decoded by calling Codec.decode.
    OP_GENERIC = 0
    OP_BOOL
    OP_INT2
    OP_INT4
    OP_INT8
    OP_OID
    OP_FLOAT4
    OP_FLOAT8
    OP_TEXT
    OP_BYTEA
    OP_CHAR
    OP_DATE
    OP_TIMESTAMP
    OP_TIMESTAMPTZ
    OP_UUID


cdef class Codec:
    cdef readonly uint32_t oid
    cdef readonly str schema
    cdef readonly str name
    cdef readonly str kind
    cdef int16_t format
    cdef Opcode opcode
    cdef bint atomic

    cdef object decode(self, const char *data, Py_ssize_t length)
    cdef int encode(self, WriteBuffer out, object value) except -1


cdef int refuse_length(str type_name, Py_ssize_t length) except -1
