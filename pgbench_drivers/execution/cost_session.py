"""Measuring what drivers cost beyond time: server, runners, interleaved rounds, document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec
import psycopg

from pgbench_drivers import signals
from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.config.registry import DriverSpec
from pgbench_drivers.contract.messages import Connection, JobQuery
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution import environment, facts, reference
from pgbench_drivers.execution.cell import cpu_not_read
from pgbench_drivers.execution.costing import observe
from pgbench_drivers.execution.executor import Bench
from pgbench_drivers.execution.network import connection_to
from pgbench_drivers.execution.perf_events import Counter, Name, available
from pgbench_drivers.execution.session import Prepared, Say, prepare_runners
from pgbench_drivers.plan.plan import CellKey, Step, Windows, make_steps
from pgbench_drivers.results import storage
from pgbench_drivers.results.cost import (
    FORMAT_VERSION,
    Cost,
    CostFailure,
    CostOptions,
    Observation,
)
from pgbench_drivers.results.journal import StepRecord
from pgbench_drivers.results.model import Driver, Environment
from pgbench_drivers.results.model import Server as ServerFacts
from pgbench_drivers.server import Server, choose_server
from pgbench_drivers.server.admin import admin_connection, temporary_schema
from pgbench_drivers.server.base import one_line

COST_NAME = "cost.json"
# One query of a large answer takes longer than the window. The warm-up is over before the
# runner has freed the answer that it verified, which may take longer than a window too.
ONCE = Windows(warmup_seconds=0.01, measure_seconds=0.25)


@dataclass(frozen=True)
class CostRequest:
    """What to measure, and where to leave the document.

    `nulls` are the rows that show what a language's runner costs without a
    driver; `server` is as the user named it, and may be a DSN.
    """

    options: CostOptions
    drivers: Sequence[DriverSpec]
    nulls: Sequence[DriverSpec]
    queries: Mapping[str, QuerySpec]
    server: str
    timeout_seconds: float
    directory: Path

    def cells(self) -> list[CellKey]:
        """Every cell: start-up and connecting with one and more connections, counts, memory."""
        asked = self.options
        many = list(dict.fromkeys((asked.probe, *asked.counted)))
        kinds = [(asked.probe, 1), *((query, asked.connections) for query in many)]
        if asked.large:
            kinds.append((asked.large, 1))
        own = [CellKey(driver.name, *kind) for driver in self.drivers for kind in kinds]
        return own + [CellKey(null.name, asked.probe, 1) for null in self.nulls]


class CostObserver(Protocol):
    """Who wants to know how it goes."""

    def planned(self, steps: int) -> None:
        """So many steps will be run."""

    def step_started(self, step: Step) -> None:
        """A step begins."""

    def step_failed(self, step: Step, reason: str) -> None:
        """A step gave no figures."""


@dataclass
class _Ledger:
    """What is known so far, and the document of it, which is on disk after every step."""

    header: Cost
    path: Path
    observations: list[Observation] = field(default_factory=list)
    failures: list[CostFailure] = field(default_factory=list)
    drivers: dict[str, Driver] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.drivers = {driver.name: driver for driver in self.header.drivers}

    def add(self, record: StepRecord, observation: Observation | None) -> None:
        """Keep the outcome of a step."""
        if record.identity:
            said = record.identity
            self.drivers[record.driver] = msgspec.structs.replace(
                self.drivers[record.driver],
                version=said.version,
                runtime=said.runtime,
                components=said.components,
            )
        if observation:
            self.observations.append(observation)
        if record.failure:
            self.failures.append(
                CostFailure(
                    record.driver,
                    record.query,
                    record.concurrency,
                    record.failure.reason,
                    unsupported=record.failure.kind == "unsupported",
                )
            )
        self.write(complete=False)

    def write(self, *, complete: bool) -> Cost:
        """Write the document, and return it."""
        document = msgspec.structs.replace(
            self.header,
            finished_at=facts.now(),
            complete=complete,
            drivers=list(self.drivers.values()),
            observations=self.observations,
            failures=self.failures,
        )
        storage.write(document, self.path)
        return document


def measure(request: CostRequest, observer: CostObserver, say: Say) -> Cost:
    """Measure, and return the document, which is on disk as `cost.json`.

    Ctrl-C (KeyboardInterrupt) and errors end server and runners; what was
    measured until then is on disk. Raises UserError.
    """
    prepared = prepare_runners([*request.drivers, *request.nulls], say)
    if not any(driver.name in prepared.runners for driver in request.drivers):
        reasons = "; ".join(sorted(set(prepared.not_run.values())))
        raise UserError(f"no driver can run here: {reasons}")
    server = choose_server(
        request.server,
        pg_version="18",
        transport=request.options.transport,
        connections=request.options.connections,
        say=say,
    )
    try:
        with server:
            return _measure_on(server, request, prepared, observer, say)
    except psycopg.Error as error:
        raise UserError(f"the server failed: {one_line(error)}") from error


def _measure_on(
    server: Server, request: CostRequest, prepared: Prepared, observer: CostObserver, say: Say
) -> Cost:
    machine = environment.describe()
    with admin_connection(server.endpoint) as admin, temporary_schema(admin) as schema:
        say("asking the server for the right answers")
        specs = request.queries.values()
        job_queries = {spec.name: reference.job_query(admin, spec, schema) for spec in specs}
        counters, unavailable = available()
        header = _header(
            request,
            prepared,
            server=facts.server_facts(server),
            job_queries=job_queries,
            machine=machine,
            unavailable=unavailable,
        )
        request.directory.mkdir(parents=True, exist_ok=True)
        ledger = _Ledger(header, request.directory / COST_NAME)
        bench = _bench(
            request,
            prepared,
            connection=connection_to(server.endpoint),
            job_queries=job_queries,
            admin=admin,
            schema=schema,
        )
        try:
            for record, observation in _observed(bench, request, counters, observer):
                ledger.add(record, observation)
        except BaseException:
            signals.hold()
            say("ending: runners, tables and server are put away")
            raise
        signals.hold()
        return ledger.write(complete=True)


def _observed(
    bench: Bench,
    request: CostRequest,
    counters: Mapping[Name, Counter],
    observer: CostObserver,
) -> Iterator[tuple[StepRecord, Observation | None]]:
    """The steps one after the other; a cell that has failed is not run again."""
    asked = request.options
    cells = [cell for cell in request.cells() if cell.driver in bench.runners]
    steps = make_steps(cells, asked.rounds, asked.seed)
    observer.planned(len(steps))
    failed: set[CellKey] = set()
    for step in steps:
        observer.step_started(step)
        if step.cell in failed:
            continue
        counts = step.cell.concurrency > 1
        threads = bench.drivers[step.cell.driver].entry.client == "threads"
        record, observation = observe(
            bench.context(step),
            _windows(asked, threads=threads) if counts else ONCE,
            counters if counts else {},
            memory=not counts,
            threads_end=threads,
        )
        if record.failure:
            # Is it the driver's failure, or the server's?
            bench.admin.execute("SELECT 1")
            failed.add(step.cell)
            observer.step_failed(step, record.failure.reason)
        yield record, observation


def _windows(asked: CostOptions, *, threads: bool) -> Windows:
    """Without a warm-up where its threads would have ended, and their counts with them."""
    return Windows(0.0 if threads else asked.warmup_seconds, asked.window_seconds)


def _bench(
    request: CostRequest,
    prepared: Prepared,
    *,
    connection: Connection,
    job_queries: Mapping[str, JobQuery],
    admin: psycopg.Connection[Any],
    schema: str,
) -> Bench:
    return Bench(
        drivers={driver.name: driver for driver in (*request.drivers, *request.nulls)},
        queries=request.queries,
        job_queries=job_queries,
        runners=prepared.runners,
        schema=schema,
        connection=connection,
        admin=admin,
        windows=ONCE,
        seed=request.options.seed,
        timeout_seconds=request.timeout_seconds,
        client_cpus=None,
        server_cpu=cpu_not_read,
    )


def _header(
    request: CostRequest,
    prepared: Prepared,
    *,
    server: ServerFacts,
    job_queries: Mapping[str, JobQuery],
    machine: Environment,
    unavailable: Mapping[Name, str],
) -> Cost:
    started = facts.now()
    specs = request.queries.values()
    return Cost(
        kind="cost",
        format_version=FORMAT_VERSION,
        started_at=started,
        finished_at=started,
        complete=False,
        options=request.options,
        environment=machine,
        server=server,
        queries=[facts.query_facts(spec, job_queries[spec.name]) for spec in specs],
        drivers=[
            facts.driver_facts(spec, prepared.not_run)
            for spec in (*request.drivers, *request.nulls)
        ],
        observations=[],
        failures=[],
        unavailable={str(name): reason for name, reason in unavailable.items()},
        warnings=environment.warnings(machine),
    )
