"""Messages for tests, as bytes."""

from __future__ import annotations

from struct import pack

PROTOCOL_3_0 = 196608


def message(kind: str, body: bytes = b"") -> bytes:
    """A typed message."""
    return kind.encode() + pack("!I", 4 + len(body)) + body


def startup(**parameters: str) -> bytes:
    """A start-up packet."""
    body = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items()) + b"\0"
    return pack("!II", 8 + len(body), PROTOCOL_3_0) + body


def string(text: str) -> bytes:
    """A string with its end."""
    return text.encode() + b"\0"


def formats(*numbers: int) -> bytes:
    """A list of format codes."""
    return pack(f"!h{len(numbers)}h", len(numbers), *numbers)


def parse(name: str, sql: str) -> bytes:
    """A Parse message."""
    return message("P", string(name) + string(sql) + pack("!h", 0))


def bind(
    statement: str,
    values: tuple[bytes | None, ...] = (),
    parameter_formats: tuple[int, ...] = (),
    result_formats: tuple[int, ...] = (),
) -> bytes:
    """A Bind message to the unnamed portal."""
    body = string("") + string(statement) + formats(*parameter_formats)
    body += pack("!h", len(values))
    for value in values:
        body += pack("!i", -1) if value is None else pack("!i", len(value)) + value
    return message("B", body + formats(*result_formats))


def describe(kind: str, name: str) -> bytes:
    """A Describe message."""
    return message("D", kind.encode() + string(name))


def close(kind: str, name: str) -> bytes:
    """A Close message."""
    return message("C", kind.encode() + string(name))


EXECUTE = message("E", string("") + pack("!i", 0))
SYNC = message("S")
FLUSH = message("H")


def query(sql: str) -> bytes:
    """A simple Query."""
    return message("Q", string(sql))


def ready(status: str = "I") -> bytes:
    """ReadyForQuery."""
    return message("Z", status.encode())


def complete(tag: str) -> bytes:
    """CommandComplete."""
    return message("C", string(tag))


def row(columns: int = 1) -> bytes:
    """A DataRow of NULLs."""
    return message("D", pack(f"!h{columns}i", columns, *([-1] * columns)))


def row_description(*names: str, number: int = 0) -> bytes:
    """A RowDescription of int4 columns in the format `number`."""
    fields = b"".join(string(n) + pack("!ihihih", 0, 0, 23, 4, -1, number) for n in names)
    return message("T", pack("!h", len(names)) + fields)


def error(code: str, text: str) -> bytes:
    """An ErrorResponse."""
    return message("E", b"C" + string(code) + b"M" + string(text) + b"\0")


PARSED, BOUND, CLOSED, NO_DATA = (message(kind) for kind in "123n")
PARAMETERS = message("t", pack("!h", 0))
