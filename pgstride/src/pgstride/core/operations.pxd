"""What the frontend waits for: one operation per ReadyForQuery."""

cimport cython

from pgstride.core.rows cimport RowDecoder


# A long queue ends by its head, which without this would take a stack as long.
@cython.trashcan(True)
cdef class Operation:
    cdef object waiter
    cdef object error
    cdef Operation following
    cdef str query
    cdef RowDecoder decoder
    cdef readonly list rows
    cdef bint skipping
    cdef bint abandoned
    cdef double deadline
    cdef bint sent_all
    cdef bint waited_for
    cdef bint executes
    cdef bint takes_copy
    cdef bint vital

    cdef int handle(self, char kind, const char *body, Py_ssize_t size) except -1
    cdef object outcome(self)
    cdef int fail(self, object error) except -1
    cdef int unexpected(self, char kind) except -1


cdef class ExtendedQuery(Operation):
    cdef readonly bytes tag
    cdef readonly bint suspended
    cdef readonly list parameter_oids
    cdef readonly list columns
    cdef Py_ssize_t leading
    cdef bint begins
    cdef bint wants_tag
    cdef bint wants_operation
    cdef bytes statement_name
    cdef bint parsed
    cdef list closing
    cdef Py_ssize_t closed
    cdef Py_ssize_t expected
    cdef bint described

    cdef int answered(self, char kind) except -1
    cdef int describe(self, char kind, const char *body, Py_ssize_t size) except -1

    @staticmethod
    cdef ExtendedQuery describing(object waiter, str query, bytes statement_name)

    @staticmethod
    cdef ExtendedQuery fetching(object waiter, str query, RowDecoder decoder)


cdef class SimpleQuery(Operation):
    cdef readonly bytes tag
