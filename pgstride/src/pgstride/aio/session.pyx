"""The protocol's core on an asyncio transport.

What is called for every query is here, and compiled; the rest of the front end
is Python. A `Session` belongs to one event loop and one server connection.
"""

from pgstride.core.copying cimport CopyOut
from pgstride.core.frontend cimport Frontend
from pgstride.core.operations cimport ExtendedQuery, Operation, SimpleQuery
from pgstride.core.statement cimport Statement

import os
from asyncio import TimeoutError  # before Python 3.11 not the built-in one
from asyncio import _get_running_loop as get_running_loop

from pgstride.aio.deadline import checked_seconds
from pgstride.exceptions import (
    ConnectionDoesNotExistError,
    InterfaceError,
    OutdatedSchemaCacheError,
)

cdef extern from "direct_send.h":
    Py_ssize_t direct_send(int descriptor, const char *data, Py_ssize_t size)

# How many bytes of COPY TO STDOUT wait for the one who takes them, at most, and
# one read more.
cdef Py_ssize_t MOST_COPIED = 256 * 1024

# How many forks lie between this process and the first one that has loaded us.
cdef long forks = 0


def _forked():
    global forks
    forks += 1


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forked)


cdef class Session(Frontend):
    """A Frontend that asyncio drives as a BufferedProtocol.

    `hold` is None, or a future that is done when statements may be sent again:
    after a CancelRequest nothing may follow until the server has taken it and
    the cancelled statement has ended, as it would cancel the next one.
    """

    def __cinit__(
        self, loop, *, Py_ssize_t statement_limit=100, double statement_lifetime=0.0, **others
    ):
        self.descriptor = -1
        self.loop = loop
        self.forks = forks
        self.create_future = loop.create_future
        self.statements = {}
        self.statement_limit = statement_limit
        self.statement_lifetime = statement_lifetime
        self.closed_waiter = loop.create_future()

    # -- asyncio's calls

    def connection_made(self, transport):
        """The transport is ready; after TLS, the transport above it."""
        self.transport = transport
        self.write = transport.write
        self.descriptor = plain_socket(transport)

    def buffer_updated(self, Py_ssize_t size):
        """`size` bytes have been received into what `get_buffer` gave."""
        Frontend.buffer_updated(self, size)
        if self.broken is not None:
            self.abort()
        elif self.out.length:
            self.flush()
        if self.copying is not None and self.copying.data.length >= MOST_COPIED:
            self.transport.pause_reading()

    def eof_received(self):
        """The server has closed its side: so do we."""
        return False

    def connection_lost(self, error):
        """The transport is closed."""
        self.descriptor = -1
        if self.broken is None:
            self.fail(
                ConnectionDoesNotExistError("connection was closed in the middle of operation")
                if error is None
                else lost(error)
            )
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.expiry_timer is not None:
            self.expiry_timer.cancel()
            self.expiry_timer = None
        if self.resumed_waiter is not None and not self.resumed_waiter.done():
            self.resumed_waiter.set_result(None)
        # Whoever waits for it would do so again as long as it is there.
        hold, self.hold = self.hold, None
        if hold is not None and not hold.done():
            hold.set_result(None)
        if not self.closed_waiter.done():
            self.closed_waiter.set_result(None)

    def pause_writing(self):
        """The transport's buffer is full."""
        self.writing_paused = True

    def resume_writing(self):
        """The transport's buffer has room again."""
        self.writing_paused = False
        if self.resumed_waiter is not None:
            if not self.resumed_waiter.done():
                self.resumed_waiter.set_result(None)
            self.resumed_waiter = None

    def wait_for_room(self):
        """None, or a future that is done when the transport's buffer has room."""
        if not self.writing_paused or self.broken is not None:
            return None
        if self.resumed_waiter is None:
            self.resumed_waiter = self.create_future()
        return self.resumed_waiter

    def abort(self):
        """Close the transport at once, unless it is the parent process's.

        The parent's selector would lose the socket together with the child's.
        """
        self.descriptor = -1
        if self.transport is not None and self.forks == forks:
            self.transport.abort()

    @property
    def forked(self):
        """Whether the session is the parent process's."""
        return self.forks != forks

    cdef int check_home(self) except -1:
        """Raise InterfaceError in another process or event loop than the session's.

        Both share its socket and its state, without knowing of what the other does.
        """
        if self.forks != forks:
            raise InterfaceError(
                "cannot perform operation: the connection was made by the parent process"
            )
        running = get_running_loop()
        if running is not self.loop and running is not None:
            raise InterfaceError(
                "cannot perform operation: the connection belongs to another event loop"
            )
        return 0

    # -- sending

    def close_transport(self):
        """Close the transport once it has sent what it holds."""
        self.descriptor = -1
        self.transport.close()

    cdef int flush(self) except -1:
        if self.out.length and self.broken is None:
            if self.descriptor >= 0 and not self.out.in_use:
                self.send_directly()
            else:
                self.write(self.out.take())
        return 0

    cdef int send_directly(self) except -1:
        """Send past the transport while it holds nothing, and leave to it what cannot be sent.

        An error is among that: the transport will meet it too, and end the connection.
        """
        cdef Py_ssize_t sent = 0
        if self.transport_holds:
            self.transport_holds = self.transport.get_write_buffer_size() > 0
        if not self.transport_holds:
            sent = max(0, direct_send(self.descriptor, self.out.data, self.out.length))
            if sent == self.out.length:
                self.out.clear()
                return 0
            self.transport_holds = True
        rest = self.out.take()
        self.write(rest[sent:] if sent else rest)
        return 0

    cdef int flush_soon(self) except -1:
        """Send once the tasks that can run have run: one piece for the statements of all."""
        if not self.flush_scheduled:
            self.flush_scheduled = True
            self.loop.call_soon(self._flush_now)
        return 0

    def _flush_now(self):
        self.flush_scheduled = False
        self.flush()

    def send(self):
        """Send what has been written by operations begun elsewhere."""
        self.flush()

    def start_copy_out(self, CopyOut operation not None, timeout):
        """Send a COPY that has been begun; reading pauses while too much has not been taken."""
        self.copying = operation
        waiter = self.start_operation(operation, timeout)
        waiter.add_done_callback(operation.wake)
        return waiter

    def more_copied(self, CopyOut operation not None):
        """The future that is done when more has been copied out, or the copy is over."""
        if self.broken is None:
            self.transport.resume_reading()
        return operation.wait(self.create_future())

    def end_copy_out(self):
        """Nobody takes what is copied out any more."""
        self.copying = None
        if self.broken is None:
            self.transport.resume_reading()

    def stop_copy_in(self, Operation operation not None, bytes reason not None):
        """Have the server give up what is being copied in, unless the copy is over.

        Without CopyFail it would wait for data even when it is told to cancel;
        without being told to cancel, it may not read as far as CopyFail.
        """
        cdef Operation other = self.first
        while other is not None and other is not operation:
            other = other.following
        if other is not None and self.broken is None:
            self.abandon(operation)
            self.fail_copy(reason)
            self.flush()
            self.cancel_on_server()

    def share(self):
        """Let statements be sent while others are under way.

        They belong to several tasks, so that a CancelRequest might hit another
        one's: what is cancelled runs to its end, and its result is dropped.
        """
        self.shared = True

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

    def find_statement(self, str query not None):
        """The cached statement of a query, or None."""
        cdef Statement statement = self.statements.get(query)
        if statement is not None:
            self.note_use(statement)
        return statement

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

    cdef int note_use(self, Statement statement) except -1:
        self.uses += 1
        statement.last_use = self.uses
        return 0

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

    # -- the cache of statements

    def remember(self, Statement statement not None):
        """Cache a statement; the one that was used longest ago makes room for it."""
        cdef Statement oldest, other
        if self.statement_limit == 0:
            return
        other = self.statements.get(statement.query)
        if other is not None and other is not statement:
            # Two tasks have prepared the same query at once.
            self.forget(other)
        if len(self.statements) >= self.statement_limit:
            oldest = None
            for other in self.statements.values():
                if oldest is None or other.last_use < oldest.last_use:
                    oldest = other
            self.forget(oldest)
        self.note_use(statement)
        self.statements[statement.query] = statement
        if self.statement_lifetime > 0.0:
            statement.expires_at = self.loop.time() + self.statement_lifetime
            if self.expiry_timer is None:
                self.expiry_timer = self.loop.call_at(statement.expires_at, self._expire)

    def _expire(self):
        """Forget the statements that have been cached for long enough."""
        cdef Statement statement
        cdef double now = self.loop.time()
        cdef double following = 0.0
        self.expiry_timer = None
        for statement in list(self.statements.values()):
            if statement.expires_at <= now:
                self.forget(statement)
            elif following == 0.0 or statement.expires_at < following:
                following = statement.expires_at
        if following > 0.0:
            self.expiry_timer = self.loop.call_at(following, self._expire)

    def forget(self, Statement statement not None):
        """Take a statement out of the cache, and close it unless it is in use elsewhere."""
        if self.statements.get(statement.query) is statement:
            del self.statements[statement.query]
        if statement.references == 0:
            self.close_statement(statement)

    def release(self, Statement statement not None):
        """One who referred to a statement does so no more; closes it when nobody does."""
        statement.references -= 1
        if statement.references == 0 and self.statements.get(statement.query) is not statement:
            self.close_statement(statement)

    def forget_all(self):
        """Empty the cache."""
        for statement in list(self.statements.values()):
            self.forget(statement)

    @property
    def cached_statements(self):
        """The cached statements, in no particular order."""
        return tuple(self.statements.values())

    # -- cancelling and time-outs

    cdef Operation find(self, object waiter):
        cdef Operation operation = self.first
        while operation is not None and operation.waiter is not waiter:
            operation = operation.following
        return operation

    def cancel_waiting(self, waiter):
        """Whoever waited does so no more: have the server cancel the statement."""
        cdef Operation operation = self.find(waiter)
        if operation is not None:
            if self.abandon(operation) and not self.shared:
                self.cancel_on_server()
        elif waiter.done() and not waiter.cancelled() and waiter.exception() is None:
            self.give_up(waiter.result())

    cdef int give_up(self, object result) except -1:
        """The result has come too late: nobody will use the statement that it may describe."""
        cdef bytes name
        if isinstance(result, ExtendedQuery):
            name = (<ExtendedQuery>result).statement_name
            if name:
                self.close_later(name)
        return 0

    def cancel_on_server(self):
        """Hold all statements, and have the server told by `request_cancel`."""
        if self.broken is not None:
            return
        if self.hold is None:
            self.hold = self.create_future()
        if not self.cancel_under_way:
            self.cancel_under_way = True
            self.cancelling = self.first
            self.request_cancel()

    def request_cancel(self):
        """Send a CancelRequest on its own connection, then call `cancel_sent`; for subclasses."""
        raise NotImplementedError

    def cancel_sent(self):
        """The server has closed the connection of the CancelRequest, or it failed."""
        self.cancel_under_way = False
        self.go_on_cancelling()

    cdef int after_operation(self, Operation operation) except -1:
        Frontend.after_operation(self, operation)
        if operation.error is not None and isinstance(operation.error, OutdatedSchemaCacheError):
            self.on_outdated()
        if self.hold is not None:
            self.go_on_cancelling()
        return 0

    def on_outdated(self):
        """A value was not of the type that it had when the statement was prepared."""

    cdef int go_on_cancelling(self) except -1:
        """A CancelRequest has been taken, or an operation is over: is all over?

        Of a pipeline that was cancelled as a whole, each statement takes a request.
        """
        if self.hold is None or self.cancel_under_way:
            return 0
        if self.pending == 0:
            self.cancelling = None
            hold, self.hold = self.hold, None
            if not hold.done():
                hold.set_result(None)
        elif self.first.abandoned and self.first is not self.cancelling:
            self.cancel_on_server()
        return 0

    cdef int set_deadline(self, Operation operation, object timeout) except -1:
        """One timer serves all time-outs: it is set anew only when it has fired too early."""
        operation.deadline = self.loop.time() + max(0.0, timeout)
        if self.timer is None or self.timer_at > operation.deadline:
            if self.timer is not None:
                self.timer.cancel()
            self.timer_at = operation.deadline
            self.timer = self.loop.call_at(self.timer_at, self._timer_fired)
        return 0

    def _timer_fired(self):
        cdef Operation operation = self.first
        cdef double now = self.loop.time()
        cdef double next_deadline = 0.0
        self.timer = None
        while operation is not None:
            if operation.deadline > 0.0 and operation.waiter is not None:
                if operation.deadline <= now:
                    self.time_out(operation.waiter)
                elif next_deadline == 0.0 or operation.deadline < next_deadline:
                    next_deadline = operation.deadline
            operation = operation.following
        if next_deadline > 0.0:
            self.timer_at = next_deadline
            self.timer = self.loop.call_at(next_deadline, self._timer_fired)

    def time_out(self, waiter):
        """The waiter has waited long enough."""
        if not waiter.done():
            waiter.set_exception(TimeoutError())
        self.cancel_waiting(waiter)


cdef int plain_socket(object transport) except? -1:
    """The file descriptor of a transport's socket, or -1 where only the transport may send."""
    for name in ("ssl_object", "sslcontext"):
        if transport.get_extra_info(name) is not None:
            return -1
    socket = transport.get_extra_info("socket")
    return -1 if socket is None else socket.fileno()


cdef object positive_seconds(object timeout):
    """The time-out as a float; raises TimeoutError when it is over before anything is sent."""
    cdef double seconds = checked_seconds(timeout)
    if seconds <= 0:
        raise TimeoutError
    return seconds


cdef object lost(object error):
    """The exception for a connection that ended with `error`."""
    made = ConnectionDoesNotExistError(
        f"connection was closed in the middle of operation: {error}"
    )
    made.__cause__ = error
    return made
