/* Record: a row. An immutable sequence whose items have names too. */
#ifndef PGSTRIDE_RECORD_H
#define PGSTRIDE_RECORD_H

#include <Python.h>

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
 * user's subclass of Record. */
PyObject *record_new(PyTypeObject *type, PyObject *descriptor);

/* Tell the collector of a record whose items are all set. */
void record_track(PyObject *record);

/* Hands the reference to `value` over to the record. */
static inline void record_set_item(PyObject *record, Py_ssize_t position, PyObject *value) {
    ((Record *)record)->items[position] = value;
}

#endif
