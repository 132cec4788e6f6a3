"""The decoder of uuid, inline for the loops over rows and arrays."""

from pgstride.core.codec cimport refuse_length

# A UUID of the 16 bytes at `data`.
cdef object new_uuid(const char *data)


cdef inline object decode_uuid(const char *data, Py_ssize_t length):
    if length != 16:
        refuse_length("uuid", length)
    return new_uuid(data)
