"""What the frontend waits for: one operation per ReadyForQuery.

An operation takes the messages that answer it, in the order that the protocol
prescribes (https://www.postgresql.org/docs/current/protocol-flow.html), until
ReadyForQuery ends it. Those that may come at any time (notices, notifications,
parameter changes) and ErrorResponse are the frontend's business.
"""

from pgstride.core.messages cimport (
    column_descriptions,
    command_tag,
    parameter_oids,
)
from pgstride.core.rows cimport RowDecoder

from pgstride.exceptions import ProtocolError


cdef class Operation:
    """The base of all; `waiter` is a future, or None when nobody waits.

    A future is anything with `done()`, `set_result()` and `set_exception()`.
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
        """What the waiter gets when there was no error."""
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
            f"unexpected message {chr(<unsigned char>kind)!r} in answer to {type(self).__name__}"
        )


cdef class ExtendedQuery(Operation):
    """Parse, Describe, Bind, Execute, Close in any combination, then Sync.

    `leading` commands, such as a BEGIN that travels with the first statement
    of its transaction, are executed before the one that the waiter asked for.
    """

    @staticmethod
    cdef ExtendedQuery fetching(object waiter, str query, RowDecoder decoder):
        cdef ExtendedQuery made = ExtendedQuery.__new__(ExtendedQuery)
        made.waiter = waiter
        made.query = query
        made.decoder = decoder
        made.rows = []
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
            if self.leading > 0:
                self.leading -= 1
            elif self.wants_tag:
                self.tag = command_tag(body, size)
        elif kind == b"2" or kind == b"1" or kind == b"3":
            pass  # BindComplete, ParseComplete, CloseComplete
        elif kind == b"s":  # PortalSuspended
            self.suspended = True
        elif kind == b"t":  # ParameterDescription
            self.parameter_oids = parameter_oids(body, size)
        elif kind == b"T":  # RowDescription
            self.columns = column_descriptions(body, size)
        elif kind == b"n":  # NoData
            self.columns = None
        elif kind == b"I":  # EmptyQueryResponse
            self.tag = b""
        elif kind == b"D" and self.skipping:
            pass
        elif kind == b"H" or kind == b"d" or kind == b"c":
            pass  # CopyOutResponse, CopyData, CopyDone: copy_from_query would have taken them
        else:
            self.unexpected(kind)
        return 0

    cdef object outcome(self):
        return self if self.wants_operation else self.rows


cdef class SimpleQuery(Operation):
    """Query: any number of statements in one text; their rows are not wanted."""

    def __cinit__(self, waiter, str query):
        self.waiter = waiter
        self.query = query
        self.skipping = True
        self.tag = b""

    cdef int handle(self, char kind, const char *body, Py_ssize_t size) except -1:
        if kind == b"C":  # CommandComplete
            self.tag = command_tag(body, size)
        elif kind == b"T" or kind == b"D" or kind == b"I" or kind == b"H" or kind == b"d" \
                or kind == b"c":
            pass  # RowDescription, DataRow, EmptyQueryResponse, and COPY TO STDOUT
        else:
            self.unexpected(kind)
        return 0

    cdef object outcome(self):
        return self.tag.decode()
