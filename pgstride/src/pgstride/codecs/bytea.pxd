"""Encoding bytes, for other families of types as well."""

from pgstride.core.buffer cimport WriteBuffer

cdef int put_value(WriteBuffer out, const char *data, Py_ssize_t size) except -1
cdef int encode_bytes(WriteBuffer out, object value) except -1
