"""A connection is understood from its bytes, whatever order the two sides arrive in."""

from __future__ import annotations

import itertools
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgbench_drivers.audit.conversation import Conversation
from tests.wire import making
from tests.wire.making import BOUND, EXECUTE, FLUSH, NO_DATA, PARAMETERS, PARSED, SYNC

SQL = "SELECT i FROM t WHERE a = $1"
PREPARE = making.parse("s1", SQL) + making.describe("S", "s1")
PREPARED = PARSED + PARAMETERS + making.row_description("i")
RUN = making.bind("s1", (b"\0\0\0\1",), (1,), (1,)) + EXECUTE + SYNC
ROWS = BOUND + making.row() * 3 + making.complete("SELECT 3") + making.ready()


def started() -> Conversation:
    conversation = Conversation()
    conversation.from_client(making.startup(user="me"))
    conversation.from_server(making.message("R", pack("!I", 0)) + making.ready())
    assert conversation.started
    return conversation


def play(*turns: tuple[bytes, bytes]) -> Conversation:
    conversation = started()
    for asked, answered in turns:
        conversation.from_client(asked)
        conversation.from_server(answered)
    assert conversation.failure is None
    return conversation


def test_a_start_up_is_counted_apart() -> None:
    conversation = Conversation()
    conversation.from_client(pack("!II", 8, 80877103))
    conversation.from_server(b"N")
    conversation.from_client(making.startup(user="me"))
    conversation.from_server(making.message("R", pack("!I", 3)))
    conversation.from_client(making.message("p", b"secret\0"))
    conversation.from_server(making.message("R", pack("!I", 0)) + making.ready())
    assert conversation.started
    assert conversation.start_up.turns == 3
    assert conversation.start_up.bytes_received == 1 + 9 + 9 + 6
    assert conversation.cycles == []


def test_a_simple_query_is_one_round_trip() -> None:
    answer = making.row_description("a", "b") + making.row(2) * 5 + making.complete("SELECT 5")
    cycle = play((making.query("SELECT 1"), answer + making.ready())).cycles[0]
    assert (cycle.turns, cycle.status) == (1, "I")
    assert cycle.bytes_received == len(answer) + 6
    execution = cycle.executions[0]
    assert (execution.sql, execution.simple) == ("SELECT 1", True)
    assert (execution.rows, execution.columns) == (5, 2)
    assert execution.tags == ["SELECT 5"]


def test_waiting_after_flush_is_a_round_trip_of_its_own() -> None:
    cycles = play((PREPARE + FLUSH, PREPARED), (RUN, ROWS)).cycles
    assert [cycle.turns for cycle in cycles] == [2]
    assert cycles[0].parsed == cycles[0].described == [SQL]


def test_a_simple_query_after_a_flush_ends_the_cycle_of_both() -> None:
    answer = making.row_description("a") + making.row() + making.complete("SELECT 1")
    cycles = play(
        (PREPARE + FLUSH, PREPARED),
        (making.query("SELECT 2"), answer + making.ready()),
        (RUN, ROWS),
    ).cycles
    assert [cycle.turns for cycle in cycles] == [2, 1]
    assert [(e.sql, e.rows) for e in cycles[0].executions] == [("SELECT 2", 1)]


def test_preparing_and_running_at_once_is_one_round_trip() -> None:
    assert [c.turns for c in play((PREPARE + RUN, PREPARED + ROWS)).cycles] == [1]


def test_a_prepared_statement_is_known_by_its_text_later() -> None:
    conversation = play((PREPARE + SYNC, PREPARED + making.ready()), (RUN, ROWS), (RUN, ROWS))
    executions = [e for cycle in conversation.cycles for e in cycle.executions]
    assert [e.sql for e in executions] == [SQL, SQL]
    assert (executions[0].parameter_formats, executions[0].result_formats) == ((1,), (1,))
    assert [cycle.parsed for cycle in conversation.cycles] == [[SQL], [], []]


def test_pipelined_cycles_are_one_round_trip_and_answers_go_to_the_oldest() -> None:
    cycles = play((PREPARE + RUN + RUN + RUN, PREPARED + ROWS * 3)).cycles
    assert [cycle.turns for cycle in cycles] == [1, 0, 0]
    assert [cycle.in_flight for cycle in cycles] == [1, 2, 3]
    assert [cycle.executions[0].rows for cycle in cycles] == [3, 3, 3]


def test_several_executions_before_one_sync_have_their_own_rows() -> None:
    one = making.bind("s1", (b"\0\0\0\1",), (1,), (1,)) + EXECUTE
    answer = BOUND + making.row() + making.complete("SELECT 1")
    more = BOUND + making.row() * 2 + making.complete("SELECT 2") + making.ready()
    cycles = play((PREPARE + one + one + SYNC, PREPARED + answer + more)).cycles
    assert [e.rows for e in cycles[0].executions] == [1, 2]


@given(st.lists(st.integers(0, 10_000)))
def test_facts_do_not_depend_on_how_answers_are_cut(cuts: list[int]) -> None:
    conversation = started()
    conversation.from_client(PREPARE + RUN)
    answer = PREPARED + ROWS
    edges = [0, *sorted(cut % len(answer) for cut in cuts), len(answer)]
    for begin, end in itertools.pairwise(edges):
        conversation.from_server(answer[begin:end])
    assert conversation.cycles == play((PREPARE + RUN, PREPARED + ROWS)).cycles


COPY_DATA = making.message("d", b"1\n")
COPY_DONE = making.message("c")
COPY_IN = making.message("G", b"\0" + making.formats(0, 0))


def test_copy_waits_for_the_server_before_its_data() -> None:
    cycles = play(
        (making.query("COPY t FROM STDIN"), COPY_IN),
        (COPY_DATA * 3 + COPY_DONE, making.complete("COPY 3") + making.ready()),
    ).cycles
    assert [cycle.turns for cycle in cycles] == [2]
    copy = cycles[0].executions[0]
    assert copy.copy_in == (0, 2)
    assert copy.tags == ["COPY 3"]


def test_copy_data_that_do_not_wait_are_no_round_trip() -> None:
    copy = making.query("COPY t FROM STDIN") + COPY_DATA
    end = making.complete("COPY 2") + making.ready()
    conversation = play((copy, COPY_IN), (COPY_DATA + COPY_DONE, end))
    conversation.from_client(copy + COPY_DONE)
    conversation.from_server(COPY_IN + end)
    conversation.from_client(making.query("COPY t FROM STDIN"))
    conversation.from_server(COPY_IN)
    conversation.from_client(COPY_DONE)
    conversation.from_server(end)
    assert [cycle.turns for cycle in conversation.cycles] == [1, 1, 2]


def test_copy_in_the_extended_protocol_has_two_syncs_and_one_answer() -> None:
    begin = making.parse("", "COPY t FROM STDIN") + making.bind("") + EXECUTE + SYNC
    cycles = play(
        (begin, PARSED + BOUND + COPY_IN),
        (COPY_DATA + COPY_DONE + SYNC, making.complete("COPY 1") + making.ready()),
        (making.query("SELECT 1"), making.complete("SELECT 0") + making.ready()),
    ).cycles
    assert [cycle.turns for cycle in cycles] == [2, 1]


def test_an_error_ends_its_cycle_and_the_next_is_understood() -> None:
    conversation = play(
        (RUN_UNKNOWN, PARSED + making.error("42P01", "no such table") + making.ready()),
        (making.query("SELECT 1"), making.complete("SELECT 0") + making.ready()),
    )
    assert conversation.cycles[0].errors == ["42P01: no such table"]
    assert conversation.cycles[1].errors == []
    assert conversation.cycles[1].in_flight == 1


RUN_UNKNOWN = making.parse("", "SELECT * FROM nowhere") + making.bind("") + EXECUTE + SYNC


def test_what_the_server_says_of_itself_belongs_to_no_cycle() -> None:
    conversation = started()
    conversation.from_server(making.message("N", b"\0") + making.message("S", b"a\0b\0"))
    assert conversation.failure is None
    assert conversation.cycles == []


def test_a_statement_without_result_is_described_too() -> None:
    asked = making.parse("", "BEGIN") + making.describe("S", "") + making.bind("") + EXECUTE + SYNC
    answer = PARSED + PARAMETERS + NO_DATA + BOUND + making.complete("BEGIN") + making.ready("T")
    assert play((asked, answer)).cycles[0].status == "T"


@pytest.mark.parametrize(
    ("asked", "answered", "said"),
    [
        (making.bind("nobody"), b"", "the statement 'nobody', which is unknown"),
        (making.query("x"), BOUND + making.row(), None),
        (SYNC, making.row(), "a row that was not asked for"),
        (SYNC, PARSED, "an answer to 'P' that was not asked for"),
        (SYNC, making.message("~"), "no message has the type"),
        (b"\xff" * 20, b"", "no message has the type"),
    ],
)
def test_what_cannot_be_understood_is_a_reason_and_never_an_exception(
    asked: bytes, answered: bytes, said: str | None
) -> None:
    conversation = started()
    conversation.from_client(asked)
    conversation.from_server(answered)
    conversation.from_client(making.query("SELECT 1"))
    if said is None:
        assert conversation.failure is None
    else:
        assert said in (conversation.failure or "")


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=40)), max_size=10))
def test_no_bytes_raise(parts: list[tuple[bool, bytes]]) -> None:
    conversation = started()
    for from_client, data in parts:
        (conversation.from_client if from_client else conversation.from_server)(data)
