"""Further rounds of the headline's cells, until all of them are precise enough or time is up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pgbench_drivers.analysis.precision import widest
from pgbench_drivers.execution.executor import cell_of
from pgbench_drivers.plan.plan import CellKey, Step, Windows, estimate_seconds, make_round_steps
from pgbench_drivers.results.journal import StepRecord
from pgbench_drivers.results.model import Round

Measure = Callable[[Sequence[Step], Sequence[StepRecord]], list[StepRecord]]


@dataclass(frozen=True)
class Goal:
    """How narrow the intervals shall be, as a share, and at which time (monotonic) to give up."""

    precision: float
    deadline: float
    windows: Windows
    seed: int


def refine(
    goal: Goal,
    cells: Sequence[CellKey],
    records: Sequence[StepRecord],
    measure: Measure,
    say: Callable[[str], None],
) -> None:
    """Have whole rounds of `cells` measured, so that drift goes on falling on all drivers alike.

    `measure` runs steps and returns the records it was given and theirs. A
    driver that failed one of the cells is left out.
    """
    known = list(records)
    while measured := _by_driver(cells, known):
        width, driver = widest(measured)
        if width <= goal.precision:
            say(f"every headline interval is within ±{width:.2%} ({driver} has the widest)")
            return
        steps = _next_round([c for c in cells if c.driver in measured], known, goal.seed)
        if time.monotonic() + estimate_seconds(steps, goal.windows) > goal.deadline:
            say(f"--max-time is up: {driver} is known to ±{width:.2%}, not ±{goal.precision:.2%}")
            return
        known_to = "not known yet" if math.isinf(width) else f"known to ±{width:.2%}"
        say(f"one round more: {driver} is {known_to}")
        known = measure(steps, known)


def _next_round(cells: Sequence[CellKey], known: Sequence[StepRecord], seed: int) -> list[Step]:
    """The first round that some of the cells lack: one that was interrupted is completed."""
    last = dict.fromkeys(cells, -1)
    position = 0
    for record in known:
        if record.round is None:
            continue
        position = max(position, record.round.position)
        if cell_of(record) in last:
            last[cell_of(record)] = max(last[cell_of(record)], record.round.index)
    return make_round_steps(cells, number=1 + min(last.values()), position=1 + position, seed=seed)


def _by_driver(
    cells: Sequence[CellKey], records: Sequence[StepRecord]
) -> dict[str, dict[str, list[Round]]]:
    """Rounds of every cell, by driver and cell, of the drivers that failed none of them."""
    wanted = set(cells)
    failed = {r.driver for r in records if r.failure and cell_of(r) in wanted}
    found: dict[str, dict[str, list[Round]]] = {
        cell.driver: {} for cell in cells if cell.driver not in failed
    }
    for cell in cells:
        if cell.driver in found:
            found[cell.driver][str(cell)] = []
    for record in records:
        cell = cell_of(record)
        if record.round and cell in wanted and cell.driver in found:
            found[cell.driver][str(cell)].append(record.round)
    return found
