"""Encoding floating-point numbers, inline for the loop over arrays as well."""

from cpython.float cimport PyFloat_AsDouble
from libc.math cimport isinf


cdef inline float float4_value(object value) except? -1:
    cdef double wide = PyFloat_AsDouble(value)
    cdef float narrow = <float>wide
    if isinf(narrow) and not isinf(wide):
        raise ValueError("value out of float32 range")
    return narrow
