"""Encoding text, inline for the loop over arrays as well."""

from libc.stdint cimport INT32_MAX
from libc.string cimport memcpy

from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.wire cimport write_int32

cdef extern from "Python.h":
    bint is_str "PyUnicode_Check"(object value)
    bint is_compact_ascii "PyUnicode_IS_COMPACT_ASCII"(object text)
    const char *ascii_data "PyUnicode_DATA"(object text)
    Py_ssize_t character_count "PyUnicode_GET_LENGTH"(object text)
    const char *utf8_data "PyUnicode_AsUTF8AndSize"(object text, Py_ssize_t *size) except NULL

cdef int refuse_text(object value) except -1


cdef inline const char *utf8_of(object value, Py_ssize_t *size) except NULL:
    """The UTF-8 bytes of a str, which belong to it; TypeError for other objects."""
    if not is_str(value):
        refuse_text(value)
    if is_compact_ascii(value):
        size[0] = character_count(value)
        return ascii_data(value)
    return utf8_data(value, size)


cdef inline int put_text(WriteBuffer out, object value) except -1:
    """The length word and the bytes."""
    cdef Py_ssize_t size = 0
    cdef const char *data = utf8_of(value, &size)
    if size > INT32_MAX:
        raise ValueError("string too long")
    cdef char *at = reserve(out, 4 + size)
    write_int32(at, <int>size)
    memcpy(at + 4, data, size)
    return 0


cdef inline int put_versioned_text(WriteBuffer out, object value) except -1:
    """The length word, the format's version 1 (jsonb, jsonpath), and the bytes."""
    cdef Py_ssize_t size = 0
    cdef const char *data = utf8_of(value, &size)
    if size > INT32_MAX - 1:
        raise ValueError("string too long")
    cdef char *at = reserve(out, 5 + size)
    write_int32(at, <int>size + 1)
    at[4] = 1
    memcpy(at + 5, data, size)
    return 0
