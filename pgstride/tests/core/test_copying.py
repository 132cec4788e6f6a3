"""COPY in both directions: what is sent, and which answers are refused."""

from __future__ import annotations

import pytest

import backend as b
from conversation import Conversation, Waiter, kinds
from pgstride.exceptions import PostgresError, ProtocolError


def copying_in() -> tuple[Conversation, Waiter]:
    conversation, waiter = Conversation(), Waiter()
    conversation.copy_in("COPY t FROM STDIN", waiter)
    return conversation, waiter


def copying_out() -> tuple[Conversation, Waiter, object]:
    conversation, waiter = Conversation(), Waiter()
    operation = conversation.copy_out("COPY t TO STDOUT", waiter)
    return conversation, waiter, operation


def test_data_follows_the_query_and_ends_with_copy_done():
    conversation, waiter = copying_in()
    conversation.copy_data(b"1\n")
    conversation.copy_data(b"")
    conversation.end_copy()
    assert conversation.says() == [
        ("Q", b"COPY t FROM STDIN\0"),
        ("d", b"1\n"),
        ("d", b""),
        ("c", b""),
    ]
    conversation.hears(b.copy_in_response(), b.command_complete("COPY 1"), b.ready_for_query())
    assert waiter.result == "COPY 1"


def test_what_was_copied_in_can_be_given_up():
    conversation, waiter = copying_in()
    conversation.fail_copy(b"a reason")
    assert kinds(conversation.says()) == "Qf"
    conversation.hears(b.copy_in_response(), b.error_response("no", "57014"), b.ready_for_query())
    assert isinstance(waiter.error, PostgresError)


def test_data_is_gathered_until_it_is_taken():
    conversation, waiter, operation = copying_out()
    conversation.hears(b.copy_out_response(), b.copy_data(b"1\n"), b.copy_data(b"2\n"))
    assert operation.size == 4
    assert operation.take() == b"1\n2\n"
    assert operation.take() == b""
    conversation.hears(b.copy_data(b"3\n"), b.copy_done())
    conversation.hears(b.command_complete("COPY 3"), b.ready_for_query())
    assert operation.take() == b"3\n"
    assert waiter.result == "COPY 3"


def test_whoever_waits_for_data_is_told_once():
    conversation, _, operation = copying_out()
    reader = operation.wait(Waiter())
    conversation.hears(b.copy_out_response())
    assert not reader.done()
    conversation.hears(b.copy_data(b"1\n"), b.copy_data(b"2\n"))
    assert reader.done()


def test_after_an_error_no_data_is_gathered():
    conversation, waiter, operation = copying_out()
    conversation.hears(
        b.copy_out_response(),
        b.error_response("wrong"),
        b.copy_data(b"1\n"),
        b.ready_for_query(),
    )
    assert operation.size == 0
    assert isinstance(waiter.error, PostgresError)


DONE = (b.command_complete("COPY 1"), b.ready_for_query())


@pytest.mark.parametrize(
    "messages",
    [
        DONE,
        (b.ready_for_query(),),
        (b.copy_in_response(), b.ready_for_query()),
        (b.copy_in_response(), b.copy_in_response(), *DONE),
        (b.copy_in_response(), b.command_complete("COPY 1"), *DONE),
        (b.copy_out_response(), *DONE),
        (b.copy_in_response(), b.copy_data(b"x"), *DONE),
        (b.copy_in_response(), b.copy_done(), *DONE),
        (b.copy_in_response(), b.data_row(), *DONE),
        (b.row_description(), *DONE),
    ],
)
def test_a_wrong_answer_to_copying_in_is_refused(messages: tuple[bytes, ...]):
    conversation, waiter = copying_in()
    conversation.hears(*messages)
    assert isinstance(waiter.error, ProtocolError)


@pytest.mark.parametrize(
    "messages",
    [
        DONE,
        (b.copy_data(b"x"),),
        (b.copy_done(), *DONE),
        (b.copy_out_response(), *DONE),
        (b.copy_out_response(), b.ready_for_query()),
        (b.copy_out_response(), b.copy_done(), b.copy_data(b"x"), *DONE),
        (b.copy_out_response(), b.copy_done(), b.copy_done(), *DONE),
        (b.copy_out_response(), b.copy_out_response(), *DONE),
        (b.copy_in_response(),),
        (b.copy_out_response(), b.data_row(), *DONE),
    ],
)
def test_a_wrong_answer_to_copying_out_is_refused(messages: tuple[bytes, ...]):
    conversation, waiter, _ = copying_out()
    conversation.hears(*messages)
    assert isinstance(waiter.error, ProtocolError)


@pytest.mark.parametrize("body", [b"", b"\0", b"\0\0", b"\0\0\1", b"\0\0\1\0\0\0", b"\0\xff\xff"])
def test_a_malformed_response_is_refused_by_its_name(body: bytes):
    conversation, waiter = copying_in()
    conversation.hears(b.message(b"G", body))
    assert isinstance(waiter.error, ProtocolError)
    assert "CopyInResponse" in str(waiter.error)
    conversation, waiter, _ = copying_out()
    conversation.hears(b.message(b"H", body))
    assert isinstance(waiter.error, ProtocolError)
    assert "CopyOutResponse" in str(waiter.error)
