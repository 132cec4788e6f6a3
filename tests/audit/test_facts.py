"""Counts are per query of the steady state, and disagreement with the runner is a failure."""

from __future__ import annotations

import pytest

from pgbench_drivers.audit.conversation import Conversation
from pgbench_drivers.audit.facts import AuditError, sent
from pgbench_drivers.contract.messages import (
    Argument,
    Column,
    Expect,
    JobQuery,
    Readback,
    Target,
)
from tests.audit.test_conversation import (
    COPY_DATA,
    COPY_DONE,
    COPY_IN,
    PREPARE,
    PREPARED,
    ROWS,
    RUN,
    SQL,
    play,
)
from tests.wire import making
from tests.wire.making import BOUND, CLOSED, EXECUTE, PARSED, SYNC

FETCH = JobQuery(
    name="q",
    kind="fetch",
    sql=SQL,
    args=[Argument("int4", 1)],
    columns=[Column("i", "int4")],
    target=None,
    readback=None,
    expect=Expect(3, "0" * 64),
)
READBACK = "SELECT a FROM s.t"
COPY = JobQuery(
    name="c",
    kind="copy",
    sql="COPY s.t (a) FROM STDIN",
    args=[],
    columns=[Column("a", "int4")],
    target=Target("s", "t", [1], 1),
    readback=Readback(READBACK, [Column("a", "int4")]),
    expect=Expect(1, "0" * 64),
)


def answered(tag: str, rows: int = 0, status: str = "I") -> bytes:
    return making.row() * rows + making.complete(tag) + making.ready(status)


def simple(tag: str, sql: str | None = None, status: str = "I") -> tuple[bytes, bytes]:
    return making.query(sql or tag), answered(tag, status=status)


def merged() -> tuple[bytes, bytes]:
    return making.query(SQL.replace("$1", "1")), answered("SELECT 3", 3)


def prepared_once(times: int) -> Conversation:
    return play((PREPARE + SYNC, PREPARED + making.ready()), *[(RUN, ROWS)] * times)


def test_a_statement_prepared_once_per_connection() -> None:
    found = sent([prepared_once(5), prepared_once(6)], FETCH, 11)
    assert (found.connections, found.queries, found.steady) == (2, 11, 6)
    assert (found.protocol, found.prepared, found.named) == ("extended", "per-connection", True)
    assert (found.parameters, found.results) == (["binary"], ["binary"])
    assert (found.round_trips, found.round_trips_most) == (1, 1)
    assert (found.bytes_sent, found.bytes_received) == (len(RUN), len(ROWS))
    assert (found.prepares, found.describes, found.rows_received) == (0, 0, 3)
    assert found.other_commands == {}
    assert found.connecting.first_query_round_trips == 2
    assert (found.connecting.prepares, found.connecting.describes) == (1, 1)


def test_a_statement_prepared_for_every_query() -> None:
    once = (
        making.parse("", SQL) + making.bind("", (b"1",), (), ()) + EXECUTE + SYNC,
        PARSED + ROWS,
    )
    found = sent([play(*[once] * 4)], FETCH, 4)
    assert (found.prepared, found.named, found.prepares) == ("per-query", False, 1)
    assert (found.parameters, found.results) == (["text"], ["text"])


def test_the_simple_protocol_with_merged_arguments() -> None:
    found = sent([play(*[merged()] * 4)], FETCH, 4)
    assert (found.protocol, found.prepared) == ("simple", "never")
    assert (found.parameters, found.results) == (["merged"], ["text"])


def test_a_transaction_around_a_query_belongs_to_it() -> None:
    asked, answer = merged()
    one = [simple("BEGIN", status="T"), (asked, answer[:-1] + b"T"), simple("COMMIT")]
    found = sent([play(*one * 3)], FETCH, 3)
    assert found.round_trips == 3
    assert found.other_commands == {"BEGIN": 1, "COMMIT": 1}


def test_what_happens_once_does_not_count_as_steady() -> None:
    found = sent([play(simple("SET", "SET x = 1"), *[merged()] * 6)], FETCH, 6)
    assert found.other_commands == {}
    assert found.connecting.other_commands == {"SET": 1}


def test_a_reset_after_each_query_is_seen() -> None:
    found = sent([play(*[merged(), simple("DISCARD ALL")] * 4)], FETCH, 4)
    assert found.other_commands == {"DISCARD ALL": 1}
    assert found.round_trips == 2


def copying() -> list[tuple[bytes, bytes]]:
    look = making.parse("", "SELECT a FROM s.t LIMIT 1") + making.close("S", "") + SYNC
    return [
        (look, PARSED + CLOSED + making.ready()),
        (making.query("copy s.t(a) from stdin"), COPY_IN),
        (COPY_DATA + COPY_DONE, making.complete("COPY 1") + making.ready()),
    ]


def test_copy_and_what_it_looks_up_first() -> None:
    found = sent([play(*copying() * 4)], COPY, 4)
    assert (found.copy, found.rows_written, found.round_trips) == ("text", 1, 3)
    assert found.other_prepares == 1
    assert found.prepared == "never"


def test_reading_back_is_the_runner_s_and_counts_for_nobody() -> None:
    readback = (
        making.parse("", READBACK) + making.bind("") + EXECUTE + SYNC,
        PARSED + BOUND + answered("SELECT 1", 1),
    )
    with_it = sent([play(*copying(), readback, *copying(), *copying())], COPY, 3)
    without = sent([play(*copying() * 3)], COPY, 3)
    assert with_it == without


def test_the_wire_must_show_what_the_runner_counted() -> None:
    with pytest.raises(AuditError, match="counted 9 queries, but 4 went over the wire"):
        sent([prepared_once(4)], FETCH, 9)


def test_a_fetch_that_only_verifies_need_not_be_counted() -> None:
    assert sent([prepared_once(5)], FETCH, 4).queries == 5
    with pytest.raises(AuditError, match="counted 3 queries, but 5 went"):
        sent([prepared_once(5)], FETCH, 3)


def test_a_refusal_of_the_server_fails_the_audit() -> None:
    refused = (making.query(SQL), making.error("42P01", "no such table") + making.ready())
    with pytest.raises(AuditError, match="refused what was sent: 42P01: no such table"):
        sent([play(refused)], FETCH, 1)


def test_bytes_that_were_not_understood_fail_the_audit() -> None:
    conversation = prepared_once(3)
    conversation.from_server(b"\0\0\0\0\0\0\0")
    with pytest.raises(AuditError, match="could not be decoded: server: no message"):
        sent([conversation], FETCH, 3)


def test_one_query_per_connection_says_nothing_of_the_steady_state() -> None:
    with pytest.raises(AuditError, match="no connection ran the query a second time"):
        sent([prepared_once(1)], FETCH, 1)
