"""Decoders of the commonest types, inline for the loops over rows and arrays.

They take the bytes of one value that is not NULL, and raise ProtocolError
when their number is not the type's.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.float cimport PyFloat_FromDouble
from libc.stdint cimport int64_t

from pgstride.core.codec cimport refuse_length
from pgstride.core.kept_values cimport KeptValues
from pgstride.core.wire cimport (
    read_float4,
    read_float8,
    read_int16,
    read_int32,
    read_int64,
    read_uint32,
)


cdef extern from "values.h":
    object value_int(int64_t value, KeptValues *kept)
    object value_text(const char *data, Py_ssize_t length, KeptValues *kept)


cdef inline object decode_bool(const char *data, Py_ssize_t length):
    if length != 1:
        refuse_length("bool", length)
    return True if data[0] else False


cdef inline object decode_int2(const char *data, Py_ssize_t length):
    if length != 2:
        refuse_length("int2", length)
    return value_int(read_int16(data), NULL)


cdef inline object decode_int4(const char *data, Py_ssize_t length):
    if length != 4:
        refuse_length("int4", length)
    return value_int(read_int32(data), NULL)


cdef inline object decode_int8(const char *data, Py_ssize_t length):
    if length != 8:
        refuse_length("int8", length)
    return value_int(read_int64(data), NULL)


cdef inline object decode_oid(const char *data, Py_ssize_t length):
    if length != 4:
        refuse_length("oid", length)
    return value_int(read_uint32(data), NULL)


cdef inline object decode_float4(const char *data, Py_ssize_t length):
    if length != 4:
        refuse_length("float4", length)
    return PyFloat_FromDouble(read_float4(data))


cdef inline object decode_float8(const char *data, Py_ssize_t length):
    if length != 8:
        refuse_length("float8", length)
    return PyFloat_FromDouble(read_float8(data))


cdef inline object decode_text(const char *data, Py_ssize_t length):
    return value_text(data, length, NULL)


cdef inline object decode_bytea(const char *data, Py_ssize_t length):
    return PyBytes_FromStringAndSize(data, length)


cdef inline object decode_char(const char *data, Py_ssize_t length):
    if length != 1:
        refuse_length('"char"', length)
    return PyBytes_FromStringAndSize(data, 1)
