"""Lengths and counts that lie are refused, with the name of the message."""

from __future__ import annotations

import pytest

import backend as b
from conversation import Conversation, Waiter, statement
from exchanges import EXCHANGES, NAMES, Exchange, seen
from pgstride.exceptions import PostgresError, ProtocolError


def fetched(*messages: bytes) -> Waiter:
    conversation = Conversation()
    waiter = conversation.fetch(statement(("n", b.INT4), ("t", b.TEXT)))
    conversation.hears(*messages)
    if isinstance(waiter.outcome, ProtocolError):
        assert conversation.broken is waiter.outcome
        assert conversation.pending == 0
    return waiter


def described(*messages: bytes) -> Waiter:
    conversation = Conversation()
    waiter = conversation.describe("SELECT 1")
    conversation.hears(*messages)
    return waiter


# -- the length of a message


@pytest.mark.parametrize("length", [0, 1, 3, -1, -5, -(2**31), 0x40000000, 0x7FFFFFFF])
@pytest.mark.parametrize("kind", ["D", "Z", "C", "E", "N", "S", "A", "?"])
def test_an_impossible_length_is_refused_at_once(kind: str, length: int):
    conversation = Conversation()
    waiter = conversation.fetch(statement(("n", b.INT4)))
    conversation.hears(kind.encode() + b.int32(length))
    if kind == "D" and length == -5:
        conversation.hears(b.int16(1))
    assert isinstance(waiter.error, ProtocolError)
    assert "impossible length" in str(waiter.error)


@pytest.mark.parametrize("length", [4, 5])
def test_a_data_row_is_longer_than_its_head(length: int):
    waiter = fetched(b.bind_complete(), b"D" + b.int32(length) + bytes(10))
    assert isinstance(waiter.error, ProtocolError)
    assert "DataRow" in str(waiter.error)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=NAMES)
def test_a_message_with_bytes_cut_off_or_added_is_refused_or_understood(exchange: Exchange):
    """It must not crash, hang, or be taken for something that it is not."""
    for i, original in enumerate(exchange.messages):
        body = original[5:]
        for changed in (*(body[:n] for n in range(len(body))), body + b"\0", body + b"\1\2\3\4"):
            conversation = Conversation()
            waiters = exchange.begin(conversation)
            messages = list(exchange.messages)
            messages[i] = b.message(original[:1], changed)
            conversation.hears(*messages)
            conversation.fail(ConnectionResetError("end of the test"))
            assert conversation.pending == 0
            assert all(waiter.done() for waiter in waiters)
            result = seen(conversation, waiters)
            if original[:1] not in b"Kd":
                assert isinstance(conversation.broken, (ProtocolError, PostgresError)), (
                    i,
                    changed,
                    result["outcomes"],
                )


@pytest.mark.parametrize("kind", ["1", "2", "3", "n", "s", "I"])
def test_messages_that_have_no_body_are_refused_with_one(kind: str):
    make = described if kind in "1n" else fetched
    waiter = make(b.message(kind.encode(), b"\0"))
    assert isinstance(waiter.error, ProtocolError)


# -- counts and lengths within messages


@pytest.mark.parametrize("count", [0, 1, 3, -1, -32768, 32767])
def test_a_row_has_as_many_values_as_there_are_columns(count: int):
    row = b.message(b"D", b.int16(count), b.field(b"\0\0\0\1"), b.field(b"a"))
    waiter = fetched(b.bind_complete(), row)
    assert isinstance(waiter.error, ProtocolError)
    assert "DataRow" in str(waiter.error)
    assert "columns" in str(waiter.error)


@pytest.mark.parametrize("length", [-2, -(2**31), 5, 6, 1000, 0x7FFFFFFF])
def test_a_value_cannot_be_longer_than_its_message(length: int):
    row = b.message(b"D", b.int16(2), b.field(None), b.int32(length), b"abcd")
    waiter = fetched(b.bind_complete(), row, b.bind_complete())
    assert isinstance(waiter.error, ProtocolError)
    assert "DataRow: column 2" in str(waiter.error)


@pytest.mark.parametrize("size", [0, 1, 3, 4, 7])
def test_a_row_that_ends_before_a_length_is_refused(size: int):
    row = b.message(b"D", b.int16(2), (b.field(None) + b.field(None))[:size])
    waiter = fetched(b.bind_complete(), row)
    assert isinstance(waiter.error, ProtocolError)
    assert "DataRow: ends before" in str(waiter.error)


def test_bytes_after_the_last_value_are_refused():
    row = b.message(b"D", b.int16(2), b.field(None), b.field(None), b"\0")
    waiter = fetched(b.bind_complete(), row)
    assert isinstance(waiter.error, ProtocolError)
    assert "1 bytes are left" in str(waiter.error)


def test_a_row_for_a_statement_without_columns_is_refused():
    conversation = Conversation()
    waiter = conversation.fetch(statement())
    conversation.hears(b.bind_complete(), b.data_row())
    assert isinstance(waiter.error, ProtocolError)


@pytest.mark.parametrize("size", [0, 1, 3, 5, 8])
def test_a_value_of_fixed_size_has_that_size(size: int):
    waiter = fetched(b.bind_complete(), b.data_row(bytes(size), b"a"))
    assert isinstance(waiter.error, ProtocolError)
    assert "int4" in str(waiter.error)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "RowDescription: 2 bytes expected at offset 0"),
        (b.int16(-1), "RowDescription: negative count -1"),
        (b.int16(1), "RowDescription: string at offset 2"),
        (b.int16(1) + b"name", "RowDescription: string at offset 2"),
        (b.int16(1) + b"name\0" + bytes(17), "RowDescription: 18 bytes expected at offset 7"),
        (b.int16(2) + b"name\0" + bytes(18), "RowDescription: string at offset 25"),
        (b.int16(1) + b"name\0" + bytes(19), "RowDescription: 1 bytes are left at offset 25"),
        (b.int16(32767) + b"name\0" + bytes(18), "RowDescription: string at offset 25"),
    ],
)
def test_a_malformed_row_description_is_refused_with_the_offset(body: bytes, where: str):
    waiter = described(b.parse_complete(), b.parameter_description(), b.message(b"T", body))
    assert isinstance(waiter.error, ProtocolError)
    assert where in str(waiter.error)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"\0", "2 bytes expected at offset 0"),
        (b.int16(1), "4 bytes expected at offset 2"),
        (b.int16(-1) + bytes(8), "262140 bytes expected at offset 2"),
        (b.int16(0) + bytes(1), "1 bytes are left at offset 2"),
    ],
)
def test_a_malformed_parameter_description_is_refused_with_the_offset(body: bytes, where: str):
    waiter = described(b.parse_complete(), b.message(b"t", body))
    assert isinstance(waiter.error, ProtocolError)
    assert f"ParameterDescription: {where}" in str(waiter.error)


@pytest.mark.parametrize("body", [b"", b"M", b"Mtext", b"Mtext\0", b"Mtext\0\0\0", b"\0x"])
@pytest.mark.parametrize(("kind", "name"), [(b"E", "ErrorResponse"), (b"N", "NoticeResponse")])
def test_a_malformed_error_or_notice_is_refused(kind: bytes, name: str, body: bytes):
    waiter = fetched(b.message(kind, body))
    assert isinstance(waiter.error, ProtocolError)
    assert name in str(waiter.error)


@pytest.mark.parametrize("body", [b"", b"a", b"a\0", b"a\0b", b"a\0b\0c", b"a\0b\0\0"])
def test_a_malformed_parameter_status_is_refused(body: bytes):
    waiter = fetched(b.message(b"S", body))
    assert isinstance(waiter.error, ProtocolError)
    assert "ParameterStatus" in str(waiter.error)


@pytest.mark.parametrize("body", [b"", b"\0\0\0", bytes(4), bytes(4) + b"a\0b", bytes(7)])
def test_a_malformed_notification_is_refused(body: bytes):
    waiter = fetched(b.message(b"A", body))
    assert isinstance(waiter.error, ProtocolError)
    assert "NotificationResponse" in str(waiter.error)


@pytest.mark.parametrize("body", [b"", b"SELECT 1"])
def test_a_command_tag_without_an_end_is_refused(body: bytes):
    waiter = fetched(b.bind_complete(), b.message(b"C", body))
    assert isinstance(waiter.error, ProtocolError)
    assert "CommandComplete" in str(waiter.error)


@pytest.mark.parametrize("body", [b"", b"SELECT 1", b"SEL\0ECT\0", b"caf\xe9\0", b"\0\0"])
def test_a_command_tag_that_is_read_is_one_ascii_string(body: bytes):
    conversation = Conversation()
    waiter = conversation.simple("SELECT 1")
    conversation.hears(b.message(b"C", body), b.ready_for_query())
    assert isinstance(waiter.error, ProtocolError)
    assert "CommandComplete" in str(waiter.error)
