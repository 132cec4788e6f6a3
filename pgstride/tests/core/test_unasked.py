"""Notices, notifications and parameter changes may come between any two messages."""

from __future__ import annotations

import pytest

import backend as b
from conversation import Conversation, statement
from exchanges import EXCHANGES, NAMES, Exchange, seen

UNASKED = {
    "notice": b.notice_response("mind the gap", "01000", "WARNING"),
    "notification": b.notification_response("channel", "payload"),
    "parameter": b.parameter_status("TimeZone", "Europe/Rome"),
}


@pytest.mark.parametrize("exchange", EXCHANGES, ids=NAMES)
@pytest.mark.parametrize("kind", UNASKED)
def test_what_comes_unasked_at_any_position_disturbs_nothing(kind: str, exchange: Exchange):
    for position in range(len(exchange.messages)):
        plain, disturbed = Conversation(), Conversation()
        plain_waiters, waiters = exchange.begin(plain), exchange.begin(disturbed)
        plain.hears(*exchange.messages)
        messages = list(exchange.messages)
        messages.insert(position, UNASKED[kind])
        disturbed.hears(*messages)
        expected, found = seen(plain, plain_waiters), seen(disturbed, waiters)
        for aside in ("unasked", "settings"):
            expected.pop(aside)
            found.pop(aside)
        assert found == expected


def test_it_may_come_while_nothing_is_under_way():
    conversation = Conversation()
    conversation.hears(*UNASKED.values())
    assert conversation.broken is None
    assert conversation.unasked == [("notice", "mind the gap"), (99, "channel", "payload")]
    assert conversation.settings == {"TimeZone": "Europe/Rome"}


def test_a_setting_has_the_value_that_was_reported_last():
    conversation = Conversation()
    conversation.hears(b.parameter_status("role", "a"), b.parameter_status("role", "b"))
    assert conversation.settings["role"] == "b"


def test_text_that_is_not_utf_8_is_shown_as_well_as_possible():
    conversation = Conversation()
    conversation.hears(b.message(b"S", b.cstring(b"na\xefve"), b.cstring(b"\xff")))
    assert conversation.settings == {"na\ufffdve": "\ufffd"}


def test_notices_between_rows_lose_no_row():
    conversation = Conversation()
    waiter = conversation.fetch(statement(("n", b.INT4)))
    rows = [b.data_row(b.int32(i)) + UNASKED["notice"] for i in range(50)]
    conversation.hears(
        b.bind_complete(), *rows, b.command_complete("SELECT 50"), b.ready_for_query()
    )
    assert [row["n"] for row in waiter.result] == list(range(50))
    assert len(conversation.unasked) == 50


def test_endless_notices_are_not_kept():
    conversation = Conversation()
    conversation.hears(*[UNASKED["notice"]] * 1000)
    conversation.unasked.clear()
    size = len(conversation.get_buffer(-1))
    for _ in range(100):
        conversation.hears(*[UNASKED["notice"]] * 1000)
        conversation.unasked.clear()
    assert len(conversation.get_buffer(-1)) <= max(size, 256 * 1024)


def test_an_error_while_nothing_is_under_way_ends_the_connection():
    conversation = Conversation()
    conversation.hears(b.error_response("shutting down", "57P01", "FATAL"))
    assert str(conversation.broken) == "shutting down"
