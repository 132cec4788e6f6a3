"""Messages of the protocol, version 3: bodies parsed, and messages built.

The formats: https://www.postgresql.org/docs/current/protocol-message-formats.html.
Every length, count and terminator is checked; what does not fit is a
ProtocolError that names the message and the offset in its body.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport int32_t, uint32_t
from libc.string cimport memchr, memset

from pgstride.core.buffer cimport (
    WriteBuffer,
    put_byte,
    put_cstring,
    put_int32,
    reserve,
)
from pgstride.core.wire cimport (
    LONGEST_MESSAGE,
    read_int16,
    read_int32,
    read_uint32,
    write_int32,
)

from pgstride.exceptions import InterfaceError, ProtocolError

# Type OID, size, modifier and so on, after a column's name in RowDescription.
cdef Py_ssize_t COLUMN_FACTS = 18


cdef dict NAMES = {
    "1": "ParseComplete",
    "2": "BindComplete",
    "3": "CloseComplete",
    "A": "NotificationResponse",
    "C": "CommandComplete",
    "D": "DataRow",
    "E": "ErrorResponse",
    "G": "CopyInResponse",
    "H": "CopyOutResponse",
    "I": "EmptyQueryResponse",
    "K": "BackendKeyData",
    "N": "NoticeResponse",
    "R": "Authentication",
    "S": "ParameterStatus",
    "T": "RowDescription",
    "V": "FunctionCallResponse",
    "W": "CopyBothResponse",
    "Z": "ReadyForQuery",
    "c": "CopyDone",
    "d": "CopyData",
    "n": "NoData",
    "s": "PortalSuspended",
    "t": "ParameterDescription",
    "v": "NegotiateProtocolVersion",
}


cdef str message_name(char kind):
    """What the protocol calls a message of the server's, for errors."""
    letter = chr(<unsigned char>kind)
    return NAMES.get(letter) or f"unknown message {letter!r}"


cdef class Body:
    """Reads a message's body from its start to its end."""

    cdef str message
    cdef const char *start
    cdef const char *at
    cdef const char *end

    cdef int need(self, Py_ssize_t size) except -1:
        if self.end - self.at < size:
            raise ProtocolError(
                f"{self.message}: {size} bytes expected at offset {self.at - self.start}, "
                f"{self.end - self.at} are left"
            )
        return 0

    cdef int count(self) except -1:
        self.need(2)
        cdef int found = read_int16(self.at)
        if found < 0:
            raise ProtocolError(f"{self.message}: negative count {found}")
        self.at += 2
        return found

    cdef bytes cstring(self):
        cdef const char *terminator = <const char *>memchr(self.at, 0, self.end - self.at)
        if terminator == NULL:
            raise ProtocolError(
                f"{self.message}: string at offset {self.at - self.start} has no end"
            )
        cdef bytes found = PyBytes_FromStringAndSize(self.at, terminator - self.at)
        self.at = terminator + 1
        return found

    cdef str text(self):
        return self.cstring().decode("utf-8", "replace")

    cdef int finish(self) except -1:
        if self.at != self.end:
            raise ProtocolError(
                f"{self.message}: {self.end - self.at} bytes are left at offset "
                f"{self.at - self.start}"
            )
        return 0


cdef Body body_of(str message, const char *body, Py_ssize_t size):
    cdef Body made = Body.__new__(Body)
    made.message = message
    made.start = made.at = body
    made.end = body + size
    return made


cdef int require_empty(char kind, Py_ssize_t size) except -1:
    """A message that says all by its kind."""
    if size != 0:
        raise ProtocolError(f"{message_name(kind)}: {size} bytes where none are expected")
    return 0


cdef int check_tag(const char *body, Py_ssize_t size) except -1:
    """CommandComplete, when nobody wants to know its tag."""
    if size < 1 or memchr(body, 0, size) != body + size - 1:
        raise ProtocolError("CommandComplete: the tag is not one string")
    return 0


cdef int check_copy(char kind, const char *body, Py_ssize_t size) except -1:
    """CopyInResponse, CopyOutResponse, CopyData, CopyDone: formats, of which nothing is needed."""
    cdef Body b
    cdef int count
    if kind == b"d":
        return 0
    if kind == b"c":
        return require_empty(kind, size)
    b = body_of(message_name(kind), body, size)
    b.need(1)
    b.at += 1
    count = b.count()
    b.need(2 * count)
    b.at += 2 * count
    return b.finish()


cdef int check_row(const char *body, Py_ssize_t size) except -1:
    """DataRow, when nobody wants to have it."""
    cdef Body b = body_of("DataRow", body, size)
    cdef int32_t length
    for _ in range(b.count()):
        b.need(4)
        length = read_int32(b.at)
        b.at += 4
        if length < -1:
            raise ProtocolError(
                f"DataRow: length {length} at offset {b.at - 4 - b.start}"
            )
        if length > 0:
            b.need(length)
            b.at += length
    return b.finish()


cdef bytes command_tag(const char *body, Py_ssize_t size):
    """CommandComplete: such as b'INSERT 0 1'."""
    check_tag(body, size)
    cdef bytes tag = PyBytes_FromStringAndSize(body, size - 1)
    if not tag.isascii():
        raise ProtocolError(f"CommandComplete: the tag {tag!r} is not ASCII")
    return tag


cdef list parameter_oids(const char *body, Py_ssize_t size):
    """ParameterDescription: the type OID of each parameter."""
    cdef Body b = body_of("ParameterDescription", body, size)
    cdef list found = []
    # An unsigned count: the protocol allows 65535 parameters.
    b.need(2)
    cdef int count = read_int16(b.at) & 0xFFFF
    b.at += 2
    b.need(4 * count)
    for _ in range(count):
        found.append(read_uint32(b.at))
        b.at += 4
    b.finish()
    return found


cdef list column_descriptions(const char *body, Py_ssize_t size):
    """RowDescription: (name, type OID) of each column."""
    cdef Body b = body_of("RowDescription", body, size)
    cdef list found = []
    for _ in range(b.count()):
        name = b.text()
        b.need(COLUMN_FACTS)
        found.append((name, read_uint32(b.at + 6)))
        b.at += COLUMN_FACTS
    b.finish()
    return found


cdef dict response_fields(str message, const char *body, Py_ssize_t size):
    """ErrorResponse and NoticeResponse: texts by their one-letter field codes."""
    cdef Body b = body_of(message, body, size)
    cdef dict found = {}
    while True:
        b.need(1)
        code = b.at[0]
        b.at += 1
        if code == 0:
            break
        found[chr(<unsigned char>code)] = b.text()
    b.finish()
    return found


cdef tuple parameter_status(const char *body, Py_ssize_t size):
    """ParameterStatus: name and value of a setting."""
    cdef Body b = body_of("ParameterStatus", body, size)
    found = (b.text(), b.text())
    b.finish()
    return found


cdef tuple notification(const char *body, Py_ssize_t size):
    """NotificationResponse: the sender's process id, channel and payload."""
    cdef Body b = body_of("NotificationResponse", body, size)
    b.need(4)
    pid = read_int32(b.at)
    b.at += 4
    found = (pid, b.text(), b.text())
    b.finish()
    return found


cdef tuple negotiated(const char *body, Py_ssize_t size):
    """NegotiateProtocolVersion: the server's newest version, and options unknown to it.

    The documentation can be read as if only the minor version were sent; both
    forms are understood.
    """
    cdef Body b = body_of("NegotiateProtocolVersion", body, size)
    b.need(8)
    cdef uint32_t version = read_uint32(b.at)
    cdef int32_t count = read_int32(b.at + 4)
    b.at += 8
    if count < 0:
        raise ProtocolError(f"NegotiateProtocolVersion: negative count {count}")
    # Each takes a byte at least, so that the body's end bounds the loop.
    cdef list found = []
    for _ in range(count):
        found.append(b.text())
    b.finish()
    return version | (3 << 16 if version < 1 << 16 else 0), found


cdef Py_ssize_t begin_message(WriteBuffer out, char kind) except -1:
    """Write kind and room for the length; returns what end_message needs."""
    put_byte(out, kind)
    cdef Py_ssize_t begun = out.length
    reserve(out, 4)
    return begun


cdef int end_message(WriteBuffer out, Py_ssize_t begun) except -1:
    """Fill in the length of the message that was begun."""
    cdef Py_ssize_t length = out.length - begun
    if length > LONGEST_MESSAGE:
        raise InterfaceError(
            f"a message of {length} bytes is longer than the {LONGEST_MESSAGE} bytes "
            "that the server takes"
        )
    write_int32(out.data + begun, <int32_t>length)
    return 0


cdef int put_sync(WriteBuffer out) except -1:
    cdef char *at = reserve(out, 5)
    at[0] = b"S"
    write_int32(at + 1, 4)
    return 0


cdef int put_query(WriteBuffer out, bytes text) except -1:
    cdef Py_ssize_t begun = begin_message(out, b"Q")
    put_cstring(out, text)
    return end_message(out, begun)


cdef int put_parse(WriteBuffer out, bytes name, bytes text) except -1:
    """Parse, with all parameter types left to the server."""
    cdef Py_ssize_t begun = begin_message(out, b"P")
    put_cstring(out, name)
    put_cstring(out, text)
    put_byte(out, 0)
    put_byte(out, 0)
    return end_message(out, begun)


cdef int put_describe_statement(WriteBuffer out, bytes name) except -1:
    cdef Py_ssize_t begun = begin_message(out, b"D")
    put_byte(out, b"S")
    put_cstring(out, name)
    return end_message(out, begun)


cdef int put_execute(WriteBuffer out, bytes portal, int limit) except -1:
    """Execute `limit` rows of a portal; 0: all."""
    cdef Py_ssize_t begun = begin_message(out, b"E")
    put_cstring(out, portal)
    put_int32(out, limit)
    return end_message(out, begun)


cdef int put_close(WriteBuffer out, char what, bytes name) except -1:
    """Close a statement (b'S') or a portal (b'P')."""
    cdef Py_ssize_t begun = begin_message(out, b"C")
    put_byte(out, what)
    put_cstring(out, name)
    return end_message(out, begun)


cdef int put_bind_nothing(WriteBuffer out) except -1:
    """Bind the unnamed statement, which has no parameters, to the unnamed portal."""
    cdef Py_ssize_t begun = begin_message(out, b"B")
    memset(reserve(out, 8), 0, 8)
    return end_message(out, begun)


cdef int put_copy_fail(WriteBuffer out, bytes reason) except -1:
    cdef Py_ssize_t begun = begin_message(out, b"f")
    put_cstring(out, reason)
    return end_message(out, begun)


cdef int put_copy_done(WriteBuffer out) except -1:
    return end_message(out, begin_message(out, b"c"))


cdef int put_terminate(WriteBuffer out) except -1:
    return end_message(out, begin_message(out, b"X"))
