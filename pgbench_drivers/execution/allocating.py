"""What a runner allocates in a window, where its runtime tells that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pgbench_drivers.contract.messages import Allocations, Event, Finished
from pgbench_drivers.execution.cell import StepContext
from pgbench_drivers.execution.executor import run_checked
from pgbench_drivers.execution.witness import Nobody
from pgbench_drivers.plan.plan import Windows
from pgbench_drivers.results.cost import AllocationCount
from pgbench_drivers.results.journal import StepRecord
from pgbench_drivers.server.base import Say
from pgbench_drivers.toolchains import ToolchainError
from pgbench_drivers.toolchains.c import build_allocations_library

# Where Python's runner finds its library.
LIBRARY_VARIABLE = "PGBENCH_ALLOCATIONS_LIBRARY"

_SILENT = {
    "bun": "Bun tells how large its heap is, not what was allocated on it",
    "c": "nothing counts what malloc gives",
    "rust": "counting them needs an allocator of the runner's own, which would cost every window",
}
_PARTLY = {"node": "V8 tells how many bytes were allocated, not how many objects"}


@dataclass(frozen=True)
class Counting:
    """Which languages' runners are not asked, and what the others need to count.

    `untold` is why a language does not tell all: it may be asked for the rest.
    """

    silent: frozenset[str]
    untold: Mapping[str, str]
    environment: Mapping[str, str]


def prepare_counting(languages: Iterable[str], say: Say) -> Counting:
    """What counting takes for the runners of these languages."""
    wanted = set(languages)
    silent = {name: reason for name, reason in _SILENT.items() if name in wanted}
    environment = {}
    if "python" in wanted:
        try:
            environment[LIBRARY_VARIABLE] = str(build_allocations_library(say))
        except ToolchainError as error:
            silent["python"] = str(error)
    partly = {name: reason for name, reason in _PARTLY.items() if name in wanted}
    return Counting(frozenset(silent), {**silent, **partly}, environment)


class _Listener(Nobody):
    """A witness that keeps what the measured window allocated."""

    def __init__(self) -> None:
        self.allocations: Allocations | None = None

    def heard(self, event: Event) -> None:
        if isinstance(event, Finished) and event.window == "measure":
            self.allocations = event.allocations


def count_allocations(
    context: StepContext, windows: Windows, counting: Counting
) -> tuple[StepRecord, AllocationCount | None]:
    """Run a step and count; there is nothing when it failed, or its runner told nothing.

    Raises UserError when the server fails.
    """
    listener = _Listener()
    runner = context.runner
    counted = replace(
        context,
        windows=windows,
        witness=listener,
        count_allocations=True,
        runner=replace(runner, environment={**runner.environment, **counting.environment}),
    )
    record = run_checked(counted)
    measured, allocations = record.round, listener.allocations
    if measured is None or allocations is None:
        return record, None
    return record, AllocationCount(
        driver=record.driver,
        query=record.query,
        connections=record.concurrency,
        round=measured.index,
        position=measured.position,
        started_at=measured.started_at,
        queries=measured.queries,
        rows=measured.rows,
        count=allocations.count,
        bytes=allocations.bytes,
    )
