"""Runs the steps of a plan against a started server, and journals each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import psycopg

from pgbench_drivers.errors import UserError
from pgbench_drivers.execution.bench import Bench
from pgbench_drivers.execution.cell import StepContext, run_step
from pgbench_drivers.plan.plan import CellKey, Step, Windows
from pgbench_drivers.results.journal import Journal, StepRecord
from pgbench_drivers.server.base import one_line


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
    return run_checked(bench.context(step))


def run_checked(context: StepContext) -> StepRecord:
    """As `run_step`, for a step whose failure must be the driver's; raises ServerLostError."""
    try:
        record = run_step(context)
        if record.failure:
            # Is it the driver's failure, or the server's?
            context.admin.execute("SELECT 1")
    except psycopg.Error as error:
        raise ServerLostError(
            f"the server failed while {context.step.cell} was measured: {one_line(error)}; "
            "what was measured before is kept"
        ) from error
    return record


def cell_of(record: StepRecord) -> CellKey:
    """The cell that a record belongs to."""
    return CellKey(record.driver, record.query, record.concurrency, record.per_second)
