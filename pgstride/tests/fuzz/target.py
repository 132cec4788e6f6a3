"""What is fuzzed: bytes that a server may have sent, in every phase of a connection.

The first byte of an input says which operations are under way, the second how
the rest, which the server sends, is cut into pieces. Any bytes may come: what
must hold is in `check`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import backend as b
from conversation import Conversation, Waiter, statement
from exchanges import seen
from pgstride.codecs.builtin_types import MULTIRANGES, RANGES, SCALARS, VECTORS
from pgstride.codecs.registry import TypeRegistry
from pgstride.core.rows import Record, RowDecoder
from pgstride.core.statement import Statement
from pgstride.exceptions import (
    InterfaceError,
    InternalClientError,
    PostgresError,
    ProtocolError,
)

# What a server can bring about. Anything else is a bug of ours.
EXPECTED = (
    ProtocolError,
    PostgresError,
    InterfaceError,
    InternalClientError,
    ValueError,
    OverflowError,
    RecursionError,
    ConnectionResetError,
)

Begin = Callable[[Conversation], list[Waiter]]


class Tagged(Record):
    """Records that the collector tracks, with attributes of their own."""


def all_types() -> list[int]:
    """The OIDs of all built-in types, and of arrays of them."""
    rows = [*SCALARS, *VECTORS, *RANGES, *MULTIRANGES]
    oids = [row[0] for row in rows] + [row[1] for row in rows if row[1]]
    return [oid for oid in [*oids, 2249, 2287] if not TypeRegistry().missing([oid])]


TYPES = all_types()


def learned() -> TypeRegistry:
    """A registry with types of a user's."""
    registry = TypeRegistry()
    facts = (
        "oid",
        "schema",
        "name",
        "kind",
        "base",
        "element",
        "delimiter",
        "subtype",
        "attribute_names",
        "attribute_types",
    )
    types = (
        (90001, "s", "pair", b"c", 0, 0, b",", None, ["a", "b"], [23, 25]),
        (90002, "s", "_pair", b"b", 0, 90001, b",", None, [], []),
        (90003, "s", "deep", b"c", 0, 0, b",", None, ["p", "q", "r"], [90002, 1007, 3904]),
        (90004, "s", "mood", b"e", 0, 0, b",", None, [], []),
        (90005, "s", "moods", b"r", 0, 0, b",", 90004, [], []),
        (90006, "s", "positive", b"d", 23, 0, b",", None, [], []),
    )
    registry.learn([dict(zip(facts, values, strict=True)) for values in types])
    return registry


LEARNED = learned()


def of_types(*oids: int, record_class: type | None = None) -> Statement:
    """A statement whose result has a column of each type."""
    codecs = tuple(LEARNED.codec(oid) for oid in oids)
    decoder = RowDecoder(tuple(f"c{i}" for i in range(len(oids))), codecs, record_class)
    return Statement("SELECT …", b"s", (), decoder)


def start_up(password: str | None) -> Begin:
    def begin(conversation: Conversation) -> list[Waiter]:
        waiter = Waiter()
        conversation.start_up({"user": "ann"}, password, waiter)
        return [waiter]

    return begin


def fetch(*statements: Statement, limit: int = 0) -> Begin:
    return lambda conversation: [conversation.fetch(made, limit=limit) for made in statements]


def describe(conversation: Conversation) -> list[Waiter]:
    return [conversation.describe("SELECT $1"), conversation.describe("", b"")]


def simple(conversation: Conversation) -> list[Waiter]:
    return [conversation.simple("SELECT 1; SELECT 2"), conversation.simple("COPY t FROM STDIN")]


def many(conversation: Conversation) -> list[Waiter]:
    waiter, made = Waiter(), statement(("n", b.INT4), parameters=(b.INT4,))
    operation = conversation.begin_many(made, None, waiter)
    conversation.put_many(made, iter([(1,), (2,), (3,)]), 0, 1 << 16)
    conversation.end_many(operation)
    return [waiter]


def unfinished(conversation: Conversation) -> list[Waiter]:
    waiter, made = Waiter(), statement(("n", b.INT4), parameters=(b.INT4,))
    conversation.begin_many(made, None, waiter)
    conversation.put_many(made, iter([(1,)]), 0, 1 << 16)
    return [waiter]


def copy_in(conversation: Conversation) -> list[Waiter]:
    waiter = Waiter()
    conversation.copy_in("COPY t FROM STDIN", waiter)
    conversation.copy_data(b"1\n")
    conversation.end_copy()
    return [waiter, conversation.fetch(statement(("n", b.INT4)))]


def copy_out(conversation: Conversation) -> list[Waiter]:
    waiter = Waiter()
    conversation.copy_out("COPY t TO STDOUT", waiter)
    return [waiter, conversation.fetch(statement(("n", b.INT4)))]


def portals(conversation: Conversation) -> list[Waiter]:
    waiters = [Waiter() for _ in range(3)]
    made = statement(("n", b.INT4), ("t", b.TEXT))
    conversation.open_portal(made, b"p", (), 0, None, waiters[0])
    conversation.execute_portal(made, b"p", 2, None, waiters[1])
    conversation.close_portal(b"p", waiters[2])
    return waiters


def travelling(conversation: Conversation) -> list[Waiter]:
    conversation.reset_with_next("RESET ALL")
    conversation.close_statement(statement(name=b"old"))
    conversation.begin_with_next("BEGIN")
    return fetch(statement(("n", b.INT4)), statement(("t", b.TEXT)))(conversation)


def abandoned(conversation: Conversation) -> list[Waiter]:
    made = statement(("t", b.TEXT))
    operations = [conversation.execute(made, (), Waiter()) for _ in range(2)]
    operations.append(conversation.parse("SELECT 1", b"lost", Waiter()))
    waiter = conversation.fetch(made)
    for operation in operations:
        conversation.abandon(operation)
    return [waiter]


PHASES: list[Begin] = [
    lambda conversation: [],
    start_up("secret"),
    start_up(None),
    describe,
    simple,
    many,
    unfinished,
    copy_in,
    copy_out,
    portals,
    travelling,
    abandoned,
    fetch(*[statement(("n", b.INT4), ("t", b.TEXT), ("d", b.BYTEA))] * 3),
    fetch(statement(("n", b.INT4)), limit=1),
    fetch(statement()),
    fetch(of_types(*TYPES)),
    fetch(of_types(90001, 90002, 90003, 90005, 90006)),
    fetch(of_types(25, 1007, 90003, record_class=Tagged)),
    *[fetch(of_types(oid)) for oid in TYPES],
]


def run_one(data: bytes) -> None:
    """Fuzz with one input; raises AssertionError, or what is not expected."""
    if len(data) < 3:
        return
    begin = PHASES[data[0] % len(PHASES)]
    piece, stream = data[1], data[2:]
    whole = check(begin, stream, len(stream))
    if piece:
        # Wherever the network cuts the stream, the same comes out.
        assert check(begin, stream, piece) == whole


def check(begin: Begin, stream: bytes, piece: int) -> dict[str, object]:
    """Receive the stream in pieces; what has come of it."""
    conversation = Conversation()
    waiters = begin(conversation)
    conversation.take_output()
    for start in range(0, len(stream), piece):
        conversation.receive(stream[start : start + piece])
    broken = conversation.broken
    if broken is not None:
        assert isinstance(broken, EXPECTED), repr(broken)
        assert conversation.pending == 0
    result = seen(conversation, waiters)
    for outcome in result["outcomes"]:
        if isinstance(outcome, tuple) and isinstance(outcome[0], type):
            assert issubclass(outcome[0], EXPECTED), outcome
        repr(outcome)
    conversation.fail(ConnectionResetError("the end"))
    assert all(waiter.done() for waiter in waiters)
    assert conversation.pending == conversation.waited == 0
    # Comparable though a value is not equal to itself, without addresses.
    result["outcomes"] = re.sub(" at 0x[0-9a-f]+", "", repr(result["outcomes"]))
    result["sent"] = len(result["sent"])  # with a random nonce in it
    return result
