"""The protocol's core on an asyncio transport."""

from pgstride.core.copying cimport CopyOut
from pgstride.core.frontend cimport Frontend
from pgstride.core.operations cimport Operation
from pgstride.core.statement cimport Statement


cdef class Session(Frontend):
    cdef readonly object loop
    cdef long forks
    cdef readonly object transport
    cdef object create_future
    cdef object write
    cdef int descriptor
    cdef bint transport_holds
    cdef dict statements
    cdef readonly Py_ssize_t statement_limit
    cdef double statement_lifetime
    cdef object expiry_timer
    cdef long long uses
    cdef object timer
    cdef double timer_at
    cdef readonly object hold
    cdef bint cancel_under_way
    cdef Operation cancelling
    cdef readonly object closed_waiter
    cdef object resumed_waiter
    cdef readonly bint writing_paused
    cdef public bint closing
    cdef public bint watched
    cdef readonly bint shared
    cdef bint flush_scheduled
    cdef CopyOut copying

    cdef Operation find(self, object waiter)
    cdef int give_up(self, object result) except -1
    cdef int flush(self) except -1
    cdef int check_home(self) except -1
    cdef int send_directly(self) except -1
    cdef int flush_soon(self) except -1
    cdef Statement sendable(self, str query)
    cdef int note_use(self, Statement statement) except -1
    cdef object begin_waiting(self, Operation operation, object timeout)
    cdef int set_deadline(self, Operation operation, object timeout) except -1
    cdef int go_on_cancelling(self) except -1
