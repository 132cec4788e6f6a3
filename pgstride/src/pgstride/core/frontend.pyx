"""The frontend's side of a connection, without input and output.

Bytes that the server sent go in through `get_buffer` and `buffer_updated`;
bytes for the server come out of `take_output`. Operations are answered in the
order in which they were begun: several may be under way at once (pipelining).
"""

from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_FromStringAndSize
from libc.string cimport memcpy, memmove

from pgstride.core.buffer cimport WriteBuffer, put_bytes, put_object
from pgstride.core.copying cimport CopyIn, CopyOut
from pgstride.core.messages cimport (
    check_copy,
    begin_message,
    end_message,
    message_name,
    notification,
    parameter_status,
    put_bind_nothing,
    put_close,
    put_copy_done,
    put_copy_fail,
    put_describe_statement,
    put_execute,
    put_parse,
    put_query,
    put_sync,
    put_terminate,
    response_fields,
)
from pgstride.core.operations cimport ExtendedQuery, Operation, SimpleQuery
from pgstride.core.startup cimport Startup, put_startup
from pgstride.core.statement cimport Statement, encode_text
from pgstride.core.wire cimport read_int32

from pgstride.core.startup import cancel_request
from pgstride.exceptions import (
    InFailedSQLTransactionError,
    InterfaceError,
    ProtocolError,
)
from pgstride.exceptions.from_server import error_from_fields, message_from_fields

# The buffer starts small, since most connections see small answers, doubles
# whenever a read has filled it, and falls back after a large answer.
cdef Py_ssize_t SMALLEST_BUFFER = 16 * 1024
cdef Py_ssize_t USUAL_BUFFER = 256 * 1024

# PostgreSQL's own limit on what it sends (PQ_LARGE_MESSAGE_LIMIT).
cdef Py_ssize_t LONGEST_MESSAGE = 0x3FFFFFFF
cdef Py_ssize_t MESSAGE_HEAD = 5

cdef int PROTOCOL_3_0 = 3 << 16

# Until a server has been authenticated and is ready, it has no claim to more of
# our memory than this. A real one sends about a thousandth.
cdef Py_ssize_t MOST_START_UP_BYTES = 1 << 20


cdef class Frontend:
    """State of the protocol, the operations under way, and the buffers.

    `broken` is None, or the exception for which nothing more can be sent.
    """

    def __cinit__(self, *arguments, **keywords):
        self.out = WriteBuffer()
        self.settings = {}
        self.transaction_status = b"I"
        self.allowance = -1
        self.resize(SMALLEST_BUFFER)

    # -- bytes in

    def get_buffer(self, Py_ssize_t size_hint):
        """Where the next received bytes go: a writable buffer that is never empty."""
        if self.end == self.capacity:
            self.make_room()
        if self.window is None or self.window_start != self.end:
            self.window = memoryview(self.storage)[self.end :]
            self.window_start = self.end
        return self.window

    def buffer_updated(self, Py_ssize_t size):
        """`size` bytes have been received into what `get_buffer` gave."""
        if size < 0 or size > self.capacity - self.end:
            raise ValueError(f"{size} bytes do not fit into the buffer")
        if self.broken is not None:
            return
        self.end += size
        if self.end == self.capacity:
            self.was_filled = True
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
        if self.start == self.end:
            self.start = self.end = 0
            if self.was_filled or self.capacity > USUAL_BUFFER:
                self.settle_size()

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

    cdef int make_room(self) except -1:
        """Move what is unread to the front, and grow where that is not enough."""
        cdef Py_ssize_t unread = self.end - self.start
        if self.start > self.capacity // 2:
            memmove(self.received, self.received + self.start, unread)
            self.start = 0
            self.end = unread
            return 0
        # Doubling follows the bytes that have come, not the length that a
        # message declares: a hostile one gets no memory by declaring it.
        return self.resize(self.capacity * 2)

    cdef int settle_size(self) except -1:
        """Between answers: twice the size after a read has filled it, within the usual."""
        self.was_filled = False
        return self.resize(min(self.capacity * 2, USUAL_BUFFER))

    cdef int resize(self, Py_ssize_t wanted) except -1:
        """A new buffer; one that is still exported stays valid for its holder."""
        cdef object storage = PyByteArray_FromStringAndSize(NULL, wanted)
        cdef Py_ssize_t unread = self.end - self.start
        if unread:
            memcpy(PyByteArray_AS_STRING(storage), self.received + self.start, unread)
        self.storage = storage
        self.received = PyByteArray_AS_STRING(storage)
        self.capacity = wanted
        self.start = 0
        self.end = unread
        self.window = None
        return 0

    # -- messages

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
        cdef ExtendedQuery extended
        if isinstance(operation, Startup):
            self.allowance = -1
            self.backend_pid = (<Startup>operation).backend_pid
            self.cancel_key = (<Startup>operation).cancel_key
            return 0
        if not isinstance(operation, ExtendedQuery):
            if operation.vital and operation.error is not None:
                self.fail(operation.error)
            return 0
        extended = <ExtendedQuery>operation
        if extended.begins:
            self.begin_under_way = False
        if extended.leading and self.transaction_status == b"I":
            self.begin_lost = True
        if extended.closing is not None and extended.error is not None:
            # A cancellation may have come before them.
            for name in extended.closing[extended.closed :]:
                self.close_later(name)
        if extended.statement_name and extended.parsed \
                and (extended.abandoned or extended.error is not None):
            # Parsed for nobody; an error that came later does not undo it.
            self.close_later(extended.statement_name)
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

    # -- operations

    @property
    def in_transaction(self):
        """Whether a transaction is open, will be with the next statement, or was to be."""
        return (
            self.transaction_status != b"I"
            or self.begin_query is not None
            or self.begin_under_way
            or self.begin_lost
        )

    @property
    def status(self):
        """The server's transaction status: 'I' idle, 'T' in a block, 'E' in a failed block."""
        return chr(self.transaction_status)

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

    cdef ExtendedQuery execute_statement(
        self, Statement statement, tuple arguments, int limit, object record_class, object waiter
    ):
        """Bind, Execute, Sync: the waiter gets the list of rows.

        Raises DataError or InterfaceError for arguments that do not fit; then
        nothing is sent.
        """
        cdef ExtendedQuery operation = ExtendedQuery.fetching(
            waiter, statement.query, statement.decoder_for(record_class)
        )
        cdef Py_ssize_t mark = self.begin_group()
        try:
            if not statement.name:
                self.put_parse_unnamed(statement)
            statement.put_bind_execute_sync(self.out, arguments, limit)
        except BaseException:
            self.out.length = mark
            raise
        self.end_group(operation)
        return operation

    def execute(
        self,
        Statement statement not None,
        tuple arguments not None,
        waiter,
        int limit=0,
        record_class=None,
    ):
        """Bind, Execute up to `limit` rows (0: all), Sync; returns the operation.

        The waiter gets the list of rows. Raises DataError or InterfaceError for
        arguments that do not fit; then nothing is sent.
        """
        return self.execute_statement(statement, arguments, limit, record_class, waiter)

    cdef int put_parse_unnamed(self, Statement statement) except -1:
        """In the group that executes it: by then another may have replaced it.

        With a pooler between us and the server, it may even be another server.
        """
        return put_parse(self.out, b"", encode_text(statement.query))

    def open_portal(
        self,
        Statement statement not None,
        bytes portal not None,
        tuple arguments not None,
        int limit,
        record_class,
        waiter,
    ):
        """Bind a statement to a named portal, Execute up to `limit` rows (0: none), Sync.

        The waiter gets the operation, with `rows` and `suspended`. Raises
        DataError or InterfaceError for arguments that do not fit; then nothing
        is sent.
        """
        cdef ExtendedQuery operation = self.portal_operation(statement, record_class, waiter)
        cdef Py_ssize_t mark = self.begin_group()
        try:
            if not statement.name:
                self.put_parse_unnamed(statement)
            statement.put_bind(self.out, portal, arguments)
            if limit > 0:
                put_execute(self.out, portal, limit)
            else:
                operation.expected = 0
            put_sync(self.out)
        except BaseException:
            self.out.length = mark
            raise
        self.end_group(operation)
        return operation

    def execute_portal(
        self, Statement statement not None, bytes portal not None, int limit, record_class, waiter
    ):
        """Execute up to `limit` rows of a portal of the statement's, Sync; as `open_portal`."""
        cdef ExtendedQuery operation = self.portal_operation(statement, record_class, waiter)
        self.begin_group()
        put_execute(self.out, portal, limit)
        put_sync(self.out)
        self.end_group(operation)
        return operation

    def close_portal(self, bytes portal not None, waiter):
        """Close a portal, Sync."""
        cdef ExtendedQuery operation = ExtendedQuery.fetching(waiter, "", None)
        operation.expected = 0
        self.begin_group()
        put_close(self.out, b"P", portal)
        put_sync(self.out)
        self.end_group(operation)
        return operation

    cdef ExtendedQuery portal_operation(
        self, Statement statement, object record_class, object waiter
    ):
        cdef ExtendedQuery operation = ExtendedQuery.fetching(
            waiter, statement.query, statement.decoder_for(record_class)
        )
        operation.wants_operation = True
        return operation

    def start_up(
        self,
        dict parameters not None,
        str password,
        waiter,
        policy=None,
        *,
        int oldest_version=PROTOCOL_3_0,
        int version=PROTOCOL_3_0,
    ):
        """StartupMessage and authentication: the waiter gets the operation.

        `policy` is an AuthenticationPolicy, or None for the usual one. `version`
        of the protocol is asked for, and one that is not older than
        `oldest_version` will do.
        """
        cdef Startup operation = Startup(
            waiter, self.out, parameters["user"], password, policy, oldest_version, version
        )
        put_startup(self.out, version, parameters)
        self.allowance = MOST_START_UP_BYTES
        self.enqueue(operation)
        return operation

    def parse(self, str query not None, bytes name not None, waiter):
        """Parse, Describe, Sync: the waiter gets the operation.

        Its `parameter_oids` and `columns` (pairs of name and type OID, or None
        where there are no rows) describe the statement.
        """
        cdef ExtendedQuery operation = ExtendedQuery.describing(waiter, query, name)
        cdef bytes text = encode_text(query)
        cdef Py_ssize_t mark = self.begin_group()
        try:
            put_parse(self.out, name, text)
            put_describe_statement(self.out, name)
            put_sync(self.out)
        except BaseException:
            self.out.length = mark
            raise
        self.end_group(operation)
        return operation

    def begin_many(self, Statement statement not None, record_class, waiter):
        """A group that executes a statement many times: `put_many`, then `end_many`."""
        cdef ExtendedQuery operation = ExtendedQuery.fetching(
            waiter, statement.query, statement.decoder_for(record_class)
        )
        self.begin_group()
        if not statement.name:
            self.put_parse_unnamed(statement)
        operation.sent_all = False
        operation.expected = 0
        self.end_group(operation)
        return operation

    def put_many(
        self, Statement statement not None, iterator, Py_ssize_t position, Py_ssize_t most
    ):
        """Write executions until there are `most` bytes or no more arguments.

        Returns the position of the next element, or -1 at the end. Raises
        DataError for arguments that do not fit; what was written before stays.
        """
        cdef Py_ssize_t mark
        cdef ExtendedQuery operation
        self.check_usable()
        operation = <ExtendedQuery?>self.last
        while self.out.length < most:
            try:
                arguments = next(iterator)
            except StopIteration:
                return -1
            mark = self.out.length
            try:
                statement.put_execution(self.out, arguments, position)
            except BaseException:
                self.out.length = mark
                raise
            operation.expected += 1
            position += 1
        return position

    def end_many(self, ExtendedQuery operation not None, bint undo=False):
        """Write the Sync that commits the group, or undoes it.

        Inside a transaction that was begun before, undoing is the business of
        whoever began it.
        """
        if undo and self.transaction_status == b"I" and not operation.begins:
            put_parse(self.out, b"", b"ROLLBACK")
            put_bind_nothing(self.out)
            put_execute(self.out, b"", 0)
            operation.expected += 1
        put_sync(self.out)
        operation.sent_all = True
        if operation.expected == 0:
            operation.skipping = True

    def query(self, str text not None, waiter):
        """Query: the waiter gets the last command tag."""
        return self.put_simple(text, SimpleQuery(waiter, text))

    def copy_in(self, str text not None, waiter):
        """Query, COPY FROM STDIN: the waiter gets the command tag.

        `copy_data` follows, and `end_copy` or `fail_copy`.
        """
        return self.put_simple(text, CopyIn(waiter, text))

    def copy_out(self, str text not None, waiter):
        """Query, COPY TO STDOUT: the waiter gets the command tag, the operation gathers data."""
        return self.put_simple(text, CopyOut(waiter, text))

    cdef Operation put_simple(self, str text, Operation operation):
        cdef bytes encoded = encode_text(text)
        self.check_usable()
        self.send_reset()
        put_query(self.out, encoded)
        self.enqueue(operation)
        return operation

    def copy_data(self, const unsigned char[::1] data not None):
        """CopyData: a part of what is copied in."""
        cdef Py_ssize_t begun = begin_message(self.out, b"d")
        if data.shape[0]:
            put_bytes(self.out, <const char *>&data[0], data.shape[0])
        end_message(self.out, begun)

    def copy_messages(self, bytes messages not None):
        """CopyData messages that are complete, as CopyRows makes them."""
        put_object(self.out, messages)

    def end_copy(self):
        """CopyDone: there is no more to copy in."""
        put_copy_done(self.out)

    def fail_copy(self, bytes reason not None):
        """CopyFail: have the server give up what was copied in."""
        put_copy_fail(self.out, reason)

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

    def cancel_request(self):
        """The CancelRequest for this session; None before it has started."""
        return cancel_request(self.backend_pid, self.cancel_key) if self.cancel_key else None

    def terminate(self):
        """Write Terminate, the last message."""
        put_terminate(self.out)
