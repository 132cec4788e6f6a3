/* Columns whose values one object stands for wherever they come: booleans, single
 * bytes, small integers. One loop serves all these types without a branch that
 * depends on the type. */
#ifndef PGSTRIDE_SHARED_VALUES_H
#define PGSTRIDE_SHARED_VALUES_H

#include <Python.h>

#include "wire.h"

/* Values of up to 8 bytes, and the objects for `count` of them. */
typedef struct {
    uint32_t length_word; /* of every value, as on the wire */
    uint32_t step;        /* the bytes of a value and of its length word */
    uint64_t mask;        /* of the value's bytes */
    uint64_t sign;        /* its highest bit; 0 where it is unsigned */
    uint64_t offset;      /* of `objects`, among the values with their sign bit turned */
    uint64_t count;
    PyObject **objects; /* NULL where one has not been made yet */
} SharedValues;

/* Of a type whose values are not shared: no value has a length of -2. */
static inline SharedValues shared_values_none(void) {
    SharedValues none = {.length_word = wire_word_as_sent((uint32_t)-2), .step = 4};
    return none;
}

static inline int shared_values_exist(SharedValues values) { return values.count != 0; }

/* Of integers of `width` bytes, those from `lowest` on. */
static inline SharedValues shared_values(int width, int is_signed, int64_t lowest,
                                         uint64_t count, PyObject **objects) {
    uint64_t sign = is_signed ? UINT64_C(1) << (8 * width - 1) : 0;
    SharedValues values = {
        .length_word = wire_word_as_sent((uint32_t)width),
        .step = 4 + (uint32_t)width,
        .mask = UINT64_MAX >> (64 - 8 * width),
        .sign = sign,
        .offset = sign + (uint64_t)lowest,
        .count = count,
        .objects = objects,
    };
    return values;
}

/* The object of a value whose length word is right and that ends at `after`, or NULL
 * without an exception; a borrowed reference. The 8 bytes before `after` are readable. */
static inline PyObject *shared_object(const SharedValues *values, const char *after) {
    uint64_t value = wire_read_u64(after - 8) & values->mask;
    uint64_t index = (value ^ values->sign) - values->offset;
    return index < values->count ? values->objects[index] : NULL;
}

/* Fill `items` from item `i` on with the values that begin at `*at`, up to the first
 * that is NULL, malformed, or has no shared object; returns its number. The 7 bytes
 * before `*at` must be readable: they hold a DataRow message's head at least. */
static inline Py_ssize_t shared_values_run(const SharedValues *columns, Py_ssize_t i,
                                           Py_ssize_t count, PyObject **items,
                                           const char **at, const char *end) {
    const char *from = *at;
    for (; i < count; i++) {
        const SharedValues *column = &columns[i];
        const char *after = from + column->step;
        if (after > end || wire_load_word(from) != column->length_word) {
            break;
        }
        PyObject *object = shared_object(column, after);
        if (object == NULL) {
            break;
        }
        Py_INCREF(object);
        items[i] = object;
        from = after;
    }
    *at = from;
    return i;
}

/* The same for values of one type, an array's. */
static inline Py_ssize_t shared_values_repeat(SharedValues values, Py_ssize_t i, Py_ssize_t count,
                                              PyObject **items, const char **at,
                                              const char *end) {
    const char *from = *at;
    for (; i < count; i++) {
        const char *after = from + values.step;
        if (after > end || wire_load_word(from) != values.length_word) {
            break;
        }
        PyObject *object = shared_object(&values, after);
        if (object == NULL) {
            break;
        }
        Py_INCREF(object);
        items[i] = object;
        from = after;
    }
    *at = from;
    return i;
}

#endif
