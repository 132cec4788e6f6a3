"""Extended and simple queries: what is sent, and what the waiters get."""

from __future__ import annotations

import pytest

import backend as b
from conversation import Conversation, Waiter, integers, kinds, statement
from pgstride.exceptions import DivisionByZeroError, InterfaceError, PostgresError


def test_parse_and_describe_travel_together():
    conversation = Conversation()
    conversation.describe("SELECT $1", b"name")
    assert conversation.says() == [
        ("P", b"name\0SELECT $1\0\0\0"),
        ("D", b"Sname\0"),
        ("S", b""),
    ]


def test_a_description_names_parameters_and_columns():
    conversation = Conversation()
    waiter = conversation.describe("SELECT $1")
    conversation.hears(
        b.parse_complete(),
        b.parameter_description(b.INT4, b.TEXT),
        b.row_description(("a", b.INT4), ("", b.TEXT), ("a", 4_000_000_000)),
        b.ready_for_query(),
    )
    assert waiter.result.parameter_oids == [b.INT4, b.TEXT]
    assert waiter.result.columns == [("a", b.INT4), ("", b.TEXT), ("a", 4_000_000_000)]


def test_65535_parameters_can_be_described():
    conversation = Conversation()
    waiter = conversation.describe("SELECT …")
    conversation.hears(
        b.parse_complete(),
        b.parameter_description(*[b.INT4] * 65535),
        b.no_data(),
        b.ready_for_query(),
    )
    assert len(waiter.result.parameter_oids) == 65535
    assert waiter.result.columns is None


def test_bind_execute_and_sync_travel_together():
    conversation = Conversation()
    conversation.fetch(statement(("n", b.INT4), parameters=(b.INT4, b.TEXT)), 7, None, limit=2)
    bind = (
        b"\0s1\0"  # portal and statement
        + b.int16(1)
        + b.int16(1)  # all parameters binary
        + b.int16(2)
        + b.field(b.int32(7))
        + b.field(None)
        + b.int16(1)
        + b.int16(1)  # all results binary
    )
    assert conversation.says() == [("B", bind), ("E", b"\0" + b.int32(2)), ("S", b"")]


def test_without_arguments_the_same_is_sent_from_a_prebuilt_message():
    conversation = Conversation()
    made = statement(("n", b.INT4))
    conversation.fetch(made)
    prebuilt = conversation.says()
    conversation.fetch(made, limit=5)
    built = conversation.says()
    assert prebuilt[0] == built[0]
    assert (prebuilt[1], built[1]) == (("E", b"\0" + b.int32(0)), ("E", b"\0" + b.int32(5)))


def test_pipelined_queries_get_their_own_answers_in_order():
    conversation = Conversation()
    made = statement(("n", b.INT4))
    waiters = [conversation.fetch(made) for _ in range(100)]
    assert kinds(conversation.says()) == "BES" * 100
    for i, waiter in enumerate(waiters):
        assert not waiter.done()
        conversation.hears(
            b.bind_complete(), integers(i, -i), b.command_complete("SELECT 2"), b.ready_for_query()
        )
        assert [row["n"] for row in waiter.result] == [i, -i]
        assert conversation.pending == 99 - i


def test_an_error_in_the_middle_of_a_pipeline_fails_only_its_query():
    conversation = Conversation()
    before, wrong, after = (conversation.fetch(statement(("n", b.INT4))) for _ in range(3))
    conversation.hears(
        b.bind_complete(),
        integers(1),
        b.command_complete("SELECT 1"),
        b.ready_for_query(),
        b.bind_complete(),
        integers(2),
        b.error_response("division by zero"),
        b.ready_for_query(),
        b.bind_complete(),
        integers(3),
        b.command_complete("SELECT 1"),
        b.ready_for_query(),
    )
    assert before.result[0]["n"] == 1
    assert isinstance(wrong.error, DivisionByZeroError)
    assert wrong.error.query == "SELECT …"
    assert after.result[0]["n"] == 3
    assert conversation.broken is None


def test_of_two_errors_the_first_is_raised():
    conversation = Conversation()
    waiter = conversation.fetch(statement())
    conversation.hears(b.error_response("first"), b.error_response("second"), b.ready_for_query())
    assert str(waiter.error) == "first"


@pytest.mark.parametrize("severity", ["FATAL", "PANIC"])
def test_after_a_fatal_error_the_connection_is_over(severity: str):
    conversation = Conversation()
    first, second = (conversation.fetch(statement()) for _ in range(2))
    conversation.hears(b.error_response("shutting down", "57P01", severity))
    assert str(first.error) == str(second.error) == "shutting down"
    with pytest.raises(InterfaceError, match="closed"):
        conversation.fetch(statement())


def test_an_error_without_fields_is_still_an_error():
    conversation = Conversation()
    waiter = conversation.fetch(statement())
    conversation.hears(b.message(b"E", b"\0"), b.ready_for_query())
    assert isinstance(waiter.error, PostgresError)


def test_the_transaction_status_is_the_last_one_that_was_reported():
    conversation = Conversation()
    for status in "TEI":
        conversation.fetch(statement())
        conversation.hears(b.bind_complete(), b.command_complete("X"), b.ready_for_query(status))
        assert conversation.status == status
        assert conversation.in_transaction == (status != "I")


def test_a_simple_query_gives_the_last_tag():
    conversation = Conversation()
    waiter = conversation.simple("CREATE TABLE t (); SELECT 1")
    assert conversation.says() == [("Q", b"CREATE TABLE t (); SELECT 1\0")]
    conversation.hears(
        b.command_complete("CREATE TABLE"),
        b.row_description(("?column?", b.INT4)),
        b.data_row(b"1"),
        b.command_complete("SELECT 1"),
        b.ready_for_query(),
    )
    assert waiter.result == "SELECT 1"


def test_an_empty_simple_query_gives_an_empty_tag():
    conversation = Conversation()
    waiter = conversation.simple("")
    conversation.hears(b.empty_query_response(), b.ready_for_query())
    assert waiter.result == ""


@pytest.mark.parametrize("text", ["SELECT '\0'", "\ud800"])
def test_text_that_the_protocol_cannot_carry_is_refused_and_nothing_sent(text: str):
    conversation = Conversation()
    with pytest.raises(ValueError, match=r"null character|surrogates"):
        conversation.simple(text)
    with pytest.raises(ValueError, match=r"null character|surrogates"):
        conversation.describe(text)
    assert conversation.take_output() == b""
    assert conversation.pending == 0


def test_many_executions_may_be_answered_while_more_are_written():
    conversation, waiter = Conversation(), Waiter()
    made = statement(("n", b.INT4), parameters=(b.INT4,))
    operation = conversation.begin_many(made, None, waiter)
    arguments, position = iter([(i,) for i in range(1000)]), 0
    answered = 0
    while position >= 0:
        position = conversation.put_many(made, arguments, position, 256)
        for kind, _ in conversation.says():
            if kind == "E":
                conversation.hears(
                    b.bind_complete(), integers(answered), b.command_complete("INSERT 0 1")
                )
                answered += 1
    assert not waiter.done()
    conversation.end_many(operation)
    assert kinds(conversation.says()) == "S"
    conversation.hears(b.ready_for_query())
    assert [row["n"] for row in waiter.result] == list(range(1000))


def test_many_executions_of_nothing_are_a_sync():
    conversation, waiter = Conversation(), Waiter()
    made = statement(parameters=(b.INT4,))
    operation = conversation.begin_many(made, None, waiter)
    assert conversation.put_many(made, iter([]), 0, 256) == -1
    conversation.end_many(operation)
    assert kinds(conversation.says()) == "S"
    conversation.hears(b.ready_for_query())
    assert waiter.result == []


def test_many_executions_are_undone_by_a_rollback_before_the_sync():
    conversation, waiter = Conversation(), Waiter()
    made = statement(parameters=(b.INT4,))
    operation = conversation.begin_many(made, None, waiter)
    conversation.put_many(made, iter([(1,)]), 0, 1 << 16)
    conversation.end_many(operation, undo=True)
    sent = conversation.says()
    assert kinds(sent) == "BEPBES"
    assert sent[2] == ("P", b"\0ROLLBACK\0\0\0")
    conversation.hears(
        b.bind_complete(),
        b.command_complete("INSERT 0 1"),
        b.parse_complete(),
        b.bind_complete(),
        b.command_complete("ROLLBACK"),
        b.ready_for_query(),
    )
    assert waiter.done()


def test_terminate_is_a_message_of_its_own():
    conversation = Conversation()
    conversation.terminate()
    assert conversation.says() == [("X", b"")]
