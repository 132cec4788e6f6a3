"""The frontend's side of a connection, without input and output.

Bytes that the server sent go in through `get_buffer` and `buffer_updated`;
bytes for the server come out of `take_output`.
"""

from pgstride.core.buffer cimport put_bytes, put_object
from pgstride.core.copying cimport CopyIn, CopyOut
from pgstride.core.messages cimport (
    begin_message,
    end_message,
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
)
from pgstride.core.operations cimport ExtendedQuery, Operation, SimpleQuery
from pgstride.core.startup cimport Startup, put_startup
from pgstride.core.statement cimport Statement, encode_text
from pgstride.core.statement_groups cimport StatementGroups

from pgstride.core.startup import cancel_request

cdef int PROTOCOL_3_0 = 3 << 16


cdef class Frontend(StatementGroups):
    """Begins operations: each method writes what the server needs to know."""

    # -- the session

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
        self.limit_start_up()
        self.enqueue(operation)
        return operation

    def cancel_request(self):
        """The CancelRequest for this session; None before it has started."""
        return cancel_request(self.backend_pid, self.cancel_key) if self.cancel_key else None

    def terminate(self):
        """Write Terminate, the last message."""
        put_terminate(self.out)

    # -- statements

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

    # -- portals

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

    # -- a statement many times

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

    # -- the simple protocol

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
