"""A session: whether a statement may start, and the start of each kind."""

from pgstride.aio.statement_cache cimport StatementCache
from pgstride.core.operations cimport Operation
from pgstride.core.statement cimport Statement


cdef class Session(StatementCache):
    cdef public bint closing
    cdef public bint watched

    cdef Statement sendable(self, str query)
    cdef object begin_waiting(self, Operation operation, object timeout)
