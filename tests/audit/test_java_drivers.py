"""What Java's drivers are known to send."""

from __future__ import annotations

import pytest

from pgbench_drivers.audit.sentence import sentence
from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.paths import QUERIES
from pgbench_drivers.toolchains import TOOLCHAINS
from tests.audit.auditing_drivers import Audits, audits_of

DRIVERS = ("pgjdbc", "vertx")
NAMES = ("pg_type", "int_array", "batch", "copy")
BATCH_ROWS = 1000


@pytest.fixture(scope="module")
def audits() -> Audits:
    """Both drivers on every query, once."""
    probe = TOOLCHAINS["java"].probe()
    if not probe.available:
        pytest.skip(probe.text)
    return audits_of(DRIVERS, NAMES)


def test_vertx_says_what_it_cannot_do(audits: Audits) -> None:
    reasons = {pair: audited.failure for pair, audited in audits.items() if audited.failure}
    assert set(reasons) == {("vertx", "pg_type"), ("vertx", "copy")}
    assert all(audits[pair].unsupported for pair in reasons)
    assert "oid" in (reasons["vertx", "pg_type"] or "")
    assert "COPY" in (reasons["vertx", "copy"] or "")


@pytest.mark.parametrize("driver", DRIVERS)
def test_statements_are_prepared_once_and_results_binary(sent, driver: str) -> None:
    found = sent(driver, "int_array")
    assert (found.protocol, found.prepared, found.named) == ("extended", "per-connection", True)
    assert (found.prepares, found.describes) == (0, 0)
    assert found.results == ["binary"]
    assert (found.round_trips, found.round_trips_most) == (1, 1)
    assert found.other_commands == {}


def test_pgjdbc_takes_some_types_as_text(sent) -> None:
    assert set(sent("pgjdbc", "pg_type").results) == {"binary", "text"}


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_batch_is_pipelined_row_by_row_in_a_transaction(sent, driver: str) -> None:
    found = sent(driver, "batch")
    assert found.executions == found.rows_written == BATCH_ROWS
    assert found.in_flight >= 50
    assert found.other_commands == {"BEGIN": 1, "COMMIT": 1}
    assert found.transactions == 1


def test_pgjdbc_copies_text(sent) -> None:
    assert sent("pgjdbc", "copy").copy == "text"


def test_every_audit_has_its_sentence(audits: Audits) -> None:
    kinds = {query.name: query.file.kind for query in load_queries(QUERIES)}
    for (_, query), audited in audits.items():
        if audited.sent:
            assert sentence(audited.sent, kinds[query]).endswith(".")
