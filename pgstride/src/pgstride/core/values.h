/* Python objects from values on the wire: what is too hot, or too close to
 * CPython's C interface, for Cython. */
#ifndef PGSTRIDE_VALUES_H
#define PGSTRIDE_VALUES_H

#include <Python.h>

#include "wire.h"

/* Integers in this range are made once and shared, like CPython's own small
 * integers: 16384 is where PostgreSQL's OIDs of user objects begin
 * (FirstNormalObjectId), and most counts, flags and lengths are below it. A
 * look-up costs a third of making the object; at the most 512 KiB are kept. */
#define SHARED_INT_LOWEST (-128)
#define SHARED_INT_END 16384

#ifdef Py_GIL_DISABLED
static inline PyObject *value_int(int64_t value) { return PyLong_FromLongLong(value); }
#else
static PyObject *shared_ints[SHARED_INT_END - SHARED_INT_LOWEST];

static PyObject *value_int_shared_first(uint64_t index) {
    PyObject *made = PyLong_FromLongLong((int64_t)index + SHARED_INT_LOWEST);
    Py_XINCREF(made);
    shared_ints[index] = made;
    return made;
}

static inline PyObject *value_int(int64_t value) {
    uint64_t index = (uint64_t)value - (uint64_t)(int64_t)SHARED_INT_LOWEST;
    if (index < SHARED_INT_END - SHARED_INT_LOWEST) {
        PyObject *shared = shared_ints[index];
        if (shared != NULL) {
            Py_INCREF(shared);
            return shared;
        }
        return value_int_shared_first(index);
    }
    return PyLong_FromLongLong(value);
}
#endif

static inline int value_is_ascii(const char *data, Py_ssize_t length) {
    uint64_t word, seen = 0;
    while (length >= 8) {
        memcpy(&word, data, 8);
        seen |= word;
        data += 8;
        length -= 8;
    }
    word = 0;
    memcpy(&word, data, (size_t)length);
    return ((seen | word) & 0x8080808080808080u) == 0;
}

/* UTF-8 in the general case; one character or none are CPython's own shared
 * objects, which only its decoder gives. */
static inline PyObject *value_text(const char *data, Py_ssize_t length) {
    if (length > 1 && value_is_ascii(data, length)) {
        PyObject *text = PyUnicode_New(length, 127);
        if (text != NULL) {
            memcpy(PyUnicode_1BYTE_DATA(text), data, (size_t)length);
        }
        return text;
    }
    return PyUnicode_DecodeUTF8(data, length, NULL);
}

#endif
