"""Interrupts, callbacks that raise, long queues, and objects of the wrong kind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import backend as b
from conversation import Conversation, Waiter, decoder, integers, statement
from pgstride.core.rows import RowDecoder
from pgstride.core.statement import Statement


class Interrupted(Conversation):
    """A notice meets the user's control-C, or a bug of a subclass's."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.interruption = error

    def on_notice(self, message: object) -> None:
        raise self.interruption


ANSWER = (
    b.bind_complete(),
    integers(1),
    b.notice_response("now"),
    integers(2),
    b.command_complete("SELECT 2"),
    b.ready_for_query(),
)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_ends_the_connection_and_goes_on_its_way(kind: type[BaseException]):
    conversation = Interrupted(kind())
    waiter = conversation.fetch(statement(("n", b.INT4)))
    with pytest.raises(kind):
        conversation.hears(*ANSWER)
    # Where the reading stood is unknown: nothing of it may be taken for an answer.
    assert conversation.broken is not None
    assert isinstance(waiter.error, Exception)


def test_an_exception_of_a_callback_fails_all_that_is_under_way():
    conversation = Interrupted(ZeroDivisionError("a bug"))
    waiters = [conversation.fetch(statement(("n", b.INT4))) for _ in range(2)]
    conversation.hears(*ANSWER)
    assert [type(waiter.error) for waiter in waiters] == [ZeroDivisionError] * 2


@pytest.mark.parametrize("codec", [None, 1, "int4", object()])
def test_what_is_not_a_codec_is_refused(codec: object):
    with pytest.raises(TypeError):
        RowDecoder(("n",), (codec,))
    with pytest.raises(TypeError):
        Statement("SELECT", b"s", (codec,), None)


@pytest.mark.parametrize("names", [(1,), (None,), (b"n",), ([],)])
def test_a_columns_name_is_text(names: tuple[object, ...]):
    codecs = decoder(("n", b.INT4)).codecs
    with pytest.raises(TypeError):
        RowDecoder(names, codecs)


def test_as_many_names_as_codecs_are_needed():
    with pytest.raises(ValueError, match="as many names"):
        RowDecoder(("a", "b"), decoder(("n", b.INT4)).codecs)


def test_a_record_class_is_a_subclass_of_record():
    for wrong in (tuple, int, "Record", object()):
        with pytest.raises(TypeError):
            RowDecoder(("n",), decoder(("n", b.INT4)).codecs, wrong)


LONG_QUEUE = """
from conversation import Conversation, statement
conversation, made = Conversation(), statement()
for _ in range(1_000_000):
    conversation.execute(made, (), None)
if {fail}:
    conversation.fail(ConnectionResetError("gone"))
del conversation
"""


@pytest.mark.parametrize("fail", [False, True])
def test_a_long_queue_of_operations_ends_without_exhausting_the_stack(fail: bool):
    program = LONG_QUEUE.format(fail=fail)
    paths = os.pathsep.join(str(Path(path).absolute()) for path in sys.path)
    ended = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": paths}, check=False
    )
    assert ended.returncode == 0


def test_a_waiter_that_cannot_be_told_does_not_stop_the_others():
    class Refusing(Waiter):
        def set_result(self, result: object) -> None:
            raise RuntimeError("the event loop is closed")

    conversation = Conversation()
    conversation.execute(statement(("n", b.INT4)), (), Refusing())
    other = conversation.fetch(statement(("n", b.INT4)))
    conversation.hears(
        b.bind_complete(), integers(1), b.command_complete("SELECT 1"), b.ready_for_query()
    )
    assert conversation.broken is not None
    assert isinstance(other.error, Exception)
    assert conversation.pending == 0
