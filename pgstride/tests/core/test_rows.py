"""Rows: what they are decoded to, what fails only its query, and who owns the memory."""

from __future__ import annotations

import gc
import sys

import pytest

import backend as b
from conversation import Conversation, Waiter, decoder, integers, statement
from pgstride.exceptions import ProtocolError

COLUMNS = (("id", b.INT8), ("name", b.TEXT), ("data", b.BYTEA), ("yes", b.BOOL), ("x", b.FLOAT8))


def test_values_are_decoded_by_the_types_of_their_columns():
    row = b.data_row(
        (-(1 << 40)).to_bytes(8, "big", signed=True),
        "naïve".encode(),
        bytes(range(256)),
        b"\0",
        bytes.fromhex("c004000000000000"),
    )
    [record] = decoder(*COLUMNS).decode(row)
    assert tuple(record) == (-(1 << 40), "naïve", bytes(range(256)), False, -2.5)


def test_null_is_none_in_every_column():
    [record] = decoder(*COLUMNS).decode(b.data_row(*[None] * 5))
    assert tuple(record) == (None,) * 5


INTEGERS = {b.INT2: 2, b.INT4: 4, b.INT8: 8, b.OID: 4}
EDGES = [0, 1, 127, 128, 129, 255, 256, 16383, 16384, 2**15 - 1, 2**31 - 1, 2**32 - 1, 2**63 - 1]


@pytest.mark.parametrize(
    ("oid", "number"),
    [
        (oid, number)
        for oid, size in INTEGERS.items()
        for number in {*EDGES, *(-edge for edge in EDGES), *(-edge - 1 for edge in EDGES)}
        if (0 <= number < 2**32 if oid == b.OID else abs(2 * number + 1) < 2 ** (8 * size))
    ],
)
def test_integers_are_exact_within_and_beyond_those_that_are_shared(oid: int, number: int):
    sent = number.to_bytes(INTEGERS[oid], "big", signed=oid != b.OID)
    made = decoder(("before", b.CHAR), ("n", oid), ("after", b.BOOL))
    for _ in range(2):
        [record] = made.decode(b.data_row(b"x", sent, b"\1"))
        assert tuple(record) == (b"x", number, True)


@pytest.mark.parametrize("byte", range(256))
def test_every_byte_is_a_char_and_a_bool(byte: int):
    [record] = decoder(("c", b.CHAR), ("yes", b.BOOL)).decode(
        b.data_row(bytes([byte]), bytes([byte]))
    )
    assert record["c"] == bytes([byte])
    assert record["yes"] is (byte != 0)


@pytest.mark.parametrize("oid", [b.BOOL, b.CHAR, *INTEGERS])
@pytest.mark.parametrize("length", [0, 3, 5, 9])
def test_a_value_of_another_length_than_its_type_s_is_a_protocol_error(oid: int, length: int):
    with pytest.raises(ProtocolError, match=f"{length} bytes"):
        decoder(("value", oid)).decode(b.data_row(bytes(length)))


def test_text_is_like_any_other_of_python_s():
    text = "some text of ours"
    [record] = decoder(("t", b.TEXT)).decode(b.data_row(text.encode()))
    assert {record["t"]: 1} == {text: 1}
    assert hash(record["t"]) == hash(text)
    assert sys.getsizeof(record["t"]) == sys.getsizeof("".join(text.split("!")))
    assert sys.intern(record["t"]) is sys.intern(text)
    assert record["t"] + "é" == text + "é"


@pytest.mark.parametrize("length", range(20))
@pytest.mark.parametrize("letter", ["a", "\x7f", "é", "\u20ac", "\U0001f600"])
def test_text_of_any_length_and_kind_is_decoded_whole(letter: str, length: int):
    for position in range(length + 1):
        text = "x" * position + letter + "y" * (length - position)
        assert decoder(("t", b.TEXT)).decode(b.data_row(text.encode()))[0][0] == text


def test_a_row_may_have_no_columns():
    assert decoder().decode(b.data_row())[0] == ()


def test_a_row_may_have_1664_columns():
    columns = [(f"c{i}", b.INT4) for i in range(1664)]
    [record] = decoder(*columns).decode(b.data_row(*(b.int32(i) for i in range(1664))))
    assert list(record) == list(range(1664))


def test_what_is_not_whole_rows_is_refused():
    for data in (b"x", integers(1)[:-1], integers(1) + b"D", b.bind_complete()):
        with pytest.raises(ProtocolError, match="DataRow"):
            decoder(("n", b.INT4)).decode(data)


def test_a_value_that_python_cannot_hold_fails_only_its_query():
    conversation = Conversation()
    made = statement(("t", b.TEXT))
    first, wrong, last = (conversation.fetch(made) for _ in range(3))

    def rows(*values: bytes) -> bytes:
        return (
            b.bind_complete()
            + b"".join(map(b.data_row, values))
            + (b.command_complete("SELECT") + b.ready_for_query())
        )

    conversation.hears(rows(b"good"), rows(b"good", b"\xff\xfe", b"good"), rows(b"good"))
    assert first.result[0]["t"] == last.result[0]["t"] == "good"
    assert isinstance(wrong.error, UnicodeDecodeError)
    assert conversation.broken is None


def test_the_rows_of_a_failed_query_are_not_kept():
    conversation = Conversation()
    made = statement(("t", b.TEXT))
    operation = conversation.execute(made, (), Waiter())
    conversation.hears(b.bind_complete(), b.data_row(b"good"))
    assert len(operation.rows) == 1
    conversation.hears(b.data_row(b"\xff"), b.data_row(b"good"))
    assert operation.rows is None


@pytest.mark.parametrize("wrong", [b.data_row(b"\0"), b.data_row(b"\0\0\0\1", b"")])
def test_after_a_protocol_error_no_unfinished_record_is_left(wrong: bytes):
    conversation = Conversation()
    operation = conversation.execute(statement(("n", b.INT4)), (), Waiter())
    conversation.hears(b.bind_complete(), integers(1), wrong)
    assert operation.rows is None


def test_a_result_owns_its_memory():
    """Values stay what they are though the receive buffer is used again."""
    conversation = Conversation()
    made = statement(("t", b.TEXT), ("d", b.BYTEA))

    def fetch(letter: bytes) -> object:
        waiter = conversation.fetch(made)
        conversation.hears(
            b.bind_complete(),
            b.data_row(letter * 100, letter * 1000),
            b.command_complete("SELECT 1"),
            b.ready_for_query(),
        )
        return waiter.result[0]

    kept = fetch(b"a")
    fetch(b"b")
    assert kept["t"] == "a" * 100
    assert kept["d"] == b"a" * 1000


def test_a_small_value_keeps_no_large_buffer_alive():
    conversation = Conversation()
    made = statement(("t", b.TEXT), ("d", b.BYTEA))
    waiter = conversation.fetch(made)
    conversation.hears(
        b.bind_complete(),
        b.data_row(b"small", bytes(1 << 20)),
        b.command_complete("SELECT 1"),
        b.ready_for_query(),
    )
    small = waiter.result[0]["t"]
    assert not [x for x in gc.get_referents(small) if isinstance(x, (bytearray, memoryview))]
    assert len(conversation.get_buffer(-1)) <= 256 * 1024


def nested_record(depth: int) -> bytes:
    """A row of one anonymous record, within which is one record, and so on."""
    heads, size = [], 4
    for _ in range(depth):
        heads.append(b.int32(1) + b.int32(2249) + b.int32(size))
        size += 12
    return b.data_row(b"".join(reversed(heads)) + b.int32(0))


def test_records_within_records_end_before_the_stack_does():
    conversation = Conversation()
    made = statement(("r", 2249))
    deep, flat = conversation.fetch(made), conversation.fetch(made)
    for depth in (1_000_000, 2):
        conversation.hears(
            b.bind_complete(),
            nested_record(depth),
            b.command_complete("SELECT 1"),
            b.ready_for_query(),
        )
    assert isinstance(deep.error, RecursionError)
    assert flat.result[0]["r"] == (((),),)
    assert conversation.broken is None
