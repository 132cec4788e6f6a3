"""The operations under way, and what the server's messages do to them.

Operations are answered in the order in which they were begun: several may be
under way at once (pipelining).
"""

from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.messages cimport (
    check_copy,
    message_name,
    notification,
    parameter_status,
    put_copy_fail,
    put_sync,
    response_fields,
)
from pgstride.core.operations cimport ExtendedQuery, Operation, SimpleQuery
from pgstride.core.receive_buffer cimport ReceiveBuffer
from pgstride.core.startup cimport Startup
from pgstride.core.wire cimport LONGEST_MESSAGE, MESSAGE_HEAD, read_int32

from pgstride.exceptions import InterfaceError, ProtocolError
from pgstride.exceptions.from_server import error_from_fields, message_from_fields

# Until a server has been authenticated and is ready, it has no claim to more of
# our memory than this. A real one sends about a thousandth.
cdef Py_ssize_t MOST_START_UP_BYTES = 1 << 20


cdef class OperationQueue(ReceiveBuffer):
    """Takes the server's messages, and hands them to the operation that they answer.

    `broken` is None, or the exception for which nothing more can be sent.
    """

    def __cinit__(self, *arguments, **keywords):
        self.out = WriteBuffer()
        self.settings = {}
        self.transaction_status = b"I"
        self.allowance = -1

    # -- bytes in, bytes out

    def buffer_updated(self, Py_ssize_t size):
        """`size` bytes have been received into what `get_buffer` gave."""
        if size < 0 or size > self.capacity - self.end:
            raise ValueError(f"{size} bytes do not fit into the buffer")
        if self.broken is not None:
            return
        self.note_received(size)
        try:
            if self.allowance >= 0:
                self.spend(size)
            self.process()
        except Exception as error:
            self.fail(error)
        except BaseException as interrupt:
            # Such as control-C in a decoder: where the reading stood is unknown.
            self.fail(InterfaceError(f"reading was interrupted by {type(interrupt).__name__}"))
            raise
        self.note_taken()

    cdef int limit_start_up(self) except -1:
        """The session starts: only so much may come before the server is ready."""
        self.allowance = MOST_START_UP_BYTES
        return 0

    cdef int spend(self, Py_ssize_t size) except -1:
        self.allowance -= size
        if self.allowance < 0:
            raise ProtocolError(
                f"the server has sent more than {MOST_START_UP_BYTES} bytes without being ready"
            )
        return 0

    def receive(self, data):
        """The same for bytes that were received elsewhere."""
        cdef Py_ssize_t given = 0, size
        while given < len(data):
            window = self.get_buffer(-1)
            size = min(len(window), len(data) - given)
            window[:size] = data[given : given + size]
            self.buffer_updated(size)
            given += size

    def take_output(self):
        """The bytes to send now, in one piece."""
        return self.out.take()

    # -- the server's messages

    cdef int process(self) except -1:
        """Take all whole messages that have been received."""
        cdef const char *at
        cdef Py_ssize_t available, length, used
        cdef Operation operation
        while True:
            available = self.end - self.start
            if available < MESSAGE_HEAD:
                return 0
            at = self.received + self.start
            operation = self.first
            if at[0] == b"D" and operation is not None and not operation.skipping \
                    and operation.decoder is not None:
                try:
                    used = operation.decoder.consume(at, available, operation.rows, 0)
                except ProtocolError:
                    raise
                except Exception as error:
                    # A value that Python's type cannot hold fails its query only.
                    operation.fail(error)
                    continue
                if used > 0:
                    self.start += used
                    continue
            length = read_int32(at + 1)
            if length < 4 or length > LONGEST_MESSAGE:
                raise ProtocolError(f"{message_name(at[0])}: impossible length {length}")
            if available <= length:
                return 0
            self.start += 1 + length
            self.dispatch(at[0], at + MESSAGE_HEAD, length - 4)
            if self.broken is not None:
                return 0

    cdef int dispatch(self, char kind, const char *body, Py_ssize_t size) except -1:
        if kind == b"Z":  # ReadyForQuery
            self.ready(body, size)
        elif kind == b"E":
            self.server_error(body, size)
        elif kind == b"N":  # NoticeResponse
            self.notice(body, size)
        elif kind == b"S":  # ParameterStatus
            name, value = parameter_status(body, size)
            self.settings[name] = value
        elif kind == b"A":  # NotificationResponse
            self.on_notification(*notification(body, size))
        elif self.first is None:
            raise ProtocolError(f"{message_name(kind)} while no query was under way")
        elif kind == b"G" and not self.first.takes_copy and self.may_copy():
            self.refuse_copy(body, size)
        else:
            self.first.handle(kind, body, size)
        return 0

    cdef int ready(self, const char *body, Py_ssize_t size) except -1:
        """ReadyForQuery: the first operation is over, and its waiter is told."""
        cdef Operation operation = self.first
        cdef object outcome = None
        if size != 1 or body[0] not in b"ITE":
            raise ProtocolError("ReadyForQuery: transaction status is not I, T or E")
        if operation is None or not operation.sent_all:
            raise ProtocolError("ReadyForQuery while no query was under way")
        if operation.error is None:
            outcome = operation.outcome()
        self.transaction_status = body[0]
        self.first = operation.following
        operation.following = None
        if self.first is None:
            self.last = None
        self.pending -= 1
        if operation.waited_for:
            self.waited -= 1
        waiter = operation.waiter
        if waiter is not None and waiter.done():
            # Cancelled in the turn of the loop in which the answer has come.
            operation.abandoned = True
            waiter = None
        self.after_operation(operation)
        if waiter is not None:
            if operation.error is None:
                waiter.set_result(outcome)
            else:
                waiter.set_exception(operation.error)
        return 0

    cdef int after_operation(self, Operation operation) except -1:
        """What follows from the end of an operation, whoever waits for it."""
        if isinstance(operation, Startup):
            self.allowance = -1
            self.backend_pid = (<Startup>operation).backend_pid
            self.cancel_key = (<Startup>operation).cancel_key
        elif operation.vital and operation.error is not None:
            self.fail(operation.error)
        return 0

    cdef int server_error(self, const char *body, Py_ssize_t size) except -1:
        cdef dict fields = response_fields("ErrorResponse", body, size)
        cdef Operation operation = self.first
        error = error_from_fields(fields, None if operation is None else operation.query)
        if operation is not None:
            operation.fail(error)
        # After these the server hangs up, and may be slow in that.
        if operation is None or isinstance(operation, Startup) \
                or (fields.get("V") or fields.get("S")) in ("FATAL", "PANIC"):
            self.fail(error)
        return 0

    cdef int notice(self, const char *body, Py_ssize_t size) except -1:
        cdef dict fields = response_fields("NoticeResponse", body, size)
        self.on_notice(
            message_from_fields(fields, None if self.first is None else self.first.query)
        )
        return 0

    def on_notice(self, message):
        """A notice has come; for subclasses."""

    def on_notification(self, pid, channel, payload):
        """A notification has come; for subclasses."""

    cdef bint may_copy(self):
        """Whether the first operation runs a statement, which may be a COPY."""
        cdef Operation operation = self.first
        return isinstance(operation, SimpleQuery) or (
            isinstance(operation, ExtendedQuery) and (<ExtendedQuery>operation).expected > 0
        )

    cdef int refuse_copy(self, const char *body, Py_ssize_t size) except -1:
        """Answer an unexpected CopyInResponse by CopyFail, or the statement would never end."""
        check_copy(b"G", body, size)
        put_copy_fail(self.out, b"COPY FROM STDIN needs copy_to_table or copy_records_to_table")
        if isinstance(self.first, ExtendedQuery):
            # The server has ignored the Sync that it read as part of the copy.
            put_sync(self.out)
        return 0

    # -- the queue

    cdef int enqueue(self, Operation operation) except -1:
        if self.last is None:
            self.first = operation
        else:
            self.last.following = operation
        self.last = operation
        self.pending += 1
        if operation.executes:
            self.executions += 1
        if operation.waiter is not None:
            operation.waited_for = True
            self.waited += 1
        return 0

    def abandon(self, Operation operation not None):
        """Nobody waits for the operation any more; its rows are skipped.

        Returns whether the server still works on it.
        """
        cdef Operation other = self.first
        if operation.waited_for:
            operation.waited_for = False
            self.waited -= 1
        operation.waiter = None
        operation.abandoned = True
        operation.skipping = True
        operation.rows = None
        while other is not None and other is not operation:
            other = other.following
        return other is not None

    def fail(self, error):
        """Nothing more can be received: all operations fail with `error`."""
        cdef Operation operation
        if self.broken is None:
            self.broken = error
        while self.first is not None:
            operation = self.first
            self.first = operation.following
            operation.following = None
            operation.fail(error)
            waiter = operation.waiter
            if waiter is not None and not waiter.done():
                waiter.set_exception(operation.error)
        self.last = None
        self.pending = self.waited = 0

    @property
    def status(self):
        """The server's transaction status: 'I' idle, 'T' in a block, 'E' in a failed block."""
        return chr(self.transaction_status)
