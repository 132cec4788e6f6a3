"""Real runners against a real server: facts about drivers that we know for sure."""

from __future__ import annotations

import pytest

from pgbench_drivers.audit.sentence import sentence
from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.paths import QUERIES, REGISTRY
from pgbench_drivers.toolchains import TOOLCHAINS
from tests.audit.auditing_drivers import Audits, audits_of

DRIVERS = ("asyncpg", "psycopg2", "psycopg3", "aiopg", "pg", "postgres.js", "lib/pq", "pgx")
NAMES = ("pg_type", "batch", "copy", "one_plus_one")
BATCH_ROWS = 1000
COPY_ROWS = 10_000


@pytest.fixture(scope="module")
def audits() -> Audits:
    """Every driver on every query, once."""
    drivers = [driver for driver in load_registry(REGISTRY) if driver.name in DRIVERS]
    assert all(driver.entry.language in TOOLCHAINS for driver in drivers)
    return audits_of(DRIVERS, NAMES)


def test_every_driver_is_audited_or_says_why_not(audits: Audits) -> None:
    assert set(audits) == {(driver, query) for driver in DRIVERS for query in NAMES}
    failed = {pair for pair, audited in audits.items() if audited.failure}
    assert failed == {("aiopg", "copy")}
    assert audits["aiopg", "copy"].unsupported
    assert "cannot COPY" in (audits["aiopg", "copy"].failure or "")


@pytest.mark.parametrize(("driver", "text_columns"), [("asyncpg", 0), ("psycopg3", 0), ("pgx", 1)])
def test_prepared_once_per_connection_and_binary(sent, driver: str, text_columns: int) -> None:
    found = sent(driver, "pg_type")
    assert (found.protocol, found.prepared, found.named) == ("extended", "per-connection", True)
    assert found.prepares == 0
    assert found.connecting.prepares >= 1
    # pgx takes typname, a name, as the text that it is in either format.
    assert found.results == ["text"] * text_columns + ["binary"] * (12 - text_columns)
    assert (found.round_trips, found.round_trips_most) == (1, 1)
    assert found.other_commands == {}


@pytest.mark.parametrize("driver", ["psycopg2", "aiopg"])
def test_simple_protocol_and_text(sent, driver: str) -> None:
    found = sent(driver, "pg_type")
    assert (found.protocol, found.prepared) == ("simple", "never")
    assert found.parameters == ["merged", "merged"]
    assert found.results == ["text"] * 12
    assert (found.round_trips, found.round_trips_most) == (1, 1)


@pytest.mark.parametrize("driver", ["pg", "postgres.js"])
def test_nodejs_drivers_prepare_once_and_receive_text(sent, driver: str) -> None:
    found = sent(driver, "pg_type")
    assert (found.protocol, found.prepared, found.named) == ("extended", "per-connection", True)
    assert found.parameters == ["text", "text"]
    assert found.results == ["text"] * 12


def test_lib_pq_prepares_once_and_mixes_formats(sent) -> None:
    found = sent("lib/pq", "pg_type")
    assert (found.protocol, found.prepared, found.named) == ("extended", "per-connection", True)
    assert found.parameters == ["text", "text"]
    assert set(found.results) <= {"binary", "text"}
    assert found.results[0] == "text"


@pytest.mark.parametrize("driver", DRIVERS)
def test_rows_are_those_of_the_answer(sent, driver: str) -> None:
    assert sent(driver, "one_plus_one").rows_received == 1
    batch = sent(driver, "batch")
    assert batch.rows_written == BATCH_ROWS
    assert batch.rows_received == 0
    if driver != "aiopg":
        assert sent(driver, "copy").rows_written == COPY_ROWS


@pytest.mark.parametrize(
    ("driver", "executions"),
    [("asyncpg", BATCH_ROWS), ("psycopg3", BATCH_ROWS), ("psycopg2", 1), ("lib/pq", BATCH_ROWS),
     ("pgx", BATCH_ROWS), ("pg", BATCH_ROWS), ("postgres.js", BATCH_ROWS)],
)  # fmt: skip
def test_a_batch_is_executed_row_by_row_or_merged(sent, driver: str, executions: int) -> None:
    assert sent(driver, "batch").executions == executions


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_query_is_one_transaction(sent, driver: str) -> None:
    assert sent(driver, "pg_type").transactions == 1
    assert sent(driver, "batch").transactions == 1


def test_lib_pq_waits_for_every_row_of_a_batch(sent) -> None:
    found = sent("lib/pq", "batch")
    assert found.prepared == "per-query"
    assert found.round_trips > BATCH_ROWS
    assert found.in_flight == 1
    assert found.other_commands == {"BEGIN": 1, "COMMIT": 1}


@pytest.mark.parametrize("driver", ["asyncpg", "pgx", "psycopg3", "pg", "postgres.js"])
def test_a_pipelined_batch_has_many_executions_under_way(sent, driver: str) -> None:
    assert sent(driver, "batch").in_flight >= 50


@pytest.mark.parametrize("driver", ["asyncpg", "pgx"])
def test_a_pipelined_batch_needs_no_transaction_of_its_own(sent, driver: str) -> None:
    found = sent(driver, "batch")
    assert found.round_trips < 10
    assert found.other_commands == {}


@pytest.mark.parametrize(
    ("driver", "copy"),
    [("asyncpg", "binary"), ("psycopg3", "binary"), ("psycopg2", "text"), ("pg", "text"),
     ("lib/pq", "text"), ("pgx", "binary")],
)  # fmt: skip
def test_the_format_of_copy(sent, driver: str, copy: str) -> None:
    assert sent(driver, "copy").copy == copy


@pytest.mark.parametrize("driver", ["asyncpg", "pgx"])
def test_a_binary_copy_looks_the_table_s_types_up_once(sent, driver: str) -> None:
    found = sent(driver, "copy")
    assert found.other_prepares == 0
    assert found.connecting.prepares == 1


def test_psycopg2_waits_to_be_asked_for_copy_data(sent) -> None:
    found = sent("psycopg2", "copy")
    assert (found.round_trips, found.round_trips_most) == (2, 2)


def test_every_audit_has_its_sentence(audits: Audits) -> None:
    kinds = {query.name: query.file.kind for query in load_queries(QUERIES)}
    for (_, query), audited in audits.items():
        if audited.sent:
            text = sentence(audited.sent, kinds[query])
            assert text.endswith(".")
            assert "round trip" in text
