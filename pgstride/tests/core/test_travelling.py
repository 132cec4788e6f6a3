"""BEGIN, the reset and closed statements travel with the next statement."""

from __future__ import annotations

import pytest

import backend as b
from conversation import Conversation, Waiter, integers, kinds, statement
from pgstride.exceptions import (
    DataError,
    InFailedSQLTransactionError,
    PostgresSyntaxError,
    UniqueViolationError,
)

BEGUN = (b.parse_complete(), b.bind_complete(), b.command_complete("BEGIN"))
ONE_ROW = (b.bind_complete(), integers(1), b.command_complete("SELECT 1"))


def transaction_with_statement() -> tuple[Conversation, Waiter]:
    conversation = Conversation()
    conversation.begin_with_next("BEGIN")
    waiter = conversation.fetch(statement(("n", b.INT4)))
    return conversation, waiter


# -- BEGIN


def test_begin_is_sent_in_the_group_of_the_first_statement():
    conversation, _ = transaction_with_statement()
    assert kinds(conversation.says()) == "PBEBES"


def test_begin_alone_sends_nothing_but_the_transaction_is_open():
    conversation = Conversation()
    conversation.begin_with_next("BEGIN")
    assert conversation.take_output() == b""
    assert conversation.in_transaction


def test_begin_is_sent_once():
    conversation, waiter = transaction_with_statement()
    conversation.hears(*BEGUN, *ONE_ROW, b.ready_for_query("T"))
    conversation.take_output()
    conversation.fetch(statement(("n", b.INT4)))
    assert kinds(conversation.says()) == "BES"
    assert waiter.result[0]["n"] == 1


def test_the_tag_of_begin_is_not_the_statements():
    conversation = Conversation()
    conversation.begin_with_next("BEGIN")
    waiter = conversation.fetch(statement(("n", b.INT4)), limit=1)
    conversation.hears(
        *BEGUN, b.bind_complete(), integers(1), b.portal_suspended(), b.ready_for_query("T")
    )
    assert [row["n"] for row in waiter.result] == [1]
    assert conversation.status == "T"


def test_a_statement_that_fails_after_begin_leaves_a_failed_transaction():
    conversation, waiter = transaction_with_statement()
    conversation.hears(*BEGUN, b.error_response("duplicate", "23505"), b.ready_for_query("E"))
    assert isinstance(waiter.error, UniqueViolationError)
    assert conversation.in_transaction
    # The server says it to whoever goes on: nothing is lost.
    conversation.fetch(statement(("n", b.INT4)))


def test_when_begin_itself_fails_nothing_may_run_outside_the_transaction():
    conversation, waiter = transaction_with_statement()
    conversation.hears(b.error_response("syntax error", "42601"), b.ready_for_query("I"))
    assert isinstance(waiter.error, PostgresSyntaxError)
    for run in (
        lambda: conversation.fetch(statement(("n", b.INT4))),
        lambda: conversation.describe("SELECT 1"),
        lambda: conversation.simple("DELETE FROM t"),
    ):
        conversation.take_output()
        with pytest.raises(InFailedSQLTransactionError, match="BEGIN"):
            run()
        assert conversation.take_output() == b""


def test_statements_run_again_once_the_lost_transaction_has_ended():
    conversation, _ = transaction_with_statement()
    conversation.hears(b.error_response("syntax error", "42601"), b.ready_for_query("I"))
    conversation.forget_begin()
    waiter = conversation.fetch(statement(("n", b.INT4)))
    conversation.hears(*ONE_ROW, b.ready_for_query("I"))
    assert waiter.result[0]["n"] == 1


def test_begin_that_was_never_sent_is_forgotten():
    conversation = Conversation()
    conversation.begin_with_next("BEGIN")
    assert conversation.forget_begin() is True
    assert not conversation.in_transaction
    conversation.fetch(statement())
    assert kinds(conversation.says()) == "BES"


def test_begin_that_was_sent_is_not_forgotten():
    conversation, _ = transaction_with_statement()
    assert conversation.forget_begin() is False


def test_begin_waits_for_a_statement_whose_arguments_can_be_encoded():
    conversation = Conversation()
    conversation.begin_with_next("BEGIN")
    with pytest.raises(DataError):
        conversation.fetch(statement(parameters=(b.INT4,)), "one")
    assert conversation.take_output() == b""
    assert conversation.in_transaction
    conversation.fetch(statement(parameters=(b.INT4,)), 1)
    assert kinds(conversation.says()) == "PBEBES"


def test_begin_travels_with_parse_too():
    conversation = Conversation()
    conversation.begin_with_next("BEGIN")
    waiter = conversation.describe("SELECT 1")
    assert kinds(conversation.says()) == "PBEPDS"
    conversation.hears(
        *BEGUN, b.parse_complete(), b.parameter_description(), b.no_data(), b.ready_for_query("T")
    )
    assert waiter.result.columns is None


def test_begin_travels_with_many_executions_too():
    conversation, waiter, made = Conversation(), Waiter(), statement(parameters=(b.INT4,))
    conversation.begin_with_next("BEGIN")
    operation = conversation.begin_many(made, None, waiter)
    conversation.put_many(made, iter([(1,), (2,)]), 0, 1 << 16)
    conversation.end_many(operation)
    assert kinds(conversation.says()) == "PBEBEBES"
    done = (b.bind_complete(), b.command_complete("INSERT 0 1"))
    conversation.hears(*BEGUN, *done, *done, b.ready_for_query("T"))
    assert waiter.result == []


def test_when_nobody_waits_for_the_first_statement_any_more_a_lost_begin_is_still_noticed():
    conversation = Conversation()
    conversation.begin_with_next("BEGIN")
    operation = conversation.execute(statement(("n", b.INT4)), (), Waiter())
    conversation.abandon(operation)
    conversation.hears(b.error_response("canceled", "57014"), b.ready_for_query("I"))
    with pytest.raises(InFailedSQLTransactionError):
        conversation.fetch(statement(("n", b.INT4)))


# -- the reset


def test_the_reset_is_sent_before_the_next_statement_and_ends_by_itself():
    conversation = Conversation()
    conversation.reset_with_next("RESET ALL")
    assert conversation.reset_pending
    waiter = conversation.fetch(statement(("n", b.INT4)))
    assert kinds(conversation.says()) == "QBES"
    assert not conversation.reset_pending
    conversation.hears(
        b.command_complete("RESET"), b.ready_for_query(), *ONE_ROW, b.ready_for_query()
    )
    assert waiter.result[0]["n"] == 1
    assert conversation.pending == 0


def test_the_reset_travels_with_a_simple_query():
    conversation = Conversation()
    conversation.reset_with_next("RESET ALL")
    conversation.simple("SELECT 1")
    assert kinds(conversation.says()) == "QQ"


def test_an_empty_reset_is_none():
    conversation = Conversation()
    conversation.reset_with_next("")
    assert not conversation.reset_pending


def test_the_reset_can_be_sent_at_once():
    conversation, waiter = Conversation(), Waiter()
    conversation.reset_with_next("RESET ALL")
    conversation.send_reset(waiter)
    conversation.send_reset(Waiter())
    assert kinds(conversation.says()) == "Q"
    conversation.hears(b.command_complete("RESET"), b.ready_for_query())
    assert waiter.result == "RESET"


def test_a_reset_that_nobody_waits_for_may_not_fail_unnoticed():
    conversation = Conversation()
    conversation.reset_with_next("RESET ALL")
    waiter = conversation.fetch(statement(("n", b.INT4)))
    conversation.hears(
        b.error_response("canceling statement", "57014"),
        b.ready_for_query(),
        *ONE_ROW,
        b.ready_for_query(),
    )
    # The session may still have the settings of whoever had it before.
    assert str(waiter.error) == "canceling statement"
    assert conversation.broken is waiter.error


def test_the_reset_is_sent_even_when_the_statements_arguments_do_not_fit():
    conversation = Conversation()
    conversation.reset_with_next("RESET ALL")
    with pytest.raises(DataError):
        conversation.fetch(statement(parameters=(b.INT4,)), "one")
    sent = kinds(conversation.says())
    assert sent == ("" if conversation.reset_pending else "Q")
    assert conversation.pending == len(sent)


# -- closed statements


def test_a_closed_statement_is_closed_on_the_server_with_the_next_one():
    conversation = Conversation()
    old = statement(name=b"old")
    conversation.close_statement(old)
    assert old.closed
    assert conversation.take_output() == b""
    waiter = conversation.fetch(statement(("n", b.INT4)))
    sent = conversation.says()
    assert kinds(sent) == "CBES"
    assert sent[0] == ("C", b"Sold\0")
    conversation.hears(b.close_complete(), *ONE_ROW, b.ready_for_query())
    assert waiter.result[0]["n"] == 1


def test_a_statement_is_closed_once():
    conversation = Conversation()
    old = statement(name=b"old")
    conversation.close_statement(old)
    conversation.close_statement(old)
    conversation.fetch(statement())
    assert kinds(conversation.says()) == "CBES"


def test_the_unnamed_statement_needs_no_closing():
    conversation = Conversation()
    conversation.close_statement(statement(name=b""))
    conversation.fetch(statement())
    assert kinds(conversation.says()) == "BES"


def test_what_was_to_be_closed_stays_so_when_the_next_statement_was_not_sent():
    conversation = Conversation()
    conversation.close_statement(statement(name=b"old"))
    with pytest.raises(DataError):
        conversation.fetch(statement(parameters=(b.INT4,)), "one")
    assert conversation.take_output() == b""
    conversation.fetch(statement())
    assert kinds(conversation.says()) == "CBES"


def test_all_travel_together():
    conversation = Conversation()
    conversation.reset_with_next("RESET ALL")
    for name in (b"one", b"two"):
        conversation.close_statement(statement(name=name))
    conversation.begin_with_next("BEGIN")
    conversation.fetch(statement(("n", b.INT4)))
    assert kinds(conversation.says()) == "QCCPBEBES"
