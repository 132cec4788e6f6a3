"""Instances of our own classes in Python, made without calling Python."""


cdef extern from "instances.h":
    Py_ssize_t instance_slot(object type, const char *name) except -1
    object instance_new(object type)
    void instance_set(object instance, Py_ssize_t slot, object value)
    object instance_of_tuple(object type, tuple items)
