"""Groups of messages that end in Sync, and what travels with them.

A transaction's BEGIN, a session's reset and the closing of statements cost no
round trip of their own: they go out with the next statement.
"""

from pgstride.core.messages cimport (
    put_bind_nothing,
    put_close,
    put_execute,
    put_parse,
    put_query,
    put_sync,
)
from pgstride.core.operation_queue cimport OperationQueue
from pgstride.core.operations cimport ExtendedQuery, Operation, SimpleQuery
from pgstride.core.statement cimport Statement, encode_text

from pgstride.exceptions import InFailedSQLTransactionError, InterfaceError


cdef class StatementGroups(OperationQueue):
    """Begins and ends groups, and knows what waits to travel with the next one."""

    # -- a transaction's BEGIN

    @property
    def in_transaction(self):
        """Whether a transaction is open, will be with the next statement, or was to be."""
        return (
            self.transaction_status != b"I"
            or self.begin_query is not None
            or self.begin_under_way
            or self.begin_lost
        )

    def begin_with_next(self, str text):
        """Execute `text`, a BEGIN, together with the next statement."""
        self.begin_query = encode_text(text)
        self.begin_lost = False

    @property
    def begin_pending(self):
        """Whether a BEGIN waits for the next statement."""
        return self.begin_query is not None

    def begin_now(self, waiter):
        """Send the BEGIN that waits for the next statement now."""
        cdef ExtendedQuery operation = ExtendedQuery.fetching(
            waiter, self.begin_query.decode(), None
        )
        operation.expected = 0  # BEGIN itself is the group's leading command
        self.begin_group()
        put_sync(self.out)
        self.end_group(operation)
        return operation

    def forget_begin(self):
        """The transaction ends; returns whether its BEGIN was never sent."""
        unsent = self.begin_query is not None
        self.begin_query = None
        self.begin_lost = False
        return unsent

    def forget_lost_begin(self):
        """The transaction whose BEGIN was lost ends."""
        self.begin_lost = False

    # -- a session's reset

    def reset_with_next(self, str text):
        """Execute `text`, which resets the session, before the next statement."""
        self.reset_query = encode_text(text) if text else None

    @property
    def reset_pending(self):
        """Whether a reset waits for the next statement."""
        return self.reset_query is not None

    def send_reset(self, waiter=None):
        """Send the reset that waits for the next statement now."""
        if self.reset_query is None:
            return
        put_query(self.out, self.reset_query)
        self.reset_query = None
        cdef SimpleQuery operation = SimpleQuery(waiter, "")
        # A session that was not reset is not what the next statement expects.
        operation.vital = waiter is None
        self.enqueue(operation)

    # -- statements that are not needed any more

    def close_statement(self, Statement statement not None):
        """Close a statement of the server's, together with the next one that is executed."""
        if not statement.closed and statement.name:
            self.close_later(statement.name)
        statement.closed = True

    cdef int close_later(self, bytes name) except -1:
        if self.statements_to_close is None:
            self.statements_to_close = []
        self.statements_to_close.append(name)
        return 0

    # -- groups

    cdef int check_usable(self) except -1:
        if self.broken is not None:
            raise InterfaceError("connection is closed")
        if self.out.in_use:
            raise InterfaceError("cannot perform operation: another operation is in progress")
        if self.begin_lost:
            raise InFailedSQLTransactionError(
                "current transaction is aborted, commands ignored until end of "
                "transaction block: the statement that BEGIN was sent with did not reach it"
            )
        return 0

    cdef Py_ssize_t begin_group(self) except -1:
        """Start a group that ends in Sync, with what travels with it.

        Returns where the group starts in the output, to undo it.
        """
        if self.broken is not None or self.begin_lost or self.out.in_use:
            self.check_usable()
        if self.reset_query is not None:
            self.send_reset()
        cdef Py_ssize_t mark = self.out.length
        if self.statements_to_close is not None:
            for name in self.statements_to_close:
                put_close(self.out, b"S", name)
        if self.begin_query is not None:
            # In one group with the statement, so that an error of BEGIN keeps
            # the server from executing the statement outside a transaction.
            put_parse(self.out, b"", self.begin_query)
            put_bind_nothing(self.out)
            put_execute(self.out, b"", 0)
        return mark

    cdef int end_group(self, ExtendedQuery operation) except -1:
        """The group is complete: what travels with it is on its way."""
        if self.begin_query is not None:
            self.begin_query = None
            operation.leading = 1
            operation.begins = True
            self.begin_under_way = True
        operation.closing = self.statements_to_close
        self.statements_to_close = None
        return self.enqueue(operation)

    cdef int after_operation(self, Operation operation) except -1:
        """What the end of a group means for what had travelled with it."""
        OperationQueue.after_operation(self, operation)
        if isinstance(operation, ExtendedQuery):
            self.after_group(<ExtendedQuery>operation)
        return 0

    cdef int after_group(self, ExtendedQuery group) except -1:
        if group.begins:
            self.begin_under_way = False
        if group.leading and self.transaction_status == b"I":
            self.begin_lost = True
        if group.closing is not None and group.error is not None:
            # A cancellation may have come before them.
            for name in group.closing[group.closed :]:
                self.close_later(name)
        if group.statement_name and group.parsed \
                and (group.abandoned or group.error is not None):
            # Parsed for nobody; an error that came later does not undo it.
            self.close_later(group.statement_name)
        return 0
