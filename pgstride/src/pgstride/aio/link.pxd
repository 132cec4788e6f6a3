"""A frontend on an asyncio transport: asyncio's calls, and sending."""

from pgstride.core.copying cimport CopyOut
from pgstride.core.frontend cimport Frontend


cdef class Link(Frontend):
    cdef readonly object loop
    cdef long forks
    cdef readonly object transport
    cdef object create_future
    cdef object write
    cdef int descriptor
    cdef bint transport_holds
    cdef readonly object closed_waiter
    cdef object resumed_waiter
    cdef readonly bint writing_paused
    cdef bint flush_scheduled
    cdef CopyOut copying

    cdef int check_home(self) except -1
    cdef int flush(self) except -1
    cdef int send_directly(self) except -1
    cdef int flush_soon(self) except -1
