"""Time-outs, and the cancelling of statements on the server."""

from pgstride.aio.link cimport Link
from pgstride.core.operations cimport ExtendedQuery, Operation

from asyncio import TimeoutError  # before Python 3.11 not the built-in one


cdef class CancellableLink(Link):
    """A Link whose operations can be given up at any time.

    `hold` is None, or a future that is done when statements may be sent again:
    after a CancelRequest nothing may follow until the server has taken it and
    the cancelled statement has ended, as it would cancel the next one.
    """

    def connection_lost(self, error):
        """The transport is closed."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        # Whoever waits for it would do so again as long as it is there.
        hold, self.hold = self.hold, None
        if hold is not None and not hold.done():
            hold.set_result(None)
        Link.connection_lost(self, error)

    # -- nobody waits any more

    def share(self):
        """Let statements be sent while others are under way.

        They belong to several tasks, so that a CancelRequest might hit another
        one's: what is cancelled runs to its end, and its result is dropped.
        """
        self.shared = True

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

    # -- the server is told

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
        Link.after_operation(self, operation)
        if self.hold is not None:
            self.go_on_cancelling()
        return 0

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

    # -- time-outs

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
