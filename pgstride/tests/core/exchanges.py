"""Exchanges that tests take apart: split, truncated, falsified, with others in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import backend as b
from conversation import Conversation, Waiter, statement
from pgstride.core.operations import ExtendedQuery
from pgstride.core.startup import Startup


@dataclass(frozen=True)
class Exchange:
    """`begin` starts operations and returns their waiters; `answer` is what the server sends."""

    name: str
    begin: Callable[[Conversation], list[Waiter]]
    messages: tuple[bytes, ...]

    @property
    def answer(self) -> bytes:
        return b"".join(self.messages)


def what_came(waiter: Waiter) -> object:
    """The outcome of an operation as something that compares."""
    outcome = waiter.outcome if waiter.done() else "nothing"
    if isinstance(outcome, BaseException):
        return type(outcome), str(outcome)
    if isinstance(outcome, ExtendedQuery):
        rows = outcome.rows and [tuple(row.items()) for row in outcome.rows]
        return outcome.parameter_oids, outcome.columns, rows, outcome.tag, outcome.suspended
    if isinstance(outcome, Startup):
        return outcome.authenticated, outcome.backend_pid, outcome.cancel_key
    if isinstance(outcome, list):
        return [tuple(row.items()) for row in outcome]
    return outcome


def seen(conversation: Conversation, waiters: list[Waiter]) -> dict[str, object]:
    """All that an exchange leaves behind."""
    return {
        "outcomes": [what_came(waiter) for waiter in waiters],
        "status": conversation.status,
        "pending": conversation.pending,
        "unasked": conversation.unasked,
        "settings": conversation.settings,
        "broken": conversation.broken and str(conversation.broken),
        "sent": conversation.take_output(),
    }


def _start_up(conversation: Conversation) -> list[Waiter]:
    waiter = Waiter()
    conversation.start_up({"user": "ann", "database": "shop"}, "secret", waiter)
    return [waiter]


def _pipeline(conversation: Conversation) -> list[Waiter]:
    numbers = statement(("n", b.INT4), parameters=(b.INT4,))
    return [conversation.fetch(numbers, i) for i in range(3)]


def _begin_travels(conversation: Conversation) -> list[Waiter]:
    conversation.reset_with_next("RESET ALL")
    conversation.close_statement(statement(name=b"old"))
    conversation.begin_with_next("BEGIN")
    return [conversation.fetch(statement(("n", b.INT4)))]


def _many(conversation: Conversation) -> list[Waiter]:
    waiter, inserting = Waiter(), statement(("n", b.INT4), parameters=(b.INT4,))
    operation = conversation.begin_many(inserting, None, waiter)
    assert conversation.put_many(inserting, iter([(1,), (2,)]), 0, 1 << 16) == -1
    conversation.end_many(operation)
    return [waiter]


def _copy_in(conversation: Conversation) -> list[Waiter]:
    waiter = Waiter()
    conversation.copy_in("COPY t FROM STDIN", waiter)
    conversation.copy_data(b"1\n")
    conversation.end_copy()
    return [waiter]


def _copy_out(conversation: Conversation) -> list[Waiter]:
    waiter = Waiter()
    conversation.copy_out("COPY t TO STDOUT", waiter)
    return [waiter]


WIDE = (("id", b.INT8), ("name", b.TEXT), ("data", b.BYTEA), ("yes", b.BOOL), ("x", b.FLOAT8))
WIDE_ROW = b.data_row(
    (1 << 40).to_bytes(8, "big"),
    "Käse".encode(),
    b"\0\xff",
    b"\1",
    bytes.fromhex("3ff8" + "00" * 6),
)

EXCHANGES = [
    Exchange(
        "start-up with a password",
        _start_up,
        (
            b.authentication_md5(),
            b.authentication_ok(),
            b.parameter_status("server_version", "18.1"),
            b.negotiate_protocol_version(3 << 16, "_pq_.thing"),
            b.backend_key_data(),
            b.ready_for_query(),
        ),
    ),
    Exchange(
        "start-up refused",
        _start_up,
        (b.error_response("no such user", "28000", "FATAL"),),
    ),
    Exchange(
        "describe",
        lambda conversation: [conversation.describe("SELECT $1")],
        (
            b.parse_complete(),
            b.parameter_description(b.INT4, b.TEXT),
            b.row_description(("a", b.INT4), ("é", b.TEXT)),
            b.ready_for_query(),
        ),
    ),
    Exchange(
        "describe what gives no rows",
        lambda conversation: [conversation.describe("DELETE …")],
        (b.parse_complete(), b.parameter_description(), b.no_data(), b.ready_for_query("T")),
    ),
    Exchange(
        "fetch",
        lambda conversation: [conversation.fetch(statement(*WIDE))],
        (
            b.bind_complete(),
            WIDE_ROW,
            b.data_row(None, None, None, None, None),
            WIDE_ROW,
            b.command_complete("SELECT 3"),
            b.ready_for_query(),
        ),
    ),
    Exchange(
        "fetch the first row",
        lambda conversation: [conversation.fetch(statement(("n", b.INT4)), limit=1)],
        (
            b.bind_complete(),
            b.data_row(b.int32(-5)),
            b.portal_suspended(),
            b.ready_for_query(),
        ),
    ),
    Exchange(
        "an error after rows",
        lambda conversation: [conversation.fetch(statement(("n", b.INT4)))],
        (
            b.bind_complete(),
            b.data_row(b.int32(1)),
            b.error_response("division by zero"),
            b.ready_for_query("E"),
        ),
    ),
    Exchange(
        "an empty query",
        lambda conversation: [conversation.fetch(statement())],
        (b.bind_complete(), b.empty_query_response(), b.ready_for_query()),
    ),
    Exchange(
        "a pipeline with an error in the middle",
        _pipeline,
        (
            b.bind_complete(),
            b.data_row(b.int32(0)),
            b.command_complete("SELECT 1"),
            b.ready_for_query(),
            b.error_response("division by zero"),
            b.ready_for_query(),
            b.bind_complete(),
            b.data_row(b.int32(2)),
            b.command_complete("SELECT 1"),
            b.ready_for_query(),
        ),
    ),
    Exchange(
        "reset, close and BEGIN before a statement",
        _begin_travels,
        (
            b.command_complete("RESET"),
            b.ready_for_query(),
            b.close_complete(),
            b.parse_complete(),
            b.bind_complete(),
            b.command_complete("BEGIN"),
            b.bind_complete(),
            b.data_row(b.int32(7)),
            b.command_complete("SELECT 1"),
            b.ready_for_query("T"),
        ),
    ),
    Exchange(
        "many executions",
        _many,
        (
            b.bind_complete(),
            b.data_row(b.int32(1)),
            b.command_complete("INSERT 0 1"),
            b.bind_complete(),
            b.data_row(b.int32(2)),
            b.command_complete("INSERT 0 1"),
            b.ready_for_query(),
        ),
    ),
    Exchange(
        "a simple query of several statements",
        lambda conversation: [conversation.simple("CREATE …; SELECT …;")],
        (
            b.notice_response("already exists, skipping", "42P07"),
            b.command_complete("CREATE TABLE"),
            b.row_description(("a", b.INT4)),
            b.data_row(b"5"),
            b.command_complete("SELECT 1"),
            b.notification_response("news", "paper"),
            b.ready_for_query(),
        ),
    ),
    Exchange(
        "COPY in a plain query",
        lambda conversation: [conversation.simple("COPY t FROM STDIN")],
        (
            b.copy_in_response(),
            b.error_response("COPY from stdin failed", "57014"),
            b.ready_for_query(),
        ),
    ),
]

EXCHANGES += [
    Exchange(
        "copy in",
        _copy_in,
        (b.copy_in_response(2), b.command_complete("COPY 1"), b.ready_for_query()),
    ),
    Exchange(
        "copy out",
        _copy_out,
        (
            b.copy_out_response(2),
            b.copy_data(b"1\n"),
            b.copy_data(b""),
            b.copy_done(),
            b.command_complete("COPY 2"),
            b.ready_for_query(),
        ),
    ),
    Exchange(
        "COPY TO STDOUT in a fetch",
        lambda conversation: [conversation.fetch(statement())],
        (
            b.bind_complete(),
            b.copy_out_response(),
            b.copy_data(b"1\n"),
            b.copy_done(),
            b.command_complete("COPY 1"),
            b.ready_for_query(),
        ),
    ),
]

NAMES = [exchange.name for exchange in EXCHANGES]
