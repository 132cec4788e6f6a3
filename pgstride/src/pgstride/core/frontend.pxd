"""The frontend's side of a connection, without input and output."""

from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.operations cimport ExtendedQuery, Operation
from pgstride.core.statement cimport Statement


cdef class Frontend:
    cdef WriteBuffer out
    cdef object storage
    cdef object window
    cdef char *received
    cdef Py_ssize_t start
    cdef Py_ssize_t end
    cdef Py_ssize_t capacity
    cdef Py_ssize_t window_start
    cdef bint was_filled
    cdef Py_ssize_t allowance

    cdef Operation first
    cdef Operation last
    cdef readonly Py_ssize_t pending
    cdef readonly long long executions

    cdef readonly dict settings
    cdef readonly int backend_pid
    cdef bytes cancel_key
    cdef char transaction_status
    cdef readonly object broken
    cdef readonly Py_ssize_t waited

    cdef bytes reset_query
    cdef bytes begin_query
    cdef bint begin_under_way
    cdef readonly bint begin_lost
    cdef list statements_to_close

    cdef int enqueue(self, Operation operation) except -1
    cdef int check_usable(self) except -1
    cdef bint may_copy(self)
    cdef int refuse_copy(self, const char *body, Py_ssize_t size) except -1
    cdef int close_later(self, bytes name) except -1
    cdef Py_ssize_t begin_group(self) except -1
    cdef int end_group(self, ExtendedQuery operation) except -1
    cdef ExtendedQuery execute_statement(
        self, Statement statement, tuple arguments, int limit, object record_class, object waiter
    )
    cdef ExtendedQuery portal_operation(
        self, Statement statement, object record_class, object waiter
    )
    cdef Operation put_simple(self, str text, Operation operation)
    cdef int put_parse_unnamed(self, Statement statement) except -1
    cdef int spend(self, Py_ssize_t size) except -1
    cdef int process(self) except -1
    cdef int dispatch(self, char kind, const char *body, Py_ssize_t size) except -1
    cdef int ready(self, const char *body, Py_ssize_t size) except -1
    cdef int notice(self, const char *body, Py_ssize_t size) except -1
    cdef int server_error(self, const char *body, Py_ssize_t size) except -1
    cdef int make_room(self) except -1
    cdef int settle_size(self) except -1
    cdef int resize(self, Py_ssize_t wanted) except -1
    cdef int after_operation(self, Operation operation) except -1
