"""The frontend's side of a connection, without input and output."""

from pgstride.core.operations cimport ExtendedQuery, Operation
from pgstride.core.statement cimport Statement
from pgstride.core.statement_groups cimport StatementGroups


cdef class Frontend(StatementGroups):
    cdef ExtendedQuery execute_statement(
        self, Statement statement, tuple arguments, int limit, object record_class, object waiter
    )
    cdef int put_parse_unnamed(self, Statement statement) except -1
    cdef ExtendedQuery portal_operation(
        self, Statement statement, object record_class, object waiter
    )
    cdef Operation put_simple(self, str text, Operation operation)
