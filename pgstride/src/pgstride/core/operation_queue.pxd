"""The operations under way, and what the server's messages do to them."""

from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.operations cimport Operation
from pgstride.core.receive_buffer cimport ReceiveBuffer


cdef class OperationQueue(ReceiveBuffer):
    cdef WriteBuffer out
    cdef Py_ssize_t allowance

    cdef Operation first
    cdef Operation last
    cdef readonly Py_ssize_t pending
    cdef readonly Py_ssize_t waited
    cdef readonly long long executions

    cdef readonly dict settings
    cdef readonly int backend_pid
    cdef bytes cancel_key
    cdef char transaction_status
    cdef readonly object broken

    cdef int limit_start_up(self) except -1
    cdef int spend(self, Py_ssize_t size) except -1
    cdef int process(self) except -1
    cdef int dispatch(self, char kind, const char *body, Py_ssize_t size) except -1
    cdef int ready(self, const char *body, Py_ssize_t size) except -1
    cdef int after_operation(self, Operation operation) except -1
    cdef int server_error(self, const char *body, Py_ssize_t size) except -1
    cdef int notice(self, const char *body, Py_ssize_t size) except -1
    cdef bint may_copy(self)
    cdef int refuse_copy(self, const char *body, Py_ssize_t size) except -1
    cdef int enqueue(self, Operation operation) except -1
