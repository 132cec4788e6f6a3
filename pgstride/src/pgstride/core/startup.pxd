"""Start-up: StartupMessage, authentication, and what the server says of itself."""

from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.operations cimport Operation


cdef class Startup(Operation):
    cdef WriteBuffer out
    cdef str user
    cdef str password
    cdef object policy
    cdef object scram
    cdef object gss
    cdef bint asked
    cdef int oldest_version
    cdef readonly int protocol_version
    cdef readonly bint authenticated
    cdef readonly int backend_pid
    cdef readonly bytes cancel_key

    cdef int authenticate(self, const char *body, Py_ssize_t size) except -1
    cdef int negotiate(self, const char *body, Py_ssize_t size) except -1
    cdef int start_scram(self, bytes mechanisms) except -1
    cdef int send_token(self, bytes answer) except -1
    cdef int send_password(self, bytes password) except -1


cdef int put_startup(WriteBuffer out, int version, dict parameters) except -1
