/* Instances of our own classes in Python, made without calling Python.
 *
 * Their constructors check and convert what an application gives them, which
 * what the server sends does not need.
 */
#ifndef PGSTRIDE_INSTANCES_H
#define PGSTRIDE_INSTANCES_H

#include <Python.h>
#include <structmember.h> /* PyMemberDef, before Python 3.12 */

/* Where the instances of a class have the attribute of a name in __slots__;
 * -1 with an exception where it is not such an attribute. */
static inline Py_ssize_t instance_slot(PyObject *type, const char *name) {
    Py_ssize_t offset = -1;
    PyObject *descriptor = PyObject_GetAttrString(type, name);
    if (descriptor == NULL) {
        return -1;
    }
    if (Py_TYPE(descriptor) == &PyMemberDescr_Type) {
        offset = ((PyMemberDescrObject *)descriptor)->d_member->offset;
    } else {
        PyErr_Format(PyExc_TypeError, "%s is not in the __slots__ of %R", name, type);
    }
    Py_DECREF(descriptor);
    return offset;
}

/* An instance whose attributes are all missing yet. */
static inline PyObject *instance_new(PyObject *type) {
    return ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
}

/* Set an attribute that is missing. */
static inline void instance_set(PyObject *self, Py_ssize_t slot, PyObject *value) {
    Py_INCREF(value);
    *(PyObject **)((char *)self + slot) = value;
}

/* An instance of a subclass of tuple with the items of a tuple. */
static inline PyObject *instance_of_tuple(PyObject *type, PyObject *items) {
    PyObject *args = PyTuple_Pack(1, items);
    if (args == NULL) {
        return NULL;
    }
    PyObject *self = PyTuple_Type.tp_new((PyTypeObject *)type, args, NULL);
    Py_DECREF(args);
    return self;
}

#endif
