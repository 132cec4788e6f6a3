"""What is in a message; every function raises WireError for a body that does not fit."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from pgbench_drivers.wire.framing import WireError

TEXT, BINARY = 0, 1

_INT16 = Struct("!h")
_INT32 = Struct("!i")


class Parse(NamedTuple):
    """A statement to prepare; the unnamed one has the name ""."""

    name: str
    sql: str
    parameter_oids: tuple[int, ...]


class Bind(NamedTuple):
    """A statement with its parameters; formats as they were sent: none, one for all, or each."""

    portal: str
    statement: str
    parameter_formats: tuple[int, ...]
    parameters: int
    result_formats: tuple[int, ...]


class Named(NamedTuple):
    """What Describe and Close name: "S" a statement, "P" a portal."""

    kind: str
    name: str


class Execute(NamedTuple):
    """A portal, and how many rows of it; 0 for all."""

    portal: str
    most_rows: int


class Field(NamedTuple):
    """A column of a RowDescription."""

    name: str
    type_oid: int
    format: int


class CopyResponse(NamedTuple):
    """How COPY data look."""

    format: int
    columns: int


class _Reader:
    def __init__(self, body: bytes, what: str) -> None:
        self._body = body
        self._at = 0
        self._what = what

    def take(self, length: int) -> bytes:
        end = self._at + length
        if length < 0 or end > len(self._body):
            raise WireError(f"{self._what}: ends in the middle of a value")
        taken = self._body[self._at : end]
        self._at = end
        return taken

    def int16(self) -> int:
        return int(_INT16.unpack(self.take(2))[0])

    def int32(self) -> int:
        return int(_INT32.unpack(self.take(4))[0])

    def count(self) -> int:
        # Unsigned: a statement may have 65,535 parameters.
        return self.int16() & 0xFFFF

    def int16s(self) -> tuple[int, ...]:
        return tuple(self.int16() for _ in range(self.count()))

    def text(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise WireError(f"{self._what}: a string without its end")
        taken = self._body[self._at : end]
        self._at = end + 1
        return taken.decode(errors="replace")

    def end(self) -> None:
        if self._at != len(self._body):
            raise WireError(f"{self._what}: {len(self._body) - self._at} bytes too many")


def parse(body: bytes) -> Parse:
    """Parse (P)."""
    reader = _Reader(body, "Parse")
    name, sql = reader.text(), reader.text()
    oids = tuple(reader.int32() & 0xFFFFFFFF for _ in range(reader.count()))
    reader.end()
    return Parse(name, sql, oids)


def bind(body: bytes) -> Bind:
    """Bind (B); the parameters' values are skipped."""
    reader = _Reader(body, "Bind")
    portal, statement = reader.text(), reader.text()
    parameter_formats = reader.int16s()
    parameters = reader.count()
    for _ in range(parameters):
        length = reader.int32()
        if length >= 0:
            reader.take(length)
        elif length != -1:
            raise WireError(f"Bind: a parameter of {length} bytes")
    result_formats = reader.int16s()
    reader.end()
    return Bind(portal, statement, parameter_formats, parameters, result_formats)


def named(body: bytes) -> Named:
    """Describe (D) or Close (C) of a client."""
    kind = chr(body[0]) if body else ""
    if kind not in ("S", "P"):
        raise WireError(f"Describe or Close: of neither a statement nor a portal, but {kind!r}")
    reader = _Reader(body[1:], "Describe or Close")
    name = reader.text()
    reader.end()
    return Named(kind, name)


def execute(body: bytes) -> Execute:
    """Execute (E) of a client."""
    reader = _Reader(body, "Execute")
    found = Execute(reader.text(), reader.int32())
    reader.end()
    return found


def text(body: bytes, what: str) -> str:
    """A body that is one string: Query (Q), CommandComplete (C)."""
    reader = _Reader(body, what)
    found = reader.text()
    reader.end()
    return found


def row_description(body: bytes) -> tuple[Field, ...]:
    """RowDescription (T)."""
    reader = _Reader(body, "RowDescription")
    fields = []
    for _ in range(reader.count()):
        name = reader.text()
        reader.take(6)  # table and column it comes from
        type_oid = reader.int32() & 0xFFFFFFFF
        reader.take(6)  # size and modifier of the type
        fields.append(Field(name, type_oid, reader.int16()))
    reader.end()
    return tuple(fields)


def data_row_columns(body: bytes) -> int:
    """How many values a DataRow (D) has."""
    return _Reader(body, "DataRow").count()


def copy_response(body: bytes) -> CopyResponse:
    """CopyInResponse (G) or CopyOutResponse (H)."""
    reader = _Reader(body, "CopyResponse")
    overall = reader.take(1)[0]
    formats = reader.int16s()
    reader.end()
    return CopyResponse(overall, len(formats))


def transaction_status(body: bytes) -> str:
    """ReadyForQuery (Z): "I" idle, "T" in a transaction, "E" in a failed one."""
    status = body.decode(errors="replace")
    if status not in ("I", "T", "E"):
        raise WireError(f"ReadyForQuery: the status {status!r}")
    return status


def error_text(body: bytes) -> str:
    """SQLSTATE and message of an ErrorResponse (E)."""
    reader = _Reader(body, "ErrorResponse")
    fields = {}
    while (code := reader.take(1)) != b"\0":
        fields[code.decode(errors="replace")] = reader.text()
    reader.end()
    return f"{fields.get('C', '?????')}: {fields.get('M', '')}"
