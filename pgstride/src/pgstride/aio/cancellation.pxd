"""Time-outs, and the cancelling of statements on the server."""

from pgstride.aio.link cimport Link
from pgstride.core.operations cimport Operation


cdef class CancellableLink(Link):
    cdef object timer
    cdef double timer_at
    cdef readonly object hold
    cdef bint cancel_under_way
    cdef Operation cancelling
    cdef readonly bint shared

    cdef Operation find(self, object waiter)
    cdef int give_up(self, object result) except -1
    cdef int go_on_cancelling(self) except -1
    cdef int set_deadline(self, Operation operation, object timeout) except -1
