"""Loops over the items of arrays, one for each of the commonest element types.

They go over C pointers and stop at the first item that is not plainly of its
type, whatever the reason; the general loop takes over and says what is wrong.
A call per element through the element's codec costs twice as much.
"""

from cpython.object cimport PyObject
from libc.stdint cimport (
    INT16_MAX,
    INT16_MIN,
    INT32_MAX,
    INT32_MIN,
    INT64_MAX,
    INT64_MIN,
    int32_t,
    int64_t,
    uint32_t,
    uint64_t,
)
from libc.string cimport memcpy

from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport (
    OP_BOOL,
    OP_FLOAT4,
    OP_FLOAT8,
    OP_INT2,
    OP_INT4,
    OP_INT8,
    OP_OID,
    OP_TEXT,
)
from pgstride.core.kept_values cimport KeptValues
from pgstride.core.wire cimport (
    read_float4,
    read_float8,
    read_int16,
    read_int32,
    read_int64,
    read_uint32,
    write_float8,
    write_int16,
    write_int32,
    write_int64,
    write_uint32,
)


cdef extern from "values.h":
    PyObject **SHARED_INTS
    int64_t SHARED_INT_LOWEST
    uint64_t SHARED_INT_COUNT
    PyObject *value_int(int64_t value, KeptValues *kept) except NULL
    PyObject *value_text(const char *data, Py_ssize_t length, KeptValues *kept) except NULL


cdef extern from "shared_values.h":
    ctypedef struct SharedValues:
        pass
    SharedValues shared_values(
        int width, bint is_signed, int64_t lowest, uint64_t count, PyObject **objects
    )
    Py_ssize_t shared_values_repeat(
        SharedValues values, Py_ssize_t i, Py_ssize_t count, PyObject **items,
        const char **at, const char *end
    )


cdef extern from *:
    """
    #define list_items(list) (((PyListObject *)(list))->ob_item)
    static inline PyObject *shared_value(PyObject *value) { Py_INCREF(value); return value; }
    """
    PyObject **list_items(list items)
    PyObject *shared_value(PyObject *value)
    PyObject *new_float "PyFloat_FromDouble"(double value) except NULL
    PyObject *none_object "Py_None"
    PyObject *true_object "Py_True"
    PyObject *false_object "Py_False"
    PyObject **sequence_items "PySequence_Fast_ITEMS"(object items)
    Py_ssize_t items_count "PySequence_Fast_GET_SIZE"(object items)
    bint is_exact_float "PyFloat_CheckExact"(PyObject *value)
    bint int_is_exact "PyLong_CheckExact"(PyObject *value)
    bint text_is_exact "PyUnicode_CheckExact"(PyObject *value)
    bint text_is_ascii "PyUnicode_IS_COMPACT_ASCII"(PyObject *value)
    double float_value "PyFloat_AS_DOUBLE"(PyObject *value)
    long long int_value "PyLong_AsLongLongAndOverflow"(PyObject *value, int *overflow)
    const char *ascii_data "PyUnicode_DATA"(PyObject *text)
    const char *utf8_data "PyUnicode_AsUTF8AndSize"(PyObject *text, Py_ssize_t *size) except NULL
    Py_ssize_t character_count "PyUnicode_GET_LENGTH"(PyObject *text)


# -- reading ---------------------------------------------------------------------


cdef inline PyObject *fixed_value(int opcode, const char *data) except NULL:
    """A value of a type whose size is known; the opcode is a constant to the compiler."""
    if opcode == OP_INT4:
        return value_int(read_int32(data), NULL)
    if opcode == OP_INT8:
        return value_int(read_int64(data), NULL)
    if opcode == OP_INT2:
        return value_int(read_int16(data), NULL)
    if opcode == OP_OID:
        return value_int(read_uint32(data), NULL)
    if opcode == OP_FLOAT8:
        return new_float(read_float8(data))
    if opcode == OP_FLOAT4:
        return new_float(read_float4(data))
    return shared_value(true_object if data[0] else false_object)


cdef inline Py_ssize_t read_fixed(
    int opcode, int size, PyObject **items, Py_ssize_t count, const char **start, const char *end
) except -1:
    """Elements of `size` bytes and NULLs."""
    cdef const char *at
    cdef Py_ssize_t i = 0
    cdef int32_t length
    if opcode == OP_INT4 or opcode == OP_INT8 or opcode == OP_INT2 or opcode == OP_OID:
        # As far as there are only small integers.
        i = shared_values_repeat(
            shared_values(size, opcode != OP_OID, SHARED_INT_LOWEST, SHARED_INT_COUNT, SHARED_INTS),
            0, count, items, start, end,
        )
    at = start[0]
    # An element takes `size` and 4 bytes at the most: where that many are there
    # for each, the loop has nothing to check but their length words.
    if count - i > (end - at) // (4 + size):
        return read_fixed_checked(opcode, size, items, i, count, start, end)
    while i < count:
        length = read_int32(at)
        if length == size:
            items[i] = fixed_value(opcode, at + 4)
            at += 4 + size
        elif length == -1:
            items[i] = shared_value(none_object)
            at += 4
        else:
            break
        i += 1
    start[0] = at
    return i


cdef inline Py_ssize_t read_fixed_checked(
    int opcode, int size, PyObject **items, Py_ssize_t i, Py_ssize_t count,
    const char **start, const char *end
) except -1:
    cdef const char *at = start[0]
    while i < count and end - at >= 4:
        if read_int32(at) == -1:
            items[i] = shared_value(none_object)
            at += 4
        elif read_int32(at) == size and end - at >= 4 + size:
            items[i] = fixed_value(opcode, at + 4)
            at += 4 + size
        else:
            break
        i += 1
    start[0] = at
    return i


cdef Py_ssize_t read_texts(
    PyObject **items, Py_ssize_t count, const char **start, const char *end
) except -1:
    cdef const char *at = start[0]
    cdef Py_ssize_t i = 0, length
    while i < count and end - at >= 4:
        length = read_int32(at)
        if length == -1:
            items[i] = shared_value(none_object)
            at += 4
        elif 0 <= length <= end - at - 4:
            items[i] = value_text(at + 4, length, NULL)
            at += 4 + length
        else:
            break
        i += 1
    start[0] = at
    return i


cdef Py_ssize_t read_common_items(
    int opcode, list items, Py_ssize_t count, const char **at, const char *end
) except -1:
    if opcode == OP_INT4:
        return read_fixed(OP_INT4, 4, list_items(items), count, at, end)
    if opcode == OP_TEXT:
        return read_texts(list_items(items), count, at, end)
    if opcode == OP_INT8:
        return read_fixed(OP_INT8, 8, list_items(items), count, at, end)
    if opcode == OP_FLOAT8:
        return read_fixed(OP_FLOAT8, 8, list_items(items), count, at, end)
    if opcode == OP_INT2:
        return read_fixed(OP_INT2, 2, list_items(items), count, at, end)
    if opcode == OP_OID:
        return read_fixed(OP_OID, 4, list_items(items), count, at, end)
    if opcode == OP_FLOAT4:
        return read_fixed(OP_FLOAT4, 4, list_items(items), count, at, end)
    if opcode == OP_BOOL:
        return read_fixed(OP_BOOL, 1, list_items(items), count, at, end)
    return 0


# -- writing ---------------------------------------------------------------------


cdef inline Py_ssize_t put_ints(
    int size, int64_t lowest, int64_t highest, WriteBuffer out, object sequence
) except -1:
    """Plain ints within the type's range, and None."""
    cdef PyObject **items = sequence_items(sequence)
    cdef Py_ssize_t count = items_count(sequence), i = 0
    cdef char *at = reserve(out, count * (4 + size))
    cdef char *begun = at
    cdef int overflow = 0
    cdef int64_t value
    while i < count:
        if int_is_exact(items[i]):
            value = int_value(items[i], &overflow)
            if overflow or value < lowest or value > highest:
                break
            write_int32(at, size)
            if size == 4:
                write_uint32(at + 4, <uint32_t>value)
            elif size == 8:
                write_int64(at + 4, value)
            else:
                write_int16(at + 4, <short>value)
            at += 4 + size
        elif items[i] == none_object:
            write_int32(at, -1)
            at += 4
        else:
            break
        i += 1
    out.length -= count * (4 + size) - (at - begun)
    return i


cdef Py_ssize_t put_floats(WriteBuffer out, object sequence) except -1:
    """float8: plain floats and None."""
    cdef PyObject **items = sequence_items(sequence)
    cdef Py_ssize_t count = items_count(sequence), i = 0
    cdef char *at = reserve(out, count * 12)
    cdef char *begun = at
    while i < count:
        if is_exact_float(items[i]):
            write_int32(at, 8)
            write_float8(at + 4, float_value(items[i]))
            at += 12
        elif items[i] == none_object:
            write_int32(at, -1)
            at += 4
        else:
            break
        i += 1
    out.length -= count * 12 - (at - begun)
    return i


cdef Py_ssize_t put_texts(WriteBuffer out, object sequence) except -1:
    """Plain strings of less than 1 GiB, and None."""
    cdef PyObject **items = sequence_items(sequence)
    cdef Py_ssize_t count = items_count(sequence), i = 0, size = 0
    cdef const char *data
    cdef char *at
    while i < count:
        if text_is_exact(items[i]):
            if text_is_ascii(items[i]):
                data = ascii_data(items[i])
                size = character_count(items[i])
            else:
                data = utf8_data(items[i], &size)
            if size > 0x3FFFFFFF:
                break
            at = reserve(out, 4 + size)
            write_int32(at, <int32_t>size)
            memcpy(at + 4, data, size)
        elif items[i] == none_object:
            write_int32(reserve(out, 4), -1)
        else:
            break
        i += 1
    return i


cdef Py_ssize_t put_common_items(int opcode, WriteBuffer out, object items) except -1:
    if opcode == OP_INT4:
        return put_ints(4, INT32_MIN, INT32_MAX, out, items)
    if opcode == OP_TEXT:
        return put_texts(out, items)
    if opcode == OP_INT8:
        return put_ints(8, INT64_MIN, INT64_MAX, out, items)
    if opcode == OP_FLOAT8:
        return put_floats(out, items)
    if opcode == OP_INT2:
        return put_ints(2, INT16_MIN, INT16_MAX, out, items)
    if opcode == OP_OID:
        return put_ints(4, 0, 0xFFFFFFFF, out, items)
    return 0
