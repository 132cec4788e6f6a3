"""What counts as an array among Python's containers, and how many dimensions it has."""

from cpython.object cimport PyObject
from libc.stdint cimport int32_t

cdef enum:
    MOST_DIMENSIONS = 6  # MAXDIM in PostgreSQL's sources


cdef struct Shape:
    int dimensions
    int32_t sizes[MOST_DIMENSIONS]


cdef extern from *:
    """
    /* Whether iter() can work, without asking Python. */
    static inline int may_iterate(PyObject *value) { return Py_TYPE(value)->tp_iter != NULL; }
    """
    bint may_iterate(object value)
    bint is_tuple "PyTuple_Check"(object value)
    bint is_str "PyUnicode_Check"(object value)
    bint is_bytes "PyBytes_Check"(object value)
    bint is_exact_list "PyList_CheckExact"(object value)
    bint is_exact_tuple "PyTuple_CheckExact"(object value)
    # Of exact lists and tuples.
    Py_ssize_t items_count "PySequence_Fast_GET_SIZE"(object items)
    PyObject *borrowed_item "PySequence_Fast_GET_ITEM"(object items, Py_ssize_t position)


cdef inline object items_get(object items, Py_ssize_t position):
    return <object>borrowed_item(items, position)


cdef bint is_sized_iterable(object value) except -1
cdef object items_of(object value)
cdef int find_shape(object value, bint records, Shape *shape) except -1
cdef bint is_value_of_its_own(object item) except -1


cdef inline bint is_nested(object item, bint records) except -1:
    """Whether `item` of an array is an array itself, rather than a value.

    Tuples are values: of composite types, ranges, points and so on. Records
    are too where the elements are records.
    """
    if is_exact_list(item):
        return True
    if not may_iterate(item) or is_tuple(item) or is_str(item) or is_bytes(item):
        return False
    return is_sized_iterable(item) and not (records and is_value_of_its_own(item))
