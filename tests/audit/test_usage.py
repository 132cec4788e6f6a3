"""A row is held to the usage that it declares."""

from __future__ import annotations

import pytest

from pgbench_drivers.audit.conversation import Conversation
from pgbench_drivers.audit.usage import breach, unseen
from pgbench_drivers.results.model import Usage
from tests.audit.test_conversation import PREPARE, PREPARED, ROWS, RUN, SQL, play
from tests.wire import making
from tests.wire.making import EXECUTE, SYNC

UNNAMED = (
    making.parse("", SQL)
    + making.describe("S", "")
    + making.bind("", (b"\0\0\0\1",), (1,), (1,))
    + EXECUTE
    + SYNC
)


def named() -> Conversation:
    return play((PREPARE + RUN, PREPARED + ROWS))


def unnamed() -> Conversation:
    return play((UNNAMED, PREPARED + ROWS))


def by_sql() -> Conversation:
    answer = making.complete("PREPARE") + making.ready()
    return play((making.query("prepare s1 as select 1"), answer))


def test_a_named_statement_breaks_the_promise() -> None:
    found = breach("pgbouncer-safe", [unnamed(), named()])
    assert found is not None
    assert "declared pgbouncer-safe" in found
    assert "'s1'" in found


def test_a_prepare_in_sql_does_too() -> None:
    assert "SQL command PREPARE" in (breach("pgbouncer-safe", [by_sql()]) or "")


def test_the_unnamed_statement_does_not() -> None:
    assert breach("pgbouncer-safe", [unnamed(), unnamed()]) is None


@pytest.mark.parametrize("usage", ["idiomatic", "tuned"])
def test_the_other_usages_have_no_rule(usage: Usage) -> None:
    assert breach(usage, [named(), by_sql()]) is None
    assert unseen(usage, "TLS") is None


def test_what_could_not_be_seen_is_not_believed() -> None:
    assert "not known: TLS" in (unseen("pgbouncer-safe", "TLS") or "")
