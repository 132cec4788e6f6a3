"""Messages out of the bytes of either direction, in whatever pieces they come."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

# Names of what has no type byte on the wire.
STARTUP = "startup"
SSL_REQUEST = "ssl-request"
GSSENC_REQUEST = "gssenc-request"
CANCEL_REQUEST = "cancel-request"
NEGOTIATION = "negotiation"

_CODES = {80877102: CANCEL_REQUEST, 80877103: SSL_REQUEST, 80877104: GSSENC_REQUEST}
_PROTOCOL_MAJOR = 3
# The server's answer to a request of encryption that it cannot grant.
DECLINED = b"N"

FRONTEND_TYPES = frozenset(b"BCDEFHPQSXcdfp")
BACKEND_TYPES = frozenset(b"123ACDEGHIKNRSTVWZcdnstv")

_HEADER = Struct("!BI")
_UNTYPED = Struct("!II")
UNTYPED_HEAD_BYTES = _UNTYPED.size
_LENGTH_BYTES = 4
# MAX_STARTUP_PACKET_LENGTH of libpq/pqcomm.h, and the longest that palloc can hold.
_LONGEST_STARTUP = 10_000
_LONGEST = 2**30


class WireError(ValueError):
    """Bytes that are none of the protocol's; the message says what was wrong."""


class Message(NamedTuple):
    """One message: its type byte as a character, or one of the names above; all its bytes count.

    `size` is what the message takes on the wire, in bytes.
    """

    kind: str
    body: bytes
    size: int

    @property
    def raw(self) -> bytes:
        """A typed message as it was on the wire."""
        return self.kind.encode() + (self.size - 1).to_bytes(_LENGTH_BYTES, "big") + self.body


def asks_for_encryption(head: bytes) -> bool:
    """Whether a packet that begins so is an SSLRequest or a GSSENCRequest."""
    return _CODES.get(_UNTYPED.unpack(head)[1]) in (SSL_REQUEST, GSSENC_REQUEST)


class FrontendDecoder:
    """What a client sends: untyped packets first, then typed messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._typed = False

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that `data` completes; raises WireError."""
        self._buffer += data
        while not self._typed:
            message = self._untyped()
            if message is None:
                return
            self._typed = message.kind in (STARTUP, CANCEL_REQUEST)
            yield message
        yield from _typed(self._buffer, FRONTEND_TYPES, "client")

    def _untyped(self) -> Message | None:
        if len(self._buffer) < _UNTYPED.size:
            return None
        length, code = _UNTYPED.unpack_from(self._buffer)
        if not _UNTYPED.size <= length <= _LONGEST_STARTUP:
            raise WireError(f"client: a start-up packet of {length} bytes")
        kind = STARTUP if code >> 16 == _PROTOCOL_MAJOR else _CODES.get(code)
        if kind is None:
            raise WireError(f"client: a start-up packet with the code {code}")
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[_UNTYPED.size : length])
        del self._buffer[:length]
        return Message(kind, body, length)


class BackendDecoder:
    """What a server sends: typed messages, and one byte for each request of encryption."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._negotiations = 0

    def expect_negotiation(self) -> None:
        """The client has asked for encryption: the next answer is a single byte."""
        self._negotiations += 1

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that `data` completes; raises WireError."""
        self._buffer += data
        while self._negotiations and self._buffer:
            self._negotiations -= 1
            answer = bytes(self._buffer[:1])
            del self._buffer[:1]
            if answer != DECLINED:
                raise WireError("server: the connection is encrypted from here on")
            yield Message(NEGOTIATION, answer, 1)
        yield from _typed(self._buffer, BACKEND_TYPES, "server")


def _typed(buffer: bytearray, known: frozenset[int], sender: str) -> Iterator[Message]:
    """The complete messages of the buffer, which keeps the rest."""
    at = 0
    try:
        while len(buffer) - at >= _HEADER.size:
            kind, length = _HEADER.unpack_from(buffer, at)
            if kind not in known:
                raise WireError(f"{sender}: no message has the type {kind:#04x}")
            if not _LENGTH_BYTES <= length <= _LONGEST:
                raise WireError(f"{sender}: a message {chr(kind)!r} of {length} bytes")
            end = at + 1 + length
            if len(buffer) < end:
                return
            body = bytes(buffer[at + _HEADER.size : end])
            at = end
            yield Message(chr(kind), body, 1 + length)
    finally:
        del buffer[:at]
