"""Measuring what drivers cost beyond time: server, runners, interleaved rounds, document."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import psycopg

from pgbench_drivers import signals
from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.config.registry import DriverSpec
from pgbench_drivers.contract.messages import JobQuery
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution import environment, facts
from pgbench_drivers.execution.allocating import Counting, count_allocations, prepare_counting
from pgbench_drivers.execution.bench import Bench, bench_on
from pgbench_drivers.execution.cell import cpu_not_read
from pgbench_drivers.execution.costing import observe
from pgbench_drivers.execution.executor import Observer
from pgbench_drivers.execution.perf_events import Counter, Name, available
from pgbench_drivers.execution.preparing import Prepared, Say, prepare_runners
from pgbench_drivers.plan.plan import CellKey, Step, Windows, make_steps
from pgbench_drivers.results import storage
from pgbench_drivers.results.cost import (
    FORMAT_VERSION,
    AllocationCount,
    Cost,
    CostFailure,
    CostOptions,
    Observation,
)
from pgbench_drivers.results.journal import StepRecord
from pgbench_drivers.results.model import Driver, Environment
from pgbench_drivers.results.model import Server as ServerFacts
from pgbench_drivers.server import Server, choose_server
from pgbench_drivers.server.base import one_line

COST_NAME = "cost.json"
# One query of a large answer takes longer than the window. The warm-up is over before the
# runner has freed the answer that it verified, which may take longer than a window too.
ONCE = Windows(warmup_seconds=0.01, measure_seconds=0.25)

Outcome = Observation | AllocationCount | None


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

    def counted_cells(self, silent: Collection[str]) -> list[CellKey]:
        """The cells whose allocations are counted: not those of languages that tell nothing."""
        asked = self.options
        return [
            CellKey(driver.name, query, asked.connections)
            for driver in (*self.drivers, *self.nulls)
            if driver.entry.language not in silent
            for query in asked.counted
        ]


@dataclass
class _Ledger:
    """What is known so far, and the document of it, which is on disk after every step."""

    header: Cost
    path: Path
    observations: list[Observation] = field(default_factory=list)
    allocations: list[AllocationCount] = field(default_factory=list)
    failures: list[CostFailure] = field(default_factory=list)
    drivers: dict[str, Driver] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.drivers = {driver.name: driver for driver in self.header.drivers}

    def add(self, record: StepRecord, outcome: Outcome) -> None:
        """Keep the outcome of a step."""
        if record.identity:
            said = record.identity
            self.drivers[record.driver] = msgspec.structs.replace(
                self.drivers[record.driver],
                version=said.version,
                runtime=said.runtime,
                components=said.components,
            )
        if isinstance(outcome, Observation):
            self.observations.append(outcome)
        if isinstance(outcome, AllocationCount):
            self.allocations.append(outcome)
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
            allocations=self.allocations,
            failures=self.failures,
        )
        storage.write(document, self.path)
        return document


def measure(request: CostRequest, observer: Observer, say: Say) -> Cost:
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
    server: Server, request: CostRequest, prepared: Prepared, observer: Observer, say: Say
) -> Cost:
    machine = environment.describe()
    with bench_on(
        server,
        drivers=[*request.drivers, *request.nulls],
        queries=list(request.queries.values()),
        runners=prepared.runners,
        windows=ONCE,
        seed=request.options.seed,
        timeout_seconds=request.timeout_seconds,
        say=say,
    ) as bench:
        counters, unavailable = available()
        counting = prepare_counting(_languages(request), say)
        header = _header(
            request,
            prepared,
            server=facts.server_facts(server),
            job_queries=bench.job_queries,
            machine=machine,
            unavailable=unavailable,
            untold=counting.untold,
        )
        request.directory.mkdir(parents=True, exist_ok=True)
        ledger = _Ledger(header, request.directory / COST_NAME)
        # Nobody asks for the server's CPU, and reading it takes the machine some.
        ways = _Ways(replace(bench, server_cpu=cpu_not_read), request.options, counters, counting)
        try:
            _run(ways, request, ledger, observer)
        except BaseException:
            signals.hold()
            say("ending: runners, tables and server are put away")
            raise
        signals.hold()
        return ledger.write(complete=True)


def _languages(request: CostRequest) -> set[str]:
    return {driver.entry.language for driver in request.drivers}


@dataclass(frozen=True)
class _Ways:
    """How a step is looked at: from outside, or by its own count of allocations."""

    bench: Bench
    asked: CostOptions
    counters: Mapping[Name, Counter]
    counting: Counting

    def observe(self, step: Step) -> tuple[StepRecord, Observation | None]:
        counts = step.cell.concurrency > 1
        threads = self.bench.drivers[step.cell.driver].entry.client == "threads"
        return observe(
            self.bench.context(step),
            _windows(self.asked, threads=threads) if counts else ONCE,
            self.counters if counts else {},
            memory=not counts,
            threads_end=threads,
        )

    def count(self, step: Step) -> tuple[StepRecord, AllocationCount | None]:
        windows = Windows(self.asked.warmup_seconds, self.asked.window_seconds)
        return count_allocations(self.bench.context(step), windows, self.counting)


def _run(ways: _Ways, request: CostRequest, ledger: _Ledger, observer: Observer) -> None:
    """The steps one after the other; a cell that has failed is not run again.

    Allocations are counted last: they do not drift with the machine.
    """
    asked = request.options
    runners = ways.bench.runners
    seen = [cell for cell in request.cells() if cell.driver in runners]
    counted = [
        cell for cell in request.counted_cells(ways.counting.silent) if cell.driver in runners
    ]
    first = make_steps(seen, asked.rounds, asked.seed)
    last = [
        replace(step, position=len(first) + step.position)
        for step in make_steps(counted, asked.rounds, asked.seed)
    ]
    observer.planned([*first, *last], Windows(asked.warmup_seconds, asked.window_seconds))
    failed: set[CellKey] = set()
    for look, steps in ((ways.observe, first), (ways.count, last)):
        for step in steps:
            if step.cell in failed:
                observer.step_skipped(step)
                continue
            observer.step_started(step)
            record, outcome = look(step)
            if record.failure:
                failed.add(step.cell)
            ledger.add(record, outcome)
            observer.step_finished(step, record)


def _windows(asked: CostOptions, *, threads: bool) -> Windows:
    """Without a warm-up where its threads would have ended, and their counts with them."""
    return Windows(0.0 if threads else asked.warmup_seconds, asked.window_seconds)


def _header(
    request: CostRequest,
    prepared: Prepared,
    *,
    server: ServerFacts,
    job_queries: Mapping[str, JobQuery],
    machine: Environment,
    unavailable: Mapping[Name, str],
    untold: Mapping[str, str],
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
        untold=dict(untold),
    )
