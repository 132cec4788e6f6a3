"""Operations that nobody waits for any more, and COPY that nobody asked for."""

from __future__ import annotations

import pytest

import backend as b
from conversation import Conversation, Waiter, integers, kinds, statement
from pgstride.exceptions import QueryCanceledError

ANSWER = (b.bind_complete(), integers(1, 2), b.command_complete("SELECT 2"), b.ready_for_query())


@pytest.mark.parametrize("heard", range(len(ANSWER)))
def test_the_next_query_gets_its_own_answer_wherever_the_first_was_abandoned(heard: int):
    conversation = Conversation()
    first = Waiter()
    operation = conversation.execute(statement(("n", b.INT4)), (), first)
    conversation.hears(*ANSWER[:heard])
    assert conversation.abandon(operation) is True
    second = conversation.fetch(statement(("n", b.INT4)))
    conversation.hears(*ANSWER[heard:])
    conversation.hears(
        b.bind_complete(), integers(3), b.command_complete("SELECT 1"), b.ready_for_query()
    )
    assert not first.done()
    assert [row["n"] for row in second.result] == [3]


def test_an_operation_that_is_over_cannot_be_abandoned():
    conversation = Conversation()
    operation = conversation.execute(statement(("n", b.INT4)), (), Waiter())
    conversation.hears(*ANSWER)
    assert conversation.abandon(operation) is False


def test_the_rows_that_had_come_are_given_up():
    conversation = Conversation()
    operation = conversation.execute(statement(("n", b.INT4)), (), Waiter())
    conversation.hears(*ANSWER[:2])
    conversation.abandon(operation)
    assert operation.rows is None
    conversation.hears(integers(3))
    assert operation.rows is None


def test_the_error_of_an_abandoned_operation_reaches_nobody():
    conversation = Conversation()
    first = Waiter()
    operation = conversation.execute(statement(("n", b.INT4)), (), first)
    second = conversation.fetch(statement(("n", b.INT4)))
    conversation.abandon(operation)
    conversation.hears(b.error_response("canceled", "57014"), b.ready_for_query(), *ANSWER)
    assert not first.done()
    assert len(second.result) == 2


def test_others_are_waited_for_still():
    conversation = Conversation()
    operation = conversation.execute(statement(("n", b.INT4)), (), Waiter())
    conversation.fetch(statement(("n", b.INT4)))
    assert conversation.waited == 2
    conversation.abandon(operation)
    conversation.abandon(operation)
    assert conversation.waited == 1
    conversation.hears(*ANSWER, *ANSWER)
    assert conversation.waited == conversation.pending == 0


def test_a_waiter_that_was_cancelled_is_not_told():
    conversation = Conversation()
    waiter = conversation.fetch(statement(("n", b.INT4)))
    waiter.set_exception(QueryCanceledError("by its owner"))
    conversation.hears(*ANSWER)
    assert isinstance(waiter.error, QueryCanceledError)


def test_a_statement_whose_preparation_was_abandoned_is_closed():
    conversation = Conversation()
    operation = conversation.parse("SELECT 1", b"lost", Waiter())
    conversation.abandon(operation)
    conversation.hears(
        b.parse_complete(), b.parameter_description(), b.no_data(), b.ready_for_query()
    )
    conversation.take_output()
    conversation.fetch(statement())
    assert conversation.says()[0] == ("C", b"Slost\0")


@pytest.mark.parametrize("name", [b"", b"failed"])
def test_one_that_is_unnamed_or_was_never_made_is_not_closed(name: bytes):
    conversation = Conversation()
    operation = conversation.parse("SELECT 1", name, Waiter())
    conversation.abandon(operation)
    if name:
        conversation.hears(b.error_response("syntax error", "42601"), b.ready_for_query())
    else:
        conversation.hears(
            b.parse_complete(), b.parameter_description(), b.no_data(), b.ready_for_query()
        )
    conversation.take_output()
    conversation.fetch(statement())
    assert kinds(conversation.says()) == "BES"


def test_an_abandoned_operation_fails_with_the_others_without_harm():
    conversation = Conversation()
    waiter = Waiter()
    operation = conversation.execute(statement(("n", b.INT4)), (), waiter)
    conversation.abandon(operation)
    conversation.fail(ConnectionResetError("gone"))
    assert not waiter.done()
    assert conversation.pending == conversation.waited == 0
    assert conversation.abandon(operation) is False


# -- COPY


def test_copy_from_stdin_in_a_simple_query_is_refused():
    conversation = Conversation()
    waiter = conversation.simple("COPY t FROM STDIN")
    conversation.take_output()
    conversation.hears(b.copy_in_response())
    [(kind, body)] = conversation.says()
    assert kind == "f"
    assert b"copy_to_table" in body
    conversation.hears(b.error_response("COPY from stdin failed", "57014"), b.ready_for_query())
    assert isinstance(waiter.error, QueryCanceledError)


def test_copy_from_stdin_in_the_extended_protocol_is_refused_and_synchronised_again():
    conversation = Conversation()
    waiter = conversation.fetch(statement())
    conversation.take_output()
    conversation.hears(b.bind_complete(), b.copy_in_response())
    assert kinds(conversation.says()) == "fS"
    conversation.hears(b.error_response("COPY from stdin failed", "57014"), b.ready_for_query())
    assert isinstance(waiter.error, QueryCanceledError)
    assert conversation.broken is None


def test_what_copy_to_stdout_sends_is_passed_over():
    conversation = Conversation()
    simple, extended = conversation.simple("COPY t TO STDOUT"), conversation.fetch(statement())
    copied = (
        b.copy_out_response(),
        b.copy_data(b"1\n"),
        b.copy_done(),
        b.command_complete("COPY 1"),
    )
    conversation.hears(
        *copied, b.ready_for_query(), b.bind_complete(), *copied, b.ready_for_query()
    )
    assert simple.result == "COPY 1"
    assert extended.result == []
