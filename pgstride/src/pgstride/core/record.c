#include "record.h"

#include <stddef.h>

/* -- RecordDescriptor ----------------------------------------------------- */

static void descriptor_dealloc(RecordDescriptor *self) {
    Py_XDECREF(self->names);
    Py_XDECREF(self->index);
    PyObject_Free(self);
}

PyTypeObject RecordDescriptorType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "pgstride.core.rows.RecordDescriptor",
    .tp_basicsize = sizeof(RecordDescriptor),
    .tp_dealloc = (destructor)descriptor_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "The names of a result's columns, shared by its records.",
};

static PyObject *positions_by_name(PyObject *names) {
    PyObject *index = PyDict_New();
    if (index == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        PyObject *position = PyLong_FromSsize_t(i);
        if (position == NULL || PyDict_SetItem(index, PyTuple_GET_ITEM(names, i), position) < 0) {
            Py_XDECREF(position);
            Py_DECREF(index);
            return NULL;
        }
        Py_DECREF(position);
    }
    return index;
}

PyObject *record_descriptor(PyObject *names) {
    if (!PyTuple_Check(names)) {
        PyErr_SetString(PyExc_TypeError, "names must be a tuple");
        return NULL;
    }
    PyObject *index = positions_by_name(names);
    if (index == NULL) {
        return NULL;
    }
    RecordDescriptor *made = PyObject_New(RecordDescriptor, &RecordDescriptorType);
    if (made == NULL) {
        Py_DECREF(index);
        return NULL;
    }
    Py_INCREF(names);
    made->names = names;
    made->index = index;
    return (PyObject *)made;
}

/* -- making and ending records --------------------------------------------- */

/* tp_itemsize times ob_size counts from `items`, which basicsize leaves out. */
#define RECORD_BASIC_SIZE ((Py_ssize_t)offsetof(Record, items))

#ifndef PGSTRIDE_KEEP_NOTHING
RecordKept record_kept[2][RECORD_KEPT_COLUMNS + 1];

static inline int keep(int container, Record *record) {
    Py_ssize_t size = Py_SIZE(record);
    RecordKept *kept = &record_kept[container][size <= RECORD_KEPT_COLUMNS ? size : 0];
    if (size > RECORD_KEPT_COLUMNS || kept->room == 0) {
        return 0;
    }
    record->descriptor = (RecordDescriptor *)kept->first;
    kept->first = record;
    kept->room--;
    return 1;
}

static void make_room(void) {
    for (int size = 0; size <= RECORD_KEPT_COLUMNS; size++) {
        size_t bytes = (size_t)RECORD_BASIC_SIZE + (size_t)size * sizeof(PyObject *);
        record_kept[0][size].room = record_kept[1][size].room = (int)(RECORD_KEPT_BYTES / bytes);
    }
}
#else
static inline int keep(int container, Record *record) { return 0; }
static void make_room(void) {}
#endif

static PyObject *new_atomic(Py_ssize_t size) {
    Record *record = PyObject_Malloc(RECORD_BASIC_SIZE + size * (Py_ssize_t)sizeof(PyObject *));
    if (record == NULL) {
        return PyErr_NoMemory();
    }
    (void)PyObject_InitVar((PyVarObject *)record, &RecordType, size);
    memset(record->items, 0, (size_t)size * sizeof(PyObject *));
    return (PyObject *)record;
}

PyObject *record_new(PyTypeObject *type, PyObject *descriptor) {
    Py_ssize_t size = PyTuple_GET_SIZE(((RecordDescriptor *)descriptor)->names);
    PyObject *record;
    if (type == &RecordType) {
        record = new_atomic(size);
    } else if (type == &ContainerRecordType) {
        record = (PyObject *)PyObject_GC_NewVar(Record, type, size);
        if (record != NULL) {
            memset(((Record *)record)->items, 0, (size_t)size * sizeof(PyObject *));
        }
    } else {
        /* Zeroes the items. */
        record = type->tp_alloc(type, size);
        if (record != NULL && PyType_IS_GC(type)) {
            PyObject_GC_UnTrack(record);
        }
    }
    if (record == NULL) {
        return NULL;
    }
    Py_INCREF(descriptor);
    ((Record *)record)->descriptor = (RecordDescriptor *)descriptor;
    return record;
}

void record_track(PyObject *record) {
    if (PyType_IS_GC(Py_TYPE(record))) {
        PyObject_GC_Track(record);
    }
}

static inline void release_items(Record *self) {
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        PyObject *item = self->items[i];
        if (item != NULL) {
            self->items[i] = NULL;
            kept_release(item);
        }
    }
    Py_XDECREF(self->descriptor);
}

static void record_dealloc(Record *self) {
    release_items(self);
    if (Py_TYPE(self) != &RecordType || !keep(0, self)) {
        Py_TYPE(self)->tp_free((PyObject *)self);
    }
}

static void container_dealloc(Record *self) {
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, container_dealloc)
    release_items(self);
    if (!keep(1, self)) {
        PyObject_GC_Del(self);
    }
    Py_TRASHCAN_END
}

static int record_traverse(Record *self, visitproc visit, void *arg) {
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        Py_VISIT(self->items[i]);
    }
    return 0;
}

static PyObject *record_refuse_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyErr_Format(PyExc_TypeError, "cannot create '%.100s' instances", type->tp_name);
    return NULL;
}

/* -- items ----------------------------------------------------------------- */

static Py_ssize_t record_length(Record *self) { return Py_SIZE(self); }

static PyObject *record_item(Record *self, Py_ssize_t position) {
    if (position < 0 || position >= Py_SIZE(self)) {
        PyErr_SetString(PyExc_IndexError, "record index out of range");
        return NULL;
    }
    PyObject *item = self->items[position];
    Py_INCREF(item);
    return item;
}

/* Borrowed, or NULL with or without an exception. */
static PyObject *find_by_name(Record *self, PyObject *name) {
    PyObject *position = PyDict_GetItemWithError(self->descriptor->index, name);
    return position == NULL ? NULL : self->items[PyLong_AsSsize_t(position)];
}

static PyObject *item_by_name(Record *self, PyObject *name) {
    PyObject *item = find_by_name(self, name);
    if (item != NULL) {
        Py_INCREF(item);
    } else if (!PyErr_Occurred()) {
        PyErr_SetObject(PyExc_KeyError, name);
    }
    return item;
}

static PyObject *items_by_slice(Record *self, PyObject *slice) {
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0) {
        return NULL;
    }
    Py_ssize_t length = PySlice_AdjustIndices(Py_SIZE(self), &start, &stop, step);
    PyObject *found = PyTuple_New(length);
    if (found == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < length; i++, start += step) {
        PyObject *item = self->items[start];
        Py_INCREF(item);
        PyTuple_SET_ITEM(found, i, item);
    }
    return found;
}

static PyObject *record_subscript(Record *self, PyObject *key) {
    if (PyUnicode_Check(key)) {
        return item_by_name(self, key);
    }
    if (PyIndex_Check(key)) {
        Py_ssize_t position = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (position == -1 && PyErr_Occurred()) {
            return NULL;
        }
        return record_item(self, position < 0 ? position + Py_SIZE(self) : position);
    }
    return PySlice_Check(key) ? items_by_slice(self, key) : item_by_name(self, key);
}

static int record_contains(Record *self, PyObject *name) {
    return PyDict_Contains(self->descriptor->index, name);
}

static PyObject *as_tuple(Record *self) {
    PyObject *items = PyTuple_New(Py_SIZE(self));
    if (items == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        Py_INCREF(self->items[i]);
        PyTuple_SET_ITEM(items, i, self->items[i]);
    }
    return items;
}

static PyObject *iterate_over(PyObject *sequence) {
    if (sequence == NULL) {
        return NULL;
    }
    PyObject *iterator = PyObject_GetIter(sequence);
    Py_DECREF(sequence);
    return iterator;
}

static PyObject *record_iter(Record *self) { return iterate_over(as_tuple(self)); }

static PyObject *record_keys(Record *self, PyObject *unused) {
    return PyObject_GetIter(self->descriptor->names);
}

static PyObject *record_values(Record *self, PyObject *unused) { return record_iter(self); }

static PyObject *record_items(Record *self, PyObject *unused) {
    PyObject *pairs = PyTuple_New(Py_SIZE(self));
    if (pairs == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < Py_SIZE(self); i++) {
        PyObject *name = PyTuple_GET_ITEM(self->descriptor->names, i);
        PyObject *pair = PyTuple_Pack(2, name, self->items[i]);
        if (pair == NULL) {
            Py_DECREF(pairs);
            return NULL;
        }
        PyTuple_SET_ITEM(pairs, i, pair);
    }
    return iterate_over(pairs);
}

static PyObject *record_get(Record *self, PyObject *args) {
    PyObject *name, *fallback = Py_None;
    if (!PyArg_UnpackTuple(args, "get", 1, 2, &name, &fallback)) {
        return NULL;
    }
    PyObject *item = find_by_name(self, name);
    if (item == NULL) {
        if (PyErr_Occurred()) {
            return NULL;
        }
        item = fallback;
    }
    Py_INCREF(item);
    return item;
}

/* -- comparing, hashing, showing ------------------------------------------- */

/* As of the tuple of its items, so that equal ones have equal hashes. */
static Py_hash_t record_hash(Record *self) {
    PyObject *items = as_tuple(self);
    if (items == NULL) {
        return -1;
    }
    Py_hash_t hash = PyObject_Hash(items);
    Py_DECREF(items);
    return hash;
}

static PyObject *comparable(PyObject *value) {
    if (PyObject_TypeCheck(value, &RecordType)) {
        return as_tuple((Record *)value);
    }
    Py_INCREF(value);
    return value;
}

static PyObject *record_richcompare(PyObject *left, PyObject *right, int operation) {
    if (!PyTuple_Check(right) && !PyObject_TypeCheck(right, &RecordType)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = NULL, *a = comparable(left), *b = comparable(right);
    if (a != NULL && b != NULL) {
        result = PyObject_RichCompare(a, b, operation);
    }
    Py_XDECREF(a);
    Py_XDECREF(b);
    return result;
}

static PyObject *pair_repr(Record *self, Py_ssize_t position) {
    return PyUnicode_FromFormat(" %U=%R", PyTuple_GET_ITEM(self->descriptor->names, position),
                                self->items[position]);
}

static PyObject *repr_of_pairs(Record *self) {
    const char *name = strrchr(Py_TYPE(self)->tp_name, '.');
    PyObject *text = PyUnicode_FromFormat("<%s", name ? name + 1 : Py_TYPE(self)->tp_name);
    for (Py_ssize_t i = 0; text != NULL && i < Py_SIZE(self); i++) {
        PyUnicode_AppendAndDel(&text, pair_repr(self, i));
    }
    if (text != NULL) {
        PyUnicode_AppendAndDel(&text, PyUnicode_FromString(">"));
    }
    return text;
}

static PyObject *record_repr(Record *self) {
    int entered = Py_ReprEnter((PyObject *)self);
    if (entered != 0) {
        return entered > 0 ? PyUnicode_FromString("<...>") : NULL;
    }
    PyObject *text = repr_of_pairs(self);
    Py_ReprLeave((PyObject *)self);
    return text;
}

static PyObject *record_refuse_pickling(PyObject *self, PyObject *unused) {
    return PyErr_Format(PyExc_TypeError, "cannot pickle %.100s objects", Py_TYPE(self)->tp_name);
}

/* -- the types ------------------------------------------------------------- */

static PyMethodDef methods[] = {
    {"keys", (PyCFunction)record_keys, METH_NOARGS, "An iterator over the columns' names."},
    {"values", (PyCFunction)record_values, METH_NOARGS, "An iterator over the values."},
    {"items", (PyCFunction)record_items, METH_NOARGS, "An iterator over (name, value) pairs."},
    {"get", (PyCFunction)record_get, METH_VARARGS,
     "get(name, default=None): the value of a column, or the default where there is none."},
    {"__reduce__", record_refuse_pickling, METH_NOARGS, NULL},
    {"__reduce_ex__", record_refuse_pickling, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PySequenceMethods as_sequence = {
    .sq_length = (lenfunc)record_length,
    .sq_item = (ssizeargfunc)record_item,
    .sq_contains = (objobjproc)record_contains,
};

static PyMappingMethods as_mapping = {
    .mp_length = (lenfunc)record_length,
    .mp_subscript = (binaryfunc)record_subscript,
};

PyTypeObject RecordType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "pgstride.Record",
    .tp_basicsize = RECORD_BASIC_SIZE,
    .tp_itemsize = sizeof(PyObject *),
    .tp_dealloc = (destructor)record_dealloc,
    .tp_repr = (reprfunc)record_repr,
    .tp_as_sequence = &as_sequence,
    .tp_as_mapping = &as_mapping,
    .tp_hash = (hashfunc)record_hash,
    .tp_getattro = PyObject_GenericGetAttr,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = "A row: values by position, by slice and by the name of their column.",
    /* Not tracked itself, but subclasses that users write are. */
    .tp_traverse = (traverseproc)record_traverse,
    .tp_richcompare = record_richcompare,
    .tp_iter = (getiterfunc)record_iter,
    .tp_methods = methods,
    .tp_new = record_refuse_new,
    .tp_free = PyObject_Free,
};

PyTypeObject ContainerRecordType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "pgstride.Record",
    .tp_base = &RecordType,
    .tp_basicsize = RECORD_BASIC_SIZE,
    .tp_itemsize = sizeof(PyObject *),
    .tp_dealloc = (destructor)container_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = "A row that holds lists or other containers.",
    .tp_traverse = (traverseproc)record_traverse,
    .tp_new = record_refuse_new,
    .tp_free = PyObject_GC_Del,
};

int record_initialise(void) {
    if (PyType_Ready(&RecordDescriptorType) < 0 || PyType_Ready(&RecordType) < 0) {
        return -1;
    }
    make_room();
    if (kept_initialise() < 0) {
        return -1;
    }
    return PyType_Ready(&ContainerRecordType);
}
