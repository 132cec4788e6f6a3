"""Every row that declares itself pgbouncer-safe is, for every kind of query."""

from __future__ import annotations

import msgspec
import pytest

from pgbench_drivers.config.options import Options
from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.execution.audit_session import audit
from pgbench_drivers.paths import QUERIES, REGISTRY
from pgbench_drivers.results.audit import Audit

ROWS = [
    "pgstride-pgbouncer",
    "asyncpg-pgbouncer",
    "psycopg3-async-pgbouncer",
    "pg-pgbouncer",
    "postgres.js-pgbouncer",
    "pgx-pgbouncer",
    "pgjdbc-pgbouncer",
    "vertx-pgbouncer",
]
NAMES = ("pg_type", "one_plus_one", "batch", "copy")
REGISTERED = {driver.name: driver for driver in load_registry(REGISTRY)}


@pytest.fixture(scope="module")
def audits() -> dict[tuple[str, str], Audit]:
    """Every row on every kind of query, and a driver that promises what it does not keep."""
    drivers = [REGISTERED[name] for name in ROWS]
    asyncpg = REGISTERED["asyncpg"]
    promising = msgspec.structs.replace(asyncpg.entry, usage="pgbouncer-safe")
    drivers.append(type(asyncpg)("promising", asyncpg.language_title, promising))
    queries = [query for query in load_queries(QUERIES) if query.name in NAMES]
    return {
        (a.driver, a.query): a for a in audit(Options(server="embedded"), drivers, queries, print)
    }


def test_all_of_them_are_in_the_registry_and_in_no_plain_run() -> None:
    declared = {n: d.entry for n, d in REGISTERED.items() if d.entry.usage == "pgbouncer-safe"}
    assert sorted(declared) == sorted(ROWS)
    assert not any(entry.default for entry in declared.values())


@pytest.mark.parametrize("query", NAMES)
@pytest.mark.parametrize("row", ROWS)
def test_it_sends_no_statement_with_a_name(audits, row: str, query: str) -> None:
    audited = audits[row, query]
    if audited.unsupported:
        pytest.skip(audited.failure)
    assert audited.sent is not None, audited.failure
    assert audited.breach is None
    assert not audited.sent.named


@pytest.mark.parametrize("query", NAMES)
def test_a_row_that_does_is_found_out(audits, query: str) -> None:
    audited = audits["promising", query]
    assert audited.sent is not None
    assert "declared pgbouncer-safe, but prepares a statement with a name" in (audited.breach or "")
