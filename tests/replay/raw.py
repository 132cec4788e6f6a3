"""A client of the protocol's own words: every byte that it sends is the test's."""

from __future__ import annotations

import socket
import struct

TIMEOUT_SECONDS = 10


def message(kind: str, body: bytes = b"") -> bytes:
    """A frontend or backend message."""
    return kind.encode() + struct.pack("!I", len(body) + 4) + body


def startup(version: int = 3 << 16, **parameters: str) -> bytes:
    """A start-up message."""
    pairs = b"".join(
        name.encode() + b"\0" + value.encode() + b"\0"
        for name, value in (parameters or {"user": "u"}).items()
    )
    body = struct.pack("!I", version) + pairs + b"\0"
    return struct.pack("!I", len(body) + 4) + body


def parse(sql: str, name: str = "", types: tuple[int, ...] = ()) -> bytes:
    body = f"{name}\0{sql}\0".encode() + struct.pack(f"!H{len(types)}I", len(types), *types)
    return message("P", body)


def bind_body(values: tuple[bytes | None, ...] = (), formats: tuple[int, ...] = ()) -> bytes:
    """What follows the names in a Bind message; all parameters are text."""
    sent = b"".join(
        struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
        for value in values
    )
    head = struct.pack("!HH", 0, len(values))
    return head + sent + struct.pack(f"!H{len(formats)}H", len(formats), *formats)


def bind(
    values: tuple[bytes | None, ...] = (),
    formats: tuple[int, ...] = (),
    name: str = "",
    portal: str = "",
) -> bytes:
    return message("B", f"{portal}\0{name}\0".encode() + bind_body(values, formats))


def describe(kind: str, name: str = "") -> bytes:
    return message("D", f"{kind}{name}\0".encode())


def execute(portal: str = "", limit: int = 0) -> bytes:
    return message("E", f"{portal}\0".encode() + struct.pack("!I", limit))


def close(kind: str, name: str = "") -> bytes:
    return message("C", f"{kind}{name}\0".encode())


def query(sql: str) -> bytes:
    return message("Q", sql.encode() + b"\0")


SYNC = message("S")
FLUSH = message("H")
TERMINATE = message("X")


class RawClient:
    """A connection that has not started up."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self._stream = self.socket.makefile("rb")

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self.socket.close()

    def start(self, **parameters: str) -> list[tuple[str, bytes]]:
        return self.ask(startup(**parameters))

    def send(self, *messages: bytes) -> None:
        self.socket.sendall(b"".join(messages))

    def read(self) -> tuple[str, bytes] | None:
        """The next message; None at the end."""
        head = self._stream.read(5)
        if len(head) < 5:
            return None
        return chr(head[0]), self._stream.read(struct.unpack("!I", head[1:])[0] - 4)

    def read_byte(self) -> bytes:
        return self._stream.read(1)

    def ask(self, *messages: bytes) -> list[tuple[str, bytes]]:
        """Send, and read up to and including ReadyForQuery, or to the end."""
        self.send(*messages)
        return self.answers()

    def answers(self) -> list[tuple[str, bytes]]:
        found = []
        while (one := self.read()) is not None:
            found.append(one)
            if one[0] == "Z":
                break
        return found


def kinds(answers: list[tuple[str, bytes]]) -> str:
    """The types of messages, as one string."""
    return "".join(kind for kind, _ in answers)


def error_text(answers: list[tuple[str, bytes]]) -> str:
    """The message of the ErrorResponse among them."""
    body = next(body for kind, body in answers if kind == "E")
    fields = {field[:1]: field[1:].decode() for field in body.split(b"\0") if field}
    return f"{fields[b'C']} {fields[b'M']}"
