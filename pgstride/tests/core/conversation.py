"""A scripted conversation: what the frontend says, what it is answered, what it makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import backend
from pgstride.codecs.registry import TypeRegistry
from pgstride.core.frontend import Frontend
from pgstride.core.rows import RowDecoder
from pgstride.core.statement import Statement


class Waiter:
    """The least that the core needs of a future."""

    def __init__(self) -> None:
        self.outcome: object = None
        self._done = False

    def done(self) -> bool:
        return self._done

    def set_result(self, result: object) -> None:
        assert not self._done, "a waiter is told only once"
        self._done, self.outcome = True, result

    def set_exception(self, error: BaseException) -> None:
        self.set_result(error)

    @property
    def result(self) -> object:
        assert self._done, "nothing has come"
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome

    @property
    def error(self) -> BaseException:
        assert isinstance(self.outcome, BaseException), f"no error, but {self.outcome!r}"
        return self.outcome


class Conversation(Frontend):
    """A Frontend that notes what came unasked."""

    def __init__(self) -> None:
        self.unasked: list[tuple[object, ...]] = []

    def on_notice(self, message: object) -> None:
        self.unasked.append(("notice", message.args[0] if isinstance(message, Exception) else None))

    def on_notification(self, pid: int, channel: str, payload: str) -> None:
        self.unasked.append((pid, channel, payload))

    def fetch(self, made: Statement, *arguments: object, limit: int = 0, **more: object) -> Waiter:
        waiter = Waiter()
        self.execute(made, arguments, waiter, limit, **more)
        return waiter

    def describe(self, text: str, name: bytes = b"s1") -> Waiter:
        waiter = Waiter()
        self.parse(text, name, waiter)
        return waiter

    def simple(self, text: str) -> Waiter:
        waiter = Waiter()
        self.query(text, waiter)
        return waiter

    def hears(self, *messages: bytes) -> None:
        """Receive the messages in one piece."""
        self.receive(b"".join(messages))

    def says(self) -> list[tuple[str, bytes]]:
        """The messages that were sent since, as (kind, body)."""
        return list(split(self.take_output()))


def split(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Messages of the client's as (kind, body)."""
    while data:
        length = int.from_bytes(data[1:5], "big")
        assert 4 <= length <= len(data) - 1, "a message is not whole"
        yield chr(data[0]), data[5 : 1 + length]
        data = data[1 + length :]


def kinds(messages: list[tuple[str, bytes]]) -> str:
    return "".join(kind for kind, _ in messages)


def codec(oid: int) -> object:
    return TypeRegistry().codec(oid)


def decoder(*columns: tuple[str, int], record_class: type | None = None) -> RowDecoder:
    """Decodes rows of columns that are given as (name, type OID)."""
    names = tuple(name for name, _ in columns)
    return RowDecoder(names, tuple(codec(oid) for _, oid in columns), record_class)


def statement(
    *columns: tuple[str, int],
    parameters: tuple[int, ...] = (),
    query: str = "SELECT …",
    name: bytes = b"s1",
) -> Statement:
    rows = decoder(*columns) if columns else None
    return Statement(query, name, tuple(codec(oid) for oid in parameters), rows)


def integers(*values: int) -> bytes:
    """Rows of one int4 each."""
    return b"".join(backend.data_row(backend.int32(value)) for value in values)
