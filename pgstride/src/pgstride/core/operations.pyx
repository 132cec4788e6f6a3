"""What the frontend waits for: one operation per ReadyForQuery.

An operation takes the messages that answer it, in the order that the protocol
prescribes (https://www.postgresql.org/docs/current/protocol-flow.html), until
ReadyForQuery ends it. Those that may come at any time (notices, notifications,
parameter changes) and ErrorResponse are the frontend's business.
"""

cimport cython

from pgstride.core.messages cimport (
    check_copy,
    check_row,
    check_tag,
    column_descriptions,
    command_tag,
    message_name,
    parameter_oids,
    require_empty,
)
from pgstride.core.rows cimport RowDecoder

from pgstride.exceptions import ProtocolError


@cython.trashcan(True)
cdef class Operation:
    """The base of all; `waiter` is a future, or None when nobody waits.

    A future is anything with `done()`, `set_result()` and `set_exception()`.
    When a `vital` operation fails, the connection does.
    """

    def __cinit__(self, *arguments):
        self.deadline = 0.0
        self.sent_all = True

    @property
    def failed(self):
        """Whether the server has answered with an error."""
        return self.error is not None

    cdef int handle(self, char kind, const char *body, Py_ssize_t size) except -1:
        """Take a message of `kind`; raises ProtocolError for one out of place."""
        return self.unexpected(kind)

    cdef object outcome(self):
        """What the waiter gets when there was no error.

        Called when ReadyForQuery has come; raises ProtocolError when something
        is missing, as the answers then belong to other questions.
        """
        return None

    cdef int fail(self, object error) except -1:
        """Note the first error; all rows that may follow are skipped."""
        if self.error is None:
            self.error = error
        self.skipping = True
        self.rows = None
        return 0

    cdef int unexpected(self, char kind) except -1:
        raise ProtocolError(
            f"unexpected {message_name(kind)} in answer to {type(self).__name__}"
        )


cdef class ExtendedQuery(Operation):
    """Parse, Describe, Bind, Execute, Close in any combination, then Sync.

    `leading` commands, such as a BEGIN that travels with the first statement
    of its transaction, are executed before the one that the waiter asked for;
    `begins` stays true for such a BEGIN. `closing` are the names of statements
    that the group closes first, of which so many have been `closed`.
    `expected` is the number of Executes that have not been answered.
    """

    @staticmethod
    cdef ExtendedQuery fetching(object waiter, str query, RowDecoder decoder):
        cdef ExtendedQuery made = ExtendedQuery.__new__(ExtendedQuery)
        made.waiter = waiter
        made.query = query
        made.decoder = decoder
        made.rows = []
        made.expected = 1
        made.executes = True
        return made

    @staticmethod
    cdef ExtendedQuery describing(object waiter, str query, bytes statement_name):
        cdef ExtendedQuery made = ExtendedQuery.__new__(ExtendedQuery)
        made.waiter = waiter
        made.query = query
        made.statement_name = statement_name
        made.wants_operation = True
        return made

    cdef int handle(self, char kind, const char *body, Py_ssize_t size) except -1:
        if kind == b"C":  # CommandComplete
            check_tag(body, size)
            if self.leading > 0:
                self.leading -= 1
                return 0
            self.answered(kind)
            if self.wants_tag:
                self.tag = command_tag(body, size)
        elif kind == b"2" or kind == b"1" or kind == b"3":
            require_empty(kind, size)  # BindComplete, ParseComplete, CloseComplete
            if kind == b"1" and self.leading == 0:
                self.parsed = True
            elif kind == b"3":
                self.closed += 1
        elif kind == b"s":  # PortalSuspended
            require_empty(kind, size)
            self.answered(kind)
            self.suspended = True
        elif kind == b"I":  # EmptyQueryResponse
            require_empty(kind, size)
            self.answered(kind)
            self.tag = b""
        elif kind == b"D" and self.expected > 0 and self.skipping:
            check_row(body, size)
        elif self.statement_name is not None:
            self.describe(kind, body, size)
        elif kind == b"H" or kind == b"d" or kind == b"c":
            # copy_from_query would have taken them.
            check_copy(kind, body, size)
        else:
            self.unexpected(kind)
        return 0

    cdef int answered(self, char kind) except -1:
        """An Execute is over; rows after the last one's end are nobody's."""
        if self.expected <= 0:
            self.unexpected(kind)
        self.expected -= 1
        if self.expected == 0 and self.sent_all:
            self.skipping = True
        return 0

    cdef int describe(self, char kind, const char *body, Py_ssize_t size) except -1:
        """What Describe is answered by."""
        if kind == b"t":  # ParameterDescription
            self.parameter_oids = parameter_oids(body, size)
        elif kind == b"T":  # RowDescription
            self.columns = column_descriptions(body, size)
            self.described = True
        elif kind == b"n":  # NoData
            require_empty(kind, size)
            self.described = True
        else:
            self.unexpected(kind)
        return 0

    cdef object outcome(self):
        if self.expected > 0:
            raise ProtocolError("ReadyForQuery before the statement was complete")
        if self.statement_name is not None and (
            self.parameter_oids is None or not self.described
        ):
            raise ProtocolError("ReadyForQuery before the statement was described")
        return self if self.wants_operation else self.rows


cdef class SimpleQuery(Operation):
    """Query: any number of statements in one text; their rows are not wanted."""

    def __cinit__(self, waiter, str query):
        self.waiter = waiter
        self.query = query
        self.executes = True
        self.skipping = True
        self.tag = b""

    cdef int handle(self, char kind, const char *body, Py_ssize_t size) except -1:
        if kind == b"C":  # CommandComplete
            self.tag = command_tag(body, size)
        elif kind == b"D":
            check_row(body, size)
        elif kind == b"T":
            column_descriptions(body, size)
        elif kind == b"I":  # EmptyQueryResponse
            require_empty(kind, size)
        elif kind == b"H" or kind == b"d" or kind == b"c":
            check_copy(kind, body, size)  # of COPY TO STDOUT
        else:
            self.unexpected(kind)
        return 0

    cdef object outcome(self):
        return self.tag.decode()
