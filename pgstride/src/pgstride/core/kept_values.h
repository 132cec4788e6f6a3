/* Ended values, kept for the next ones of their kind.
 *
 * A result of many rows ends as a whole just before or after the next is made. When
 * a record ends and nobody else holds one of its values, the value's memory goes to
 * a list instead of CPython's allocator, and comes back for a value of the same type
 * and size: half of what the making and the ending of a text, a float, a
 * timestamptz or a large integer cost. What anybody still holds is never touched.
 *
 * Only objects of exactly these types and sizes are kept, whoever made them: they
 * are all one block of PyObject_Malloc, of the same number of bytes. 256 KiB are
 * kept of each kind, so 13 MiB at the most, when results with thousands of texts of
 * every length up to KEPT_TEXT_LONGEST have been seen. */
#ifndef PGSTRIDE_KEPT_VALUES_H
#define PGSTRIDE_KEPT_VALUES_H

#include <Python.h>

#if defined(Py_GIL_DISABLED) || defined(Py_TRACE_REFS) || defined(Py_REF_DEBUG) || \
    defined(PGSTRIDE_SANITIZE)
#define PGSTRIDE_KEEP_NOTHING
#endif

#define KEPT_BYTES (256 * 1024)
#define KEPT_TEXT_SHORTEST 2 /* shorter ones are shared by CPython */
#define KEPT_TEXT_LONGEST 47

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address, 1)
#else
#define PREFETCH(address) ((void)0)
#endif

/* An ended object: it has its type and one reference, all else may be overwritten. */
typedef struct KeptValue {
    PyObject_HEAD
    struct KeptValue *next;
} KeptValue;

typedef struct {
    KeptValue *first;
    int room; /* for so many more */
} KeptValues;

/* The most recently ended object, whose one reference is the caller's, or NULL. */
static inline PyObject *kept_take(KeptValues *kept) {
#ifndef PGSTRIDE_KEEP_NOTHING
    KeptValue *taken = kept == NULL ? NULL : kept->first;
    if (taken != NULL) {
        kept->first = taken->next;
        kept->room++;
        PREFETCH(kept->first);
    }
    return (PyObject *)taken;
#else
    return NULL;
#endif
}

/* Whether an object that only the caller holds has been kept: the reference is gone. */
static inline int kept_put(KeptValues *kept, PyObject *ended) {
#ifndef PGSTRIDE_KEEP_NOTHING
    if (kept->room > 0) {
        ((KeptValue *)ended)->next = kept->first;
        kept->first = (KeptValue *)ended;
        kept->room--;
        return 1;
    }
#endif
    return 0;
}

/* For each length of an ASCII text its own: a block of one size, whatever allocates it. */
extern KeptValues kept_texts[KEPT_TEXT_LONGEST + 1];
extern KeptValues kept_integers[3]; /* for each number of digits */
extern KeptValues kept_floats;
extern KeptValues kept_instants; /* datetimes with a time zone */

/* Makes room; -1 with an exception. */
int kept_initialise(void);

/* Whether a value that only the caller holds has been kept. */
int kept_value(PyObject *value);

/* Gives back a reference that a record held; keeps the value where it was the last. */
static inline void kept_release(PyObject *value) {
    if (Py_REFCNT(value) != 1 || !kept_value(value)) {
        Py_DECREF(value);
    }
}

#endif
