"""What each driver sends, found by running its runner once through a recording proxy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import msgspec

from pgbench_drivers.audit.conversation import Conversation
from pgbench_drivers.audit.facts import AuditError, sent
from pgbench_drivers.audit.usage import breach, unseen
from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.config.registry import DriverSpec
from pgbench_drivers.execution.bench import Bench
from pgbench_drivers.execution.cell import cpu_not_read, run_step
from pgbench_drivers.plan.plan import CellKey, Step, Windows
from pgbench_drivers.results.audit import Audit
from pgbench_drivers.wire.proxy import Proxy

CONNECTIONS = 2
# No warm-up: the runner's count of the only window is then that of all its queries.
WINDOWS = Windows(warmup_seconds=0.0, measure_seconds=0.2)
# Measured: 0.7 (Go) to 1.7 s (NodeJS).
SECONDS_PER_AUDIT = 1.2


def auditable(
    drivers: Iterable[DriverSpec], queries: Iterable[QuerySpec], runners: Iterable[str]
) -> list[tuple[str, str]]:
    """Driver and query of every audit; a twin (A/A) sends what its original does."""
    runnable = set(runners)
    names = [query.name for query in queries]
    return [
        (driver.name, query)
        for driver in drivers
        if driver.name in runnable and not driver.synthetic and driver.twin_of is None
        for query in names
    ]


def plan_text(pairs: Sequence[tuple[str, str]]) -> str:
    """How many audits, and how long they take, in words."""
    seconds = len(pairs) * SECONDS_PER_AUDIT
    took = f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
    return f"{len(pairs)} pair{'s' * (len(pairs) != 1)} of driver and query, about {took}"


def audit_all(bench: Bench, pairs: Iterable[tuple[str, str]]) -> Iterator[Audit]:
    """The audit of each pair, one after the other.

    Raises psycopg.Error when the server fails the orchestrator itself.
    """
    for driver, query in pairs:
        yield _audit(bench, driver, query)


def _audit(bench: Bench, driver: str, query: str) -> Audit:
    step = Step(CellKey(driver, query, CONNECTIONS), round=0, position=0)
    server = bench.connection
    with Proxy(server.host, server.port, Conversation) as proxy:
        context = replace(
            bench.context(step),
            # What is encrypted cannot be overheard.
            connection=msgspec.structs.replace(server, host=proxy.host, port=proxy.port, tls=None),
            windows=WINDOWS,
            server_cpu=cpu_not_read,
        )
        record = run_step(context)
    usage = bench.drivers[driver].entry.usage
    broken = breach(usage, proxy.listeners)
    if record.round is None:
        assert record.failure is not None
        failed = record.failure
        unsupported = failed.kind == "unsupported"
        return Audit(driver, query, None, failed.reason, unsupported, broken)
    # Each connection runs the query once before the window.
    operations = CONNECTIONS + record.round.queries
    try:
        found = sent(proxy.listeners, bench.job_queries[query], operations)
    except AuditError as error:
        why = str(error)
        return Audit(driver, query, None, why, breach=broken or unseen(usage, why))
    return Audit(driver, query, found, None, breach=broken)
