"""Encoding integers, inline for the loop over arrays as well."""

from libc.stdint cimport INT16_MAX, INT16_MIN, INT32_MAX, INT32_MIN, int64_t, uint32_t, uint64_t

cdef extern from "Python.h":
    bint is_exact_int "PyLong_CheckExact"(object value)
    long long as_long_long "PyLong_AsLongLongAndOverflow"(object value, int *overflow)

# Of any object that has an integer value; `bits` is the width of the type.
cdef int64_t convert_signed(object value, int bits) except? -1
cdef uint64_t convert_unsigned(object value, int bits) except? 0xFFFFFFFFFFFFFFFF


cdef inline int64_t int2_value(object value) except? -1:
    cdef int overflow = 0
    cdef long long result
    if is_exact_int(value):
        result = as_long_long(value, &overflow)
        if INT16_MIN <= result <= INT16_MAX and overflow == 0:
            return result
    return convert_signed(value, 16)


cdef inline int64_t int4_value(object value) except? -1:
    cdef int overflow = 0
    cdef long long result
    if is_exact_int(value):
        result = as_long_long(value, &overflow)
        if INT32_MIN <= result <= INT32_MAX and overflow == 0:
            return result
    return convert_signed(value, 32)


cdef inline int64_t int8_value(object value) except? -1:
    cdef int overflow = 0
    cdef long long result
    if is_exact_int(value):
        result = as_long_long(value, &overflow)
        if overflow == 0:
            return result
    return convert_signed(value, 64)


cdef inline uint32_t oid_value(object value) except? 0xFFFFFFFF:
    cdef int overflow = 0
    cdef long long result
    if is_exact_int(value):
        result = as_long_long(value, &overflow)
        if 0 <= result <= 0xFFFFFFFF and overflow == 0:
            return <uint32_t>result
    return <uint32_t>convert_unsigned(value, 32)
