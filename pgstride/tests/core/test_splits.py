"""Wherever the network cuts the server's answer, the same comes out."""

from __future__ import annotations

import pytest

from conversation import Conversation
from exchanges import EXCHANGES, NAMES, Exchange, seen


def whole(exchange: Exchange) -> dict[str, object]:
    conversation = Conversation()
    waiters = exchange.begin(conversation)
    conversation.receive(exchange.answer)
    return seen(conversation, waiters)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=NAMES)
def test_an_exchange_ends_with_all_waiters_told_and_nothing_pending(exchange: Exchange):
    result = whole(exchange)
    assert "nothing" not in result["outcomes"]
    assert result["pending"] == 0


@pytest.mark.parametrize("exchange", EXCHANGES, ids=NAMES)
def test_a_cut_at_any_byte_changes_nothing(exchange: Exchange):
    expected = whole(exchange)
    for cut in range(1, len(exchange.answer)):
        conversation = Conversation()
        waiters = exchange.begin(conversation)
        conversation.receive(exchange.answer[:cut])
        conversation.receive(exchange.answer[cut:])
        assert seen(conversation, waiters) == expected, f"cut after {cut} bytes"


@pytest.mark.parametrize("exchange", EXCHANGES, ids=NAMES)
def test_byte_by_byte_the_same_comes_out(exchange: Exchange):
    conversation = Conversation()
    waiters = exchange.begin(conversation)
    for i in range(len(exchange.answer)):
        conversation.receive(exchange.answer[i : i + 1])
    assert seen(conversation, waiters) == whole(exchange)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=NAMES)
def test_nobody_is_told_before_the_last_byte_has_come(exchange: Exchange):
    conversation = Conversation()
    waiters = exchange.begin(conversation)
    conversation.receive(exchange.answer[:-1])
    assert not waiters[-1].done()
    conversation.receive(exchange.answer[-1:])
    assert waiters[-1].done()


@pytest.mark.parametrize("exchange", EXCHANGES, ids=NAMES)
def test_a_connection_that_ends_after_any_byte_fails_what_is_not_answered(exchange: Exchange):
    for cut in range(len(exchange.answer)):
        conversation = Conversation()
        waiters = exchange.begin(conversation)
        conversation.receive(exchange.answer[:cut])
        told = [waiter.done() for waiter in waiters]
        conversation.fail(ConnectionResetError("gone"))
        assert conversation.pending == 0
        for waiter, answered in zip(waiters, told, strict=True):
            assert waiter.done()
            if not answered:
                assert isinstance(waiter.error, Exception)
