"""Runs the steps of a plan against a started server, and journals each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg

from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.config.registry import DriverSpec
from pgbench_drivers.contract.messages import ArrivalProcess, Arrivals, Connection, JobQuery
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution.cell import StepContext, run_step
from pgbench_drivers.execution.runner_process import RunnerCommand
from pgbench_drivers.execution.stage import Stage
from pgbench_drivers.plan.plan import CellKey, Step, Windows
from pgbench_drivers.results.audit import Sent
from pgbench_drivers.results.journal import Journal, StepRecord
from pgbench_drivers.server.base import one_line

SEEDS_PER_ROUND = 2
"""A job's seed is that of its measured window; the warm-up takes the next."""

SEEDS = 2**53
"""Whole numbers below it are exact in every language's JSON."""


class Observer(Protocol):
    """Who wants to know how the run goes."""

    def planned(self, steps: Sequence[Step], windows: Windows) -> None:
        """All steps of the run, those of an earlier part of it included."""

    def extended(self, steps: Sequence[Step]) -> None:
        """Further steps, since the figures were not precise enough."""

    def step_started(self, step: Step) -> None:
        """A step begins."""

    def step_finished(self, step: Step, record: StepRecord) -> None:
        """A step has ended and is on disk."""

    def step_skipped(self, step: Step) -> None:
        """A step needs no run: its cell failed before, or an earlier run measured it."""


class ServerLostError(UserError):
    """The server went away in mid-run."""


@dataclass(frozen=True)
class Bench:
    """Everything that the steps of one run have in common.

    With `arrivals` it is an open loop; `sent`, what the audit saw, is by driver and query.
    """

    drivers: Mapping[str, DriverSpec]
    queries: Mapping[str, QuerySpec]
    job_queries: Mapping[str, JobQuery]
    runners: Mapping[str, RunnerCommand]
    schema: str
    connection: Connection
    admin: psycopg.Connection[Any]
    windows: Windows
    seed: int
    timeout_seconds: float
    client_cpus: frozenset[int] | None
    server_cpu: Callable[[], float | None]
    stage: Stage | None = None
    sent: Mapping[tuple[str, str], Sent] = field(default_factory=dict)
    arrivals: ArrivalProcess | None = None

    def context(self, step: Step) -> StepContext:
        """What one step needs; all cells of a round get one seed, and so one schedule."""
        driver = self.drivers[step.cell.driver]
        return StepContext(
            step=step,
            spec=self.queries[step.cell.query],
            query=self.job_queries[step.cell.query],
            schema=self.schema,
            adapter=driver.entry.adapter,
            options=driver.entry.options,
            synthetic=driver.synthetic,
            runner=self.runners[step.cell.driver],
            connection=self.connection,
            admin=self.admin,
            windows=self.windows,
            seed=(self.seed + SEEDS_PER_ROUND * step.round) % SEEDS,
            timeout_seconds=self.timeout_seconds,
            client_cpus=self.client_cpus,
            server_cpu=self.server_cpu,
            stage=self.stage,
            sent=self.sent.get((step.cell.driver, step.cell.query)),
            arrivals=self._arrivals(step.cell.per_second),
        )

    def _arrivals(self, per_second: float | None) -> Arrivals | None:
        if self.arrivals is None or per_second is None:
            return None
        return Arrivals(self.arrivals, per_second)


def execute(
    bench: Bench,
    steps: Sequence[Step],
    earlier: Sequence[StepRecord],
    journal: Journal,
    observer: Observer,
) -> list[StepRecord]:
    """Run the steps that `earlier` does not hold; returns all records.

    A cell that has failed is not run again in later rounds. Raises
    ServerLostError when the server no longer answers.
    """
    records = list(earlier)
    done = {(cell_of(r), r.round.index) for r in records if r.round}
    failed = {cell_of(r) for r in records if r.failure}
    for step in steps:
        if step.cell in failed or (step.cell, step.round) in done:
            observer.step_skipped(step)
            continue
        observer.step_started(step)
        record = measure(bench, step)
        journal.append(record)
        records.append(record)
        if record.failure:
            failed.add(step.cell)
        observer.step_finished(step, record)
    return records


def measure(bench: Bench, step: Step) -> StepRecord:
    """Run one step; raises ServerLostError when the server no longer answers."""
    try:
        record = run_step(bench.context(step))
        if record.failure:
            # Is it the driver's failure, or the server's?
            bench.admin.execute("SELECT 1")
    except psycopg.Error as error:
        raise ServerLostError(
            f"the server failed while {step.cell} was measured: {one_line(error)}; "
            "what was measured before is kept, and --resume continues the run"
        ) from error
    return record


def cell_of(record: StepRecord) -> CellKey:
    """The cell that a record belongs to."""
    return CellKey(record.driver, record.query, record.concurrency, record.per_second)
