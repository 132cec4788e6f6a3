/* Python objects from values on the wire: what is too hot, or too close to
 * CPython's C interface, for Cython. */
#ifndef PGSTRIDE_VALUES_H
#define PGSTRIDE_VALUES_H

#include <Python.h>
#include <stddef.h>

#include "kept_values.h"
#include "utf8.h"
#include "wire.h"

/* `kept`, where a function takes it, is where the memory of an ended value may be
 * had from; NULL for a new block. */

/* An integer outside the range below. PyLong_FromLongLong counts digits and leaves
 * the header to two more calls: it takes twice as long as all else that an item of
 * an array costs. What is written here is CPython's own form of an integer of one or
 * two digits of 30 bits (Include/cpython/longintrepr.h), of the versions whose form
 * is known. NULL with an exception. */
#if PyLong_SHIFT == 30 && PY_VERSION_HEX < 0x030E0000 && !defined(Py_GIL_DISABLED) && \
    !defined(Py_TRACE_REFS)
#if PY_VERSION_HEX >= 0x030C0000
#define VALUE_INT_DIGITS long_value.ob_digit
#else
#define VALUE_INT_DIGITS ob_digit
#endif
#define VALUE_INT_HEAD offsetof(PyLongObject, VALUE_INT_DIGITS)
/* sizeof(PyLongObject) has padding, with which it would be in a larger size class. */
#define VALUE_INT_BYTES(digits) (VALUE_INT_HEAD + (digits) * sizeof(digit))
#define VALUE_INT_KEPT 1

static inline int value_int_digits(PyObject *value) {
#if PY_VERSION_HEX >= 0x030C0000
    return (int)(((PyLongObject *)value)->long_value.lv_tag >> 3);
#else
    return (int)Py_ABS(Py_SIZE(value));
#endif
}

static inline PyObject *value_new_int(int64_t value, KeptValues *kept) {
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (size >> (2 * PyLong_SHIFT) != 0) {
        return PyLong_FromLongLong(value);
    }
    digit low = (digit)(size & PyLong_MASK), high = (digit)(size >> PyLong_SHIFT);
    int digits = 1 + (high != 0);
    PyLongObject *made = (PyLongObject *)kept_take(kept == NULL ? NULL : &kept[digits]);
    if (made == NULL) {
        /* Two digits fit into what pymalloc gives for one. */
        made = PyObject_Malloc(VALUE_INT_BYTES(2));
        if (made == NULL) {
            return PyErr_NoMemory();
        }
        Py_SET_TYPE(made, &PyLong_Type);
        _Py_NewReference((PyObject *)made);
    }
#if PY_VERSION_HEX >= 0x030C0000
    made->long_value.lv_tag = (uintptr_t)digits << 3 | (value < 0 ? 2 : 0);
#else
    Py_SET_SIZE(made, value < 0 ? -digits : digits);
#endif
    /* Without a branch, which random integers would take at random: a kept block of
     * one digit has no second. */
    made->VALUE_INT_DIGITS[digits - 1] = high != 0 ? high : low;
    made->VALUE_INT_DIGITS[0] = low;
    return (PyObject *)made;
}
#else
#define VALUE_INT_BYTES(digits) sizeof(PyLongObject)
#define VALUE_INT_KEPT 0

static inline int value_int_digits(PyObject *value) { return 3; }

static inline PyObject *value_new_int(int64_t value, KeptValues *kept) {
    return PyLong_FromLongLong(value);
}
#endif

/* Integers in this range are made once and shared, like CPython's own small
 * integers: 16384 is where PostgreSQL's OIDs of user objects begin
 * (FirstNormalObjectId), and most counts, flags and lengths are below it. A
 * look-up costs a third of making the object; at the most 512 KiB are kept. */
#define SHARED_INT_LOWEST (-128)
#define SHARED_INT_END 16384

#ifdef Py_GIL_DISABLED
#define SHARED_INTS NULL
#define SHARED_INT_COUNT 0

static inline PyObject *value_int(int64_t value, KeptValues *kept) {
    return value_new_int(value, kept);
}
#else
#define SHARED_INTS shared_ints
#define SHARED_INT_COUNT (SHARED_INT_END - SHARED_INT_LOWEST)

static PyObject *shared_ints[SHARED_INT_COUNT];

static PyObject *value_int_shared_first(uint64_t index) {
    PyObject *made = PyLong_FromLongLong((int64_t)index + SHARED_INT_LOWEST);
    Py_XINCREF(made);
    shared_ints[index] = made;
    return made;
}

static inline PyObject *value_int(int64_t value, KeptValues *kept) {
    uint64_t index = (uint64_t)value - (uint64_t)(int64_t)SHARED_INT_LOWEST;
    if (index < SHARED_INT_COUNT) {
        PyObject *shared = shared_ints[index];
        if (shared != NULL) {
            Py_INCREF(shared);
            return shared;
        }
        return value_int_shared_first(index);
    }
    return value_new_int(value, kept);
}
#endif

#define VALUE_HIGH_BITS 0x8080808080808080u

static inline uint64_t value_load8(const char *data) {
    uint64_t word;
    memcpy(&word, data, 8);
    return word;
}

static inline uint32_t value_load4(const char *data) {
    uint32_t word;
    memcpy(&word, data, 4);
    return word;
}

/* Whole words only, the last ones overlapping: a loop over the last bytes costs
 * more than all that comes before it. `length` is at least 1. */
static inline int value_is_ascii(const char *data, Py_ssize_t length) {
    const char *last = data + length - 8;
    uint64_t seen;
    if (length < 8) {
        if (length >= 4) {
            seen = value_load4(data) | value_load4(data + length - 4);
        } else {
            seen = (unsigned char)(data[0] | data[length / 2] | data[length - 1]);
        }
        return (seen & VALUE_HIGH_BITS) == 0;
    }
    seen = value_load8(last);
    for (; data < last; data += 8) {
        seen |= value_load8(data);
    }
    return (seen & VALUE_HIGH_BITS) == 0;
}

/* The same way, a copy; longer text is memcpy's. */
static inline void value_copy(char *to, const char *data, Py_ssize_t length) {
    if (length < 8 || length > 64) {
        memcpy(to, data, (size_t)length);
        return;
    }
    for (Py_ssize_t at = 0; at < length - 8; at += 8) {
        memcpy(to + at, data + at, 8);
    }
    memcpy(to + length - 8, data + length - 8, 8);
}

/* An ASCII string whose characters are still to be written. PyUnicode_New works out
 * each time what the header of such a string is; here it is copied from one that
 * PyUnicode_New has made. NULL with an exception. */
#if defined(Py_GIL_DISABLED) || defined(Py_TRACE_REFS)
static inline PyObject *value_new_ascii(Py_ssize_t length, KeptValues *kept) {
    return PyUnicode_New(length, 127);
}
#else
static PyASCIIObject ascii_header;

static PyObject *value_first_ascii(Py_ssize_t length) {
    PyObject *text = PyUnicode_New(length, 127);
    if (text != NULL) {
        ascii_header = *(PyASCIIObject *)text;
    }
    return text;
}

static inline PyObject *value_new_ascii(Py_ssize_t length, KeptValues *kept) {
    PyASCIIObject *text = (PyASCIIObject *)kept_take(kept);
    if (text != NULL) {
        text->hash = -1;
        text->length = length;
        return (PyObject *)text;
    }
    if (ascii_header.length == 0) {
        return value_first_ascii(length);
    }
    text = PyObject_Malloc(sizeof(PyASCIIObject) + (size_t)length + 1);
    if (text == NULL) {
        return PyErr_NoMemory();
    }
    *text = ascii_header;
    text->length = length;
    ((char *)(text + 1))[length] = 0;
    _Py_NewReference((PyObject *)text);
    return (PyObject *)text;
}
#endif

/* One character or none are CPython's own shared objects, which only its decoder
 * gives. `kept` are the lists for each length. */
static inline PyObject *value_text(const char *data, Py_ssize_t length, KeptValues *kept) {
    if (length > 1 && value_is_ascii(data, length)) {
        int keeps = kept != NULL && length <= KEPT_TEXT_LONGEST;
        PyObject *text = value_new_ascii(length, keeps ? &kept[length] : NULL);
        if (text != NULL) {
            value_copy((char *)((PyASCIIObject *)text + 1), data, length);
        }
        return text;
    }
    return utf8_decode(data, length);
}

static inline PyObject *value_float(double value, KeptValues *kept) {
    PyFloatObject *made = (PyFloatObject *)kept_take(kept);
    if (made == NULL) {
        return PyFloat_FromDouble(value);
    }
    made->ob_fval = value;
    return (PyObject *)made;
}

#endif
