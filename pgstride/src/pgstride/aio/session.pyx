"""A session: whether a statement may start, and the start of each kind."""

from pgstride.aio.statement_cache cimport StatementCache
from pgstride.core.copying cimport CopyOut
from pgstride.core.operations cimport ExtendedQuery, Operation, SimpleQuery
from pgstride.core.statement cimport Statement

from asyncio import TimeoutError  # before Python 3.11 not the built-in one

from pgstride.aio.deadline import checked_seconds
from pgstride.exceptions import InterfaceError, OutdatedSchemaCacheError


cdef class Session(StatementCache):
    """Starts statements, and says what keeps one from starting."""

    # -- whether a statement may start

    def check_free(self):
        """Raise InterfaceError when an operation is under way or the session is closed.

        On a shared session the operation will wait for its turn instead.
        """
        if self.broken is not None or self.closing:
            raise InterfaceError("connection is closed")
        self.check_home()
        if self.waited and not self.shared:
            raise InterfaceError(
                "cannot perform operation: another operation is in progress"
            )

    cdef Statement sendable(self, str query):
        """The cached statement of a query, or None where it takes more than sending it.

        That is when it is not cached, a cancelled one has not ended yet, or
        queries are `watched`. Raises InterfaceError when nothing can be sent.
        """
        cdef Statement statement = self.statements.get(query)
        self.check_home()
        if statement is None or self.hold is not None or self.watched:
            return None
        if (self.waited and not self.shared) or self.closing:
            self.check_free()
        return statement

    def reset_when_free(self, str text not None, most_executions):
        """Have the session reset before the next statement, if it is in no transaction.

        Returns whether that is all that it takes: no operation is under way,
        no transaction is open, and there were fewer than so many executions.
        """
        if (
            self.waited
            or self.hold is not None
            or self.transaction_status != b"I"
            or self.begin_query is not None
            or self.begin_lost
            or self.executions >= most_executions
        ):
            return False
        self.reset_with_next(text)
        return True

    # -- statements that are cached, and those that need no cache

    def start_query(self, str query, tuple arguments, int limit, record_class, timeout):
        """Execute a query whose statement is cached; returns the future of its rows.

        Returns None when that takes more than sending.
        """
        cdef Statement statement = self.sendable(query)
        if statement is None:
            return None
        if timeout is not None:
            timeout = positive_seconds(timeout)
        self.note_use(statement)
        operation = self.execute_statement(
            statement, arguments, limit, record_class, self.create_future()
        )
        return self.begin_waiting(operation, timeout)

    def start_execution(self, str query, tuple arguments, timeout):
        """As `start_query`, but the future is that of the operation, which has a `tag`."""
        cdef ExtendedQuery operation
        cdef Statement statement = self.sendable(query)
        if statement is None:
            return None
        if timeout is not None:
            timeout = positive_seconds(timeout)
        self.note_use(statement)
        operation = self.execute_statement(statement, arguments, 0, None, self.create_future())
        operation.wants_tag = operation.wants_operation = True
        return self.begin_waiting(operation, timeout)

    def start_simple(self, str text, timeout):
        """Run statements by the simple protocol; returns the future of the last one's tag.

        Returns None when that takes more than sending, as `start_query` does, or
        when a BEGIN waits to be sent first.
        """
        self.check_home()
        if self.hold is not None or self.watched or self.begin_query is not None:
            return None
        if (self.waited and not self.shared) or self.closing:
            self.check_free()
        if timeout is not None:
            timeout = positive_seconds(timeout)
        operation = self.put_simple(text, SimpleQuery(self.create_future(), text))
        return self.begin_waiting(operation, timeout)

    cdef object begin_waiting(self, Operation operation, object timeout):
        if timeout is not None:
            self.set_deadline(operation, timeout)
        if self.shared:
            self.flush_soon()
        else:
            self.flush()
        return operation.waiter

    # -- statements and operations that are at hand

    def start_statement(
        self,
        Statement statement not None,
        tuple arguments,
        int limit,
        record_class,
        timeout,
        bint wants_operation=False,
    ):
        """Execute a statement; returns the future of its rows, or of the operation.

        The operation has `rows`, `tag` and `suspended`.
        """
        self.check_free()
        if timeout is not None:
            timeout = positive_seconds(timeout)
        waiter = self.create_future()
        cdef ExtendedQuery operation = self.execute_statement(
            statement, arguments, limit, record_class, waiter
        )
        operation.wants_tag = operation.wants_operation = wants_operation
        if timeout is not None:
            self.set_deadline(operation, timeout)
        self.flush()
        return waiter

    def queue_statement(
        self, Statement statement not None, tuple arguments, int limit, record_class, timeout
    ):
        """Execute a statement after those that are under way; `send` sends it.

        Returns the future of the operation, which has `rows` and `tag`.
        """
        waiter = self.create_future()
        cdef ExtendedQuery operation = self.execute_statement(
            statement, arguments, limit, record_class, waiter
        )
        operation.wants_tag = operation.wants_operation = True
        if timeout is not None:
            self.set_deadline(operation, timeout)
        return waiter

    def start_operation(self, Operation operation not None, timeout):
        """Send an operation that another method has begun; returns its future."""
        if timeout is not None:
            self.set_deadline(operation, timeout)
        self.flush()
        return operation.waiter

    def start_copy_out(self, CopyOut operation not None, timeout):
        """Send a COPY that has been begun; reading pauses while too much has not been taken."""
        self.copying = operation
        waiter = self.start_operation(operation, timeout)
        waiter.add_done_callback(operation.wake)
        return waiter

    # -- after a statement

    cdef int after_operation(self, Operation operation) except -1:
        StatementCache.after_operation(self, operation)
        if operation.error is not None and isinstance(operation.error, OutdatedSchemaCacheError):
            self.on_outdated()
        return 0

    def on_outdated(self):
        """A value was not of the type that it had when the statement was prepared."""


cdef object positive_seconds(object timeout):
    """The time-out as a float; raises TimeoutError when it is over before anything is sent."""
    cdef double seconds = checked_seconds(timeout)
    if seconds <= 0:
        raise TimeoutError
    return seconds
