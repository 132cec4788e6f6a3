"""Messages in a wrong order are refused: an answer never goes to another question."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import backend as b
from conversation import Conversation, Waiter, integers, statement
from pgstride.exceptions import ProtocolError

Begin = Callable[[Conversation], Waiter]


def fetching(conversation: Conversation) -> Waiter:
    return conversation.fetch(statement(("n", b.INT4)))


def describing(conversation: Conversation) -> Waiter:
    return conversation.describe("SELECT 1")


def querying(conversation: Conversation) -> Waiter:
    return conversation.simple("SELECT 1")


def refused(begin: Begin, *messages: bytes) -> ProtocolError:
    """The error; the connection and what is pipelined behind fail by it too."""
    conversation = Conversation()
    waiter, behind = begin(conversation), fetching(conversation)
    conversation.hears(*messages)
    assert isinstance(waiter.error, ProtocolError)
    assert conversation.broken is waiter.error is behind.error
    assert conversation.pending == 0
    return waiter.error


KINDS = {
    "ParseComplete": b.parse_complete(),
    "BindComplete": b.bind_complete(),
    "CloseComplete": b.close_complete(),
    "CommandComplete": b.command_complete("SELECT 1"),
    "CopyInResponse": b.copy_in_response(),
    "CopyOutResponse": b.copy_out_response(),
    "CopyData": b.copy_data(b"x"),
    "CopyDone": b.copy_done(),
    "DataRow": integers(1),
    "EmptyQueryResponse": b.empty_query_response(),
    "NoData": b.no_data(),
    "PortalSuspended": b.portal_suspended(),
    "ParameterDescription": b.parameter_description(),
    "RowDescription": b.row_description(),
    "ReadyForQuery": b.ready_for_query(),
    "BackendKeyData": b.backend_key_data(),
    "Authentication": b.authentication_ok(),
    "NegotiateProtocolVersion": b.negotiate_protocol_version(),
    "FunctionCallResponse": b.message(b"V", b.int32(-1)),
    "CopyBothResponse": b.message(b"W", b"\0\0\0"),
}


@pytest.mark.parametrize("name", KINDS)
def test_while_nothing_is_under_way_no_answer_is_taken(name: str):
    conversation = Conversation()
    conversation.hears(KINDS[name])
    assert isinstance(conversation.broken, ProtocolError)
    assert name in str(conversation.broken)


NEVER_TO_FETCH = [
    "NoData",
    "ParameterDescription",
    "RowDescription",
    "BackendKeyData",
    "Authentication",
    "NegotiateProtocolVersion",
    "FunctionCallResponse",
    "CopyBothResponse",
]
NEVER_TO_DESCRIBE = [
    "CommandComplete",
    "CopyInResponse",
    "CopyOutResponse",
    "CopyData",
    "CopyDone",
    "DataRow",
    "EmptyQueryResponse",
    "PortalSuspended",
    "BackendKeyData",
    "Authentication",
    "NegotiateProtocolVersion",
    "FunctionCallResponse",
    "CopyBothResponse",
]
NEVER_TO_QUERY = [
    "ParseComplete",
    "BindComplete",
    "CloseComplete",
    "NoData",
    "PortalSuspended",
    "ParameterDescription",
    "BackendKeyData",
    "Authentication",
    "NegotiateProtocolVersion",
    "FunctionCallResponse",
    "CopyBothResponse",
]


@pytest.mark.parametrize("name", NEVER_TO_FETCH)
def test_a_fetch_takes_no_message_of_another_exchange(name: str):
    assert name in str(refused(fetching, KINDS[name]))


@pytest.mark.parametrize("name", NEVER_TO_DESCRIBE)
def test_a_description_takes_no_message_of_another_exchange(name: str):
    assert name in str(refused(describing, KINDS[name]))


@pytest.mark.parametrize("name", NEVER_TO_QUERY)
def test_a_simple_query_takes_no_message_of_another_exchange(name: str):
    assert name in str(refused(querying, KINDS[name]))


@pytest.mark.parametrize("kind", [b"\0", b"?", b"B", b"\xff", b"\n"])
@pytest.mark.parametrize("begin", [fetching, describing, querying])
def test_an_unknown_message_is_refused(begin: Begin, kind: bytes):
    assert "unknown message" in str(refused(begin, b.message(kind)))


def test_a_result_without_its_end_is_not_a_result():
    refused(fetching, b.bind_complete(), integers(1), b.ready_for_query())
    refused(fetching, b.ready_for_query())


def test_rows_after_the_end_of_a_result_are_nobodys():
    end = b.command_complete("SELECT 1")
    refused(fetching, b.bind_complete(), integers(1), end, integers(2), b.ready_for_query())


def test_a_result_ends_only_once():
    end = b.command_complete("SELECT 0")
    refused(fetching, b.bind_complete(), end, end, b.ready_for_query())
    refused(fetching, b.bind_complete(), b.portal_suspended(), end, b.ready_for_query())


@pytest.mark.parametrize(
    "messages",
    [
        (),
        (b.parse_complete(),),
        (b.parse_complete(), b.parameter_description()),
        (b.parse_complete(), b.no_data()),
    ],
)
def test_a_description_without_parameters_or_columns_is_none(messages: tuple[bytes, ...]):
    refused(describing, *messages, b.ready_for_query())


def test_many_executions_are_not_over_before_all_are_answered():
    def begin(conversation: Conversation) -> Waiter:
        waiter, made = Waiter(), statement(parameters=(b.INT4,))
        operation = conversation.begin_many(made, None, waiter)
        conversation.put_many(made, iter([(1,), (2,)]), 0, 1 << 16)
        conversation.end_many(operation)
        return waiter

    refused(begin, b.bind_complete(), b.command_complete("INSERT 0 1"), b.ready_for_query())


def test_many_executions_are_not_over_before_the_sync_was_sent():
    def begin(conversation: Conversation) -> Waiter:
        waiter = Waiter()
        conversation.begin_many(statement(parameters=(b.INT4,)), None, waiter)
        return waiter

    conversation = Conversation()
    waiter = begin(conversation)
    conversation.hears(b.ready_for_query())
    assert isinstance(waiter.error, ProtocolError)


@pytest.mark.parametrize("body", [b"", b"X", b"i", b"\0", b"II"])
def test_a_transaction_status_is_one_of_three_letters(body: bytes):
    error = refused(fetching, b.bind_complete(), b.command_complete("X"), b.message(b"Z", body))
    assert "ReadyForQuery" in str(error)


def test_nothing_is_taken_any_more_once_a_message_was_refused():
    conversation = Conversation()
    waiter = fetching(conversation)
    conversation.hears(b.message(b"?"), b.notification_response("channel", ""))
    conversation.hears(b.bind_complete(), b.command_complete("X"), b.ready_for_query())
    assert isinstance(waiter.error, ProtocolError)
    assert conversation.unasked == []
