"""What a server answered, by what it was asked; docs/replay.md describes the file."""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass, field

from pgbench_drivers.errors import UserError

MAGIC = b"PGREPLY1"

# RowDescription: what follows a column's name; the last two bytes are the format.
_FIELD_TRAILER = 18
_FORMAT = slice(16, 18)


class RecordingError(UserError):
    """What was recorded cannot be replayed."""


@dataclass(frozen=True)
class Answer:
    """Backend messages, without ReadyForQuery; `tail` is what follows a COPY FROM STDIN."""

    head: bytes
    tail: bytes = b""


@dataclass
class Statement:
    """A statement of the extended protocol: its descriptions, and answers by what Bind asked."""

    parameter_description: bytes = b""
    row_description: bytes = b""
    answers: dict[bytes, Answer] = field(default_factory=dict)


@dataclass(frozen=True)
class Bind:
    """A Bind message after the two names, and the result formats at its end."""

    body: bytes
    result_formats: tuple[int, ...]


class Recording:
    """Filled by conversations, written once.

    The statements of `own` are the benchmark's: they are answered whatever the
    parameters and their declared types are, since these are constant. All
    others are answered only to the very bytes that were recorded, and with
    the first answer, should they have had several.
    """

    def __init__(self, own: Collection[str]) -> None:
        self._own = frozenset(sql.encode() for sql in own)
        self._startups: dict[bytes, bytes] = {}
        self._statements: dict[bytes, Statement] = {}
        self._queries: dict[bytes, Answer] = {}
        self._differing: set[bytes] = set()

    def add_startup(self, parameters: bytes, statuses: bytes) -> None:
        """ParameterStatus messages by the start-up message's parameters."""
        self._startups.setdefault(parameters, statuses)

    def statement(self, parse: bytes) -> Statement:
        """The statement of a Parse message's body after the name."""
        return self._statements.setdefault(self._key(parse), Statement())

    def add_answer(self, parse: bytes, bind: Bind, answer: Answer) -> None:
        """What an Execute was answered."""
        key = formats_key(bind.result_formats) if self._key(parse) in self._own else bind.body
        known = self.statement(parse).answers.setdefault(key, answer)
        if known != answer and self._key(parse) in self._own:
            self._differing.add(self._key(parse))

    def add_query(self, sql: bytes, answer: Answer) -> None:
        """What a simple Query was answered."""
        self._queries.setdefault(sql, answer)

    def has_statement(self, sql: str) -> bool:
        """Whether one of the benchmark's own statements has an answer."""
        found = self._statements.get(sql.encode())
        return found is not None and bool(found.answers)

    def encode(self) -> bytes:
        """The file; raises RecordingError if an own statement had two answers."""
        if self._differing:
            shown = "; ".join(sql.decode(errors="replace") for sql in sorted(self._differing))
            raise RecordingError(
                f"the server's answers differ from time to time and cannot be replayed: {shown}"
            )
        return _Writer().write(self._startups, self._statements, self._queries, self._own)

    def _key(self, parse: bytes) -> bytes:
        sql = parse.partition(b"\0")[0]
        return sql if sql in self._own else parse


def formats_key(formats: tuple[int, ...]) -> bytes:
    """Result formats as a key: a byte where all columns share it, else one per column."""
    return bytes(formats) if len(set(formats)) > 1 else bytes(formats[:1] or (0,))


def in_text_format(row_description: bytes) -> bytes:
    """A RowDescription message with the format of every column set to text."""
    message = bytearray(row_description)
    at = 7
    for _ in range(int.from_bytes(message[5:7], "big")):
        at = message.index(0, at) + 1
        message[at + _FORMAT.start : at + _FORMAT.stop] = b"\0\0"
        at += _FIELD_TRAILER
    return bytes(message)


class _Writer:
    """The records of a file, each after those that it refers to."""

    def __init__(self) -> None:
        self._file = bytearray(MAGIC)
        self._answers: dict[Answer, int] = {}

    def write(
        self,
        startups: dict[bytes, bytes],
        statements: dict[bytes, Statement],
        queries: dict[bytes, Answer],
        own: Collection[bytes],
    ) -> bytes:
        for parameters, statuses in startups.items():
            self._record(b"U", _sized(parameters) + _sized(statuses))
        for index, (key, statement) in enumerate(statements.items()):
            descriptions = (statement.parameter_description, statement.row_description)
            body = bytes([key in own]) + b"".join(map(_sized, (key, *descriptions)))
            self._record(b"S", body)
            for asked, answer in statement.answers.items():
                numbers = struct.pack("!II", index, self._answer(answer))
                self._record(b"A", numbers + _sized(asked))
        for sql, answer in queries.items():
            self._record(b"Q", struct.pack("!I", self._answer(answer)) + _sized(sql))
        return bytes(self._file)

    def _answer(self, answer: Answer) -> int:
        """The answer's number; equal ones are written once."""
        if answer not in self._answers:
            self._answers[answer] = len(self._answers)
            self._record(b"B", _sized(answer.head) + _sized(answer.tail))
        return self._answers[answer]

    def _record(self, kind: bytes, body: bytes) -> None:
        self._file += kind + _sized(body)


def _sized(content: bytes) -> bytes:
    return struct.pack("!I", len(content)) + content
