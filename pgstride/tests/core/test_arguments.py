"""What arguments become, and that nothing of a refused statement is sent."""

from __future__ import annotations

import os

import pytest

import backend as b
from conversation import Conversation, Waiter, kinds, statement
from pgstride.exceptions import DataError, InterfaceError


def test_a_refused_argument_leaves_the_output_as_it_was():
    conversation = Conversation()
    conversation.fetch(statement())
    with pytest.raises(DataError):
        conversation.fetch(statement(parameters=(b.TEXT, b.INT4)), "x" * 5000, "not a number")
    assert kinds(conversation.says()) == "BES"
    assert conversation.pending == 1


def test_the_error_names_the_argument_and_shows_its_value():
    made = statement(parameters=(b.INT4, b.INT4))
    with pytest.raises(DataError, match=r"invalid input for query argument \$2: 'two' \("):
        Conversation().fetch(made, 1, "two")


def test_a_long_value_is_shown_shortened():
    with pytest.raises(DataError) as caught:
        Conversation().fetch(statement(parameters=(b.INT4,)), "x" * 10_000)
    assert len(str(caught.value)) < 200
    assert "..." in str(caught.value)


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 2**200])
def test_a_number_that_the_type_cannot_hold_is_refused(value: int):
    with pytest.raises(DataError, match=r"\$1"):
        Conversation().fetch(statement(parameters=(b.INT4,)), value)


@pytest.mark.parametrize("given", [(), (1,), (1, 2, 3)])
def test_the_number_of_arguments_is_the_statements(given: tuple[int, ...]):
    conversation = Conversation()
    with pytest.raises(InterfaceError, match="the server expects 2 arguments for this query"):
        conversation.fetch(statement(parameters=(b.INT4, b.INT4)), *given)
    assert conversation.take_output() == b""


def test_a_statement_without_parameters_takes_none():
    with pytest.raises(InterfaceError, match="expects 0 arguments"):
        Conversation().fetch(statement(), 1)


def test_32767_arguments_are_sent():
    conversation = Conversation()
    conversation.fetch(statement(parameters=(b.INT4,) * 32767), *range(32767))
    bind = conversation.says()[0][1]
    assert bind[8:10] == b"\x7f\xff"
    assert len(bind) == 4 + 2 + 2 + 2 + 32767 * 8 + 2


def test_more_arguments_than_bind_can_count_are_refused():
    with pytest.raises(InterfaceError, match="cannot exceed 32767"):
        statement(parameters=(b.INT4,) * 32768)


def test_an_error_of_many_executions_names_the_element():
    conversation = Conversation()
    made = statement(parameters=(b.INT4,))
    conversation.begin_many(made, None, Waiter())
    before = len(conversation.take_output())
    with pytest.raises(DataError, match="element #2 of executemany"):
        conversation.put_many(made, iter([(0,), (1,), ("two",)]), 0, 1 << 16)
    assert before == 0
    assert kinds(conversation.says()) == "BEBE"


@pytest.mark.parametrize("element", [7, "12", b"12", None, {1}, iter([1])])
def test_an_element_of_many_executions_is_a_sequence(element: object):
    conversation = Conversation()
    made = statement(parameters=(b.INT4,))
    conversation.begin_many(made, None, Waiter())
    with pytest.raises(DataError, match="element #0: expected a sequence"):
        conversation.put_many(made, iter([element]), 0, 1 << 16)
    assert conversation.take_output() == b""


def test_an_argument_that_changes_the_output_while_it_is_encoded_sends_nothing_torn():
    """An __int__ may run any code, such as another query of the same connection."""
    conversation = Conversation()
    made = statement(parameters=(b.INT4,))

    class Reentrant:
        def __int__(self) -> int:
            conversation.fetch(made, 1)
            return 2

    with pytest.raises(InterfaceError, match="another operation is in progress"):
        conversation.fetch(made, Reentrant())
    assert conversation.take_output() == b""
    assert conversation.pending == 0
    conversation.fetch(made, 3)
    assert kinds(conversation.says()) == "BES"


def test_a_list_that_shrinks_while_it_is_encoded_does_no_harm():
    numbers: list[object] = [1, 2, 3]

    class Shrinking:
        def __int__(self) -> int:
            numbers.clear()
            return 1

    numbers.insert(0, Shrinking())
    conversation = Conversation()
    made = statement(parameters=(b.INT4_ARRAY,))
    with pytest.raises((DataError, InterfaceError)):
        conversation.fetch(made, numbers)
    assert conversation.take_output() == b""


@pytest.mark.skipif("PGSTRIDE_LONG_TESTS" not in os.environ, reason="takes gigabytes")
def test_a_message_that_the_server_would_refuse_is_not_sent():
    conversation = Conversation()
    made = statement(parameters=(b.BYTEA, b.BYTEA))
    half = bytes(0x20000000)
    with pytest.raises(InterfaceError, match="longer than"):
        conversation.fetch(made, half, half)
    assert conversation.take_output() == b""
