"""A runner that sends something else in its windows than in the audit has no figure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import msgspec
import psycopg
import pytest

from pgbench_drivers.execution.cell import run_step
from pgbench_drivers.execution.counted import Counted, Operations
from pgbench_drivers.execution.stage import LiveStage
from pgbench_drivers.server import Server
from pgbench_drivers.server.admin import admin_connection
from tests.audit.test_sentence import PLAIN
from tests.execution.test_cell import QUERY, SPEC, context

OPERATIONS = Operations(queries=10_000, connections=8)
ONE_EACH = msgspec.structs.replace(PLAIN, transactions=1.0)


@pytest.mark.parametrize("found", [10_000, 9_700, 10_300])
def test_what_connecting_can_explain_is_no_difference(found: int) -> None:
    assert not Counted("transactions", found, 10_000.0).differs(OPERATIONS)


@pytest.mark.parametrize("found", [0, 9_000, 11_000, 20_000])
def test_more_than_that_is_one(found: int) -> None:
    assert Counted("transactions", found, 10_000.0).differs(OPERATIONS)


class CountingStage:
    """Answers nothing, and has counted so many transactions."""

    def __init__(self, found: int) -> None:
        self._found = found

    def set_up(self, spec: object) -> None: ...

    def tear_down(self, spec: object, *, orderly: bool) -> None: ...

    def written_rows(self, target: object) -> int:
        return 0

    def counted(self, query: object, sent: object, operations: Operations) -> list[Counted]:
        return [Counted("transactions", self._found, float(operations.queries))]


def test_such_a_runner_fails_its_cell() -> None:
    record = run_step(
        dataclasses.replace(context("good"), stage=CountingStage(5000), sent=ONE_EACH)
    )
    assert record.round is None
    assert record.failure is not None
    assert record.failure.kind == "contract"
    assert "did not send what the audit saw: 5,000 transactions" in record.failure.reason


def test_one_that_sends_the_same_has_its_figure() -> None:
    record = run_step(dataclasses.replace(context("good"), stage=CountingStage(20), sent=ONE_EACH))
    assert record.failure is None


@pytest.fixture
def admin(embedded_server: Server) -> Iterator[psycopg.Connection]:
    with admin_connection(embedded_server.endpoint) as connection:
        yield connection


@pytest.fixture
def work(embedded_server: Server) -> Callable[[int], None]:
    """Runs so many transactions in a session of its own."""
    server = embedded_server.endpoint

    def run(transactions: int) -> None:
        with psycopg.connect(
            host=server.host, port=server.port, user=server.user, password=server.password,
            dbname=server.database, autocommit=True,
        ) as client:  # fmt: skip
            for _ in range(transactions):
                client.execute("SELECT 1")

    return run


def test_a_server_of_our_own_counts_transactions(
    admin: psycopg.Connection, work: Callable[[int], None]
) -> None:
    stage = LiveStage(admin, "unused", alone=True)
    stage.set_up(SPEC)
    work(500)
    [counted] = stage.counted(QUERY, ONE_EACH, Operations(500, 1))
    assert not counted.differs(Operations(500, 1))
    assert 500 <= counted.found < 550
    [counted] = stage.counted(QUERY, ONE_EACH, Operations(1000, 1))
    assert counted.differs(Operations(1000, 1))


def test_somebody_else_s_server_does_not(
    admin: psycopg.Connection, work: Callable[[int], None]
) -> None:
    stage = LiveStage(admin, "unused")
    stage.set_up(SPEC)
    work(1)
    assert stage.counted(QUERY, ONE_EACH, OPERATIONS) == []
