"""Groups of messages that end in Sync, and what travels with them."""

from pgstride.core.operation_queue cimport OperationQueue
from pgstride.core.operations cimport ExtendedQuery


cdef class StatementGroups(OperationQueue):
    cdef bytes reset_query
    cdef bytes begin_query
    cdef bint begin_under_way
    cdef readonly bint begin_lost
    cdef list statements_to_close

    cdef int close_later(self, bytes name) except -1
    cdef int check_usable(self) except -1
    cdef Py_ssize_t begin_group(self) except -1
    cdef int end_group(self, ExtendedQuery operation) except -1
    cdef int after_group(self, ExtendedQuery group) except -1
