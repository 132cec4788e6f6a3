"""The cache of a session's prepared statements."""

from pgstride.aio.cancellation cimport CancellableLink
from pgstride.core.statement cimport Statement


cdef class StatementCache(CancellableLink):
    cdef dict statements
    cdef readonly Py_ssize_t statement_limit
    cdef double statement_lifetime
    cdef object expiry_timer
    cdef long long uses

    cdef int note_use(self, Statement statement) except -1
