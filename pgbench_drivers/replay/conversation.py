"""One session between client and PostgreSQL, overheard: which answer belongs to which question."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pgbench_drivers.replay.recording import Answer, Bind, Recording, in_text_format
from pgbench_drivers.wire import framing
from pgbench_drivers.wire.framing import Message
from pgbench_drivers.wire.listener import DecodingListener

QuestionKind = Literal["startup", "parse", "bind", "describe", "execute", "close", "sync", "query"]

# Backend messages that are parts of an answer, and those of them that end it.
_PARTS = frozenset("DCIEGHdcNST")
_ENDS = frozenset("CIE")


@dataclass
class _Portal:
    parse: bytes
    bind: Bind
    rows: bytearray = field(default_factory=bytearray)


@dataclass
class _Question:
    kind: QuestionKind
    parse: bytes = b""
    portal: _Portal | None = None
    sql: bytes = b""
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    copies_in: bool = False

    def add(self, message: Message) -> None:
        part = self.tail if self.copies_in else self.head
        part += message.raw
        self.copies_in = self.copies_in or message.kind == "G"

    @property
    def answer(self) -> Answer:
        return Answer(bytes(self.head), bytes(self.tail))

    @property
    def is_copy_that_failed(self) -> bool:
        return self.copies_in and self.tail[:1] == b"E"


class Conversation(DecodingListener):
    """Questions wait in order for their answers, which go into the recording.

    Follows the rules of the protocol's "Message Flow": an error in the
    extended protocol discards all questions up to the next Sync, and a COPY
    FROM STDIN discards the Syncs that were sent before its end.
    """

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self._recording = recording
        self._startup = b""
        self._statements: dict[bytes, bytes] = {}
        self._portals: dict[bytes, _Portal] = {}
        self._waiting: deque[_Question] = deque()
        self._finished: list[_Question] = []
        self._copying = False
        self._readers: dict[str, Callable[[bytes], _Question]] = {
            "P": self._parse,
            "B": self._bind,
            "D": self._describe,
            "E": self._execute,
            "C": lambda _: _Question("close"),
            "Q": lambda body: _Question("query", sql=body[:-1]),
            "F": lambda _: _Question("query"),
            "S": lambda _: _Question("sync"),
            framing.STARTUP: self._start,
        }

    def _hear_client(self, message: Message) -> None:
        kind = message.kind
        if kind in ("c", "f"):
            self._copying = False
        elif kind in self._readers and not (self._copying and kind == "S"):
            self._waiting.append(self._readers[kind](message.body))

    def _start(self, parameters: bytes) -> _Question:
        self._startup = parameters
        return _Question("startup")

    def _parse(self, body: bytes) -> _Question:
        name, _, parse = body.partition(b"\0")
        self._statements[name] = parse
        return _Question("parse", parse)

    def _bind(self, body: bytes) -> _Question:
        portal, _, rest = body.partition(b"\0")
        name, _, rest = rest.partition(b"\0")
        parse = self._statements.get(name, b"")
        self._portals[portal] = _Portal(parse, Bind(rest, _result_formats(rest)))
        return _Question("bind")

    def _describe(self, body: bytes) -> _Question:
        name = body[1:-1]
        if body[:1] == b"S":
            return _Question("describe", self._statements.get(name, b""))
        portal = self._portals.get(name)
        return _Question("describe", portal.parse if portal else b"")

    def _execute(self, body: bytes) -> _Question:
        return _Question("execute", portal=self._portals.get(body.partition(b"\0")[0]))

    def _hear_server(self, message: Message) -> None:
        if not self._waiting or message.kind in ("A", framing.NEGOTIATION):
            return
        question = self._waiting[0]
        if question.kind in ("startup", "query"):
            self._answer_whole(question, message)
        elif message.kind == "E":
            self._fail(question, message)
        elif question.kind == "execute":
            self._answer_execute(question, message)
        elif question.kind == "sync":
            self._answer_sync(message)
        else:
            self._answer_one(question, message)

    def _answer_whole(self, question: _Question, message: Message) -> None:
        """Start-up and simple Query: all up to ReadyForQuery."""
        if message.kind != "Z":
            if message.kind in ("S" if question.kind == "startup" else _PARTS):
                question.add(message)
                self._copying = self._copying or message.kind == "G"
            return
        self._waiting.popleft()
        self._copying = False
        if question.kind == "startup":
            self._recording.add_startup(self._startup, bytes(question.head))
        elif question.sql and not question.is_copy_that_failed:
            self._recording.add_query(question.sql, question.answer)

    def _fail(self, question: _Question, message: Message) -> None:
        if question.kind == "execute" and not question.copies_in:
            question.add(message)
            self._finished.append(question)
        self._copying = False
        while self._waiting and self._waiting[0].kind != "sync":
            self._waiting.popleft()

    def _answer_execute(self, question: _Question, message: Message) -> None:
        portal = question.portal
        if message.kind == "s":
            if portal:
                portal.rows += question.head
            self._waiting.popleft()
            return
        if message.kind not in _PARTS:
            return
        question.add(message)
        if message.kind == "G":
            self._copying = True
            self._forget_syncs()
        if message.kind in _ENDS:
            if portal:
                question.head[:0] = portal.rows
            self._finished.append(question)
            self._waiting.popleft()

    def _forget_syncs(self) -> None:
        while len(self._waiting) > 1 and self._waiting[1].kind == "sync":
            del self._waiting[1]

    def _answer_sync(self, message: Message) -> None:
        if message.kind in ("S", "N") and self._finished:
            # Settings that a command changed are reported before ReadyForQuery.
            self._finished[-1].add(message)
        if message.kind != "Z":
            return
        self._waiting.popleft()
        for question in self._finished:
            if question.portal:
                portal = question.portal
                self._recording.add_answer(portal.parse, portal.bind, question.answer)
        self._finished.clear()

    def _answer_one(self, question: _Question, message: Message) -> None:
        """Parse, Bind, Describe, Close: one message each, two for a statement's description."""
        kind = message.kind
        if kind in ("N", "S"):
            return
        if kind == "1":
            self._recording.statement(question.parse)
        if kind == "t":
            self._recording.statement(question.parse).parameter_description = message.raw
            return
        if kind in ("T", "n"):
            rows = in_text_format(message.raw) if kind == "T" else message.raw
            self._recording.statement(question.parse).row_description = rows
        self._waiting.popleft()


def _result_formats(bind: bytes) -> tuple[int, ...]:
    """The result formats at the end of a Bind message, whose names are cut off."""
    at = 2 + 2 * _u16(bind, 0)
    count = _u16(bind, at)
    at += 2
    for _ in range(count):
        (length,) = struct.unpack_from("!i", bind, at)
        at += 4 + max(length, 0)
    return struct.unpack_from(f"!{_u16(bind, at)}H", bind, at + 2)


def _u16(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 2], "big")
