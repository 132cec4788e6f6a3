/* Record: a row. An immutable sequence whose items have names too. */
#ifndef PGSTRIDE_RECORD_H
#define PGSTRIDE_RECORD_H

#include <Python.h>

#include "kept_values.h"

/* What all rows of one result have in common: their columns' names. */
typedef struct {
    PyObject_HEAD
    PyObject *names; /* tuple of str, in column order */
    PyObject *index; /* dict: name -> position; of equal names, the last */
} RecordDescriptor;

typedef struct {
    PyObject_VAR_HEAD
    RecordDescriptor *descriptor;
    PyObject *items[1];
} Record;

/* Record keeps no account with the garbage collector: its items are atomic.
 * ContainerRecord, a subtype that users do not see by name, does. */
extern PyTypeObject RecordType;
extern PyTypeObject ContainerRecordType;
extern PyTypeObject RecordDescriptorType;

/* Readies the types; -1 with an exception. */
int record_initialise(void);

/* A descriptor of columns with these names (a tuple of str). */
PyObject *record_descriptor(PyObject *names);

/* A record whose items are still NULL. `type` is one of the two above or a
 * user's subclass of Record. The collector does not know it before record_track. */
PyObject *record_new(PyTypeObject *type, PyObject *descriptor);

/* Ended records are kept for the next ones of the same kind and size: a result
 * of many rows ends as a whole just before or after the next is made. That spares
 * the allocation and, as with CPython's own lists and dicts, the collector's count
 * of it. Results of several connections may end between two of the loop's turns:
 * 512 KiB are kept of each kind and size, hence 17 MiB at the most, when large
 * results of every width have been seen. */
#define RECORD_KEPT_COLUMNS 16
#define RECORD_KEPT_BYTES (512 * 1024)

#ifndef PGSTRIDE_KEEP_NOTHING
typedef struct {
    Record *first; /* linked by `descriptor`; all items are NULL */
    int room;      /* for so many more */
} RecordKept;

extern RecordKept record_kept[2][RECORD_KEPT_COLUMNS + 1];
#endif

/* record_new for one of the two types above, for the row loop. */
static inline PyObject *record_new_plain(int container, PyObject *descriptor, Py_ssize_t size) {
#ifndef PGSTRIDE_KEEP_NOTHING
    RecordKept *kept = &record_kept[container][size <= RECORD_KEPT_COLUMNS ? size : 0];
    if (size <= RECORD_KEPT_COLUMNS && kept->first != NULL) {
        Record *record = kept->first;
        kept->first = (Record *)record->descriptor;
        kept->room++;
        PREFETCH(kept->first);
        _Py_NewReference((PyObject *)record);
        Py_INCREF(descriptor);
        record->descriptor = (RecordDescriptor *)descriptor;
        return (PyObject *)record;
    }
#endif
    return record_new(container ? &ContainerRecordType : &RecordType, descriptor);
}

/* Tell the collector of a record whose items are all set. */
void record_track(PyObject *record);

/* The items of a record that nobody else has seen yet; a reference that is stored
 * there belongs to the record. */
static inline PyObject **record_slots(PyObject *record) { return ((Record *)record)->items; }

/* Hands the reference to `value` over to the record. */
static inline void record_set_item(PyObject *record, Py_ssize_t position, PyObject *value) {
    ((Record *)record)->items[position] = value;
}

#endif
