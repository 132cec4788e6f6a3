#include "kept_values.h"

#include <datetime.h>

#include "values.h"

KeptValues kept_texts[KEPT_TEXT_LONGEST + 1];
KeptValues kept_integers[3];
KeptValues kept_floats;
KeptValues kept_instants;

#ifdef PGSTRIDE_KEEP_NOTHING
int kept_initialise(void) { return 0; }

int kept_value(PyObject *value) { return 0; }
#else
static int room_for(size_t size) { return (int)(KEPT_BYTES / size); }

int kept_initialise(void) {
    PyDateTime_IMPORT;
    if (PyDateTimeAPI == NULL) {
        return -1;
    }
    for (size_t length = KEPT_TEXT_SHORTEST; length <= KEPT_TEXT_LONGEST; length++) {
        kept_texts[length].room = room_for(sizeof(PyASCIIObject) + length + 1);
    }
    for (int digits = 1; digits <= 2; digits++) {
        kept_integers[digits].room = VALUE_INT_KEPT ? room_for(VALUE_INT_BYTES(digits)) : 0;
    }
    kept_floats.room = room_for(sizeof(PyFloatObject));
    kept_instants.room = room_for(sizeof(PyDateTime_DateTime));
    return 0;
}

/* One block, of a size that the length tells, which nothing else refers to. */
static inline int is_plain(PyASCIIObject *text) {
    return text->state.compact && text->state.ascii && !text->state.interned &&
           text->length >= KEPT_TEXT_SHORTEST && text->length <= KEPT_TEXT_LONGEST;
}

static int keep_text(PyObject *value) {
    PyASCIIObject *text = (PyASCIIObject *)value;
    if (!is_plain(text)) {
        return 0;
    }
#if PY_VERSION_HEX < 0x030C0000
    if (text->wstr != NULL) {
        return 0;
    }
#endif
    return kept_put(&kept_texts[text->length], value);
}

static int keep_instant(PyObject *value) {
    PyDateTime_DateTime *instant = (PyDateTime_DateTime *)value;
    if (!instant->hastzinfo || kept_instants.room == 0) {
        return 0;
    }
    Py_CLEAR(instant->tzinfo);
    return kept_put(&kept_instants, value);
}

int kept_value(PyObject *value) {
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyUnicode_Type) {
        return keep_text(value);
    }
    if (type == &PyLong_Type) {
        int digits = value_int_digits(value);
        return digits <= 2 && kept_put(&kept_integers[digits], value);
    }
    if (type == &PyFloat_Type) {
        return kept_put(&kept_floats, value);
    }
    return type == PyDateTimeAPI->DateTimeType && keep_instant(value);
}
#endif
