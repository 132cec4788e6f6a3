"""Rounds are added until every driver is known well enough, or time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec

from pgbench_drivers.execution.refine import Goal, refine
from pgbench_drivers.plan.plan import Step, Windows, make_cells, make_steps
from pgbench_drivers.results.journal import Identity, StepRecord
from pgbench_drivers.results.model import Failure
from tests.results.making import make_round

CELLS = make_cells(["a", "b"], ["q", "r"], [8])
IDENTITY = Identity("1.0", "CPython 3", {}, "best mode")
TEMPLATE = make_round(0)


def record(step: Step) -> StepRecord:
    """A round with some noise, which averages out."""
    rows = 1000 + 10 * (step.round % 3)
    measured = msgspec.structs.replace(
        TEMPLATE, index=step.round, position=step.position, rows=rows
    )
    return StepRecord(*_cell(step), IDENTITY, measured, None)


def failure(step: Step) -> StepRecord:
    return StepRecord(*_cell(step), IDENTITY, None, Failure(step.round, "crash", "boom"))


def _cell(step: Step) -> tuple[str, str, int]:
    return step.cell.driver, step.cell.query, step.cell.concurrency


def refined(
    precision: float,
    first: Sequence[StepRecord],
    *,
    seconds: float = 1000.0,
    outcome: Callable[[Step], StepRecord] = record,
) -> tuple[list[list[Step]], list[str]]:
    """The rounds that were added, and what was said."""
    added: list[list[Step]] = []
    said: list[str] = []

    def measure(steps: Sequence[Step], known: Sequence[StepRecord]) -> list[StepRecord]:
        added.append(list(steps))
        return [*known, *map(outcome, steps)]

    goal = Goal(precision, time.monotonic() + seconds, Windows(1, 1), 1)
    refine(goal, CELLS, first, measure, said.append)
    return added, said


FIRST = [record(step) for step in make_steps(CELLS, 2, 1)]


def test_what_is_precise_enough_gets_no_further_round() -> None:
    added, said = refined(1.0, FIRST)
    assert added == []
    assert said[0].startswith("every headline interval is within ±")


def test_whole_rounds_are_added_until_all_are_precise() -> None:
    added, said = refined(0.005, FIRST)
    assert len(added) > 2
    for number, steps in enumerate(added, start=2):
        assert sorted(step.cell for step in steps) == sorted(CELLS)
        assert {step.round for step in steps} == {number}
    positions = [step.position for steps in added for step in steps]
    assert positions == list(range(8, 8 + len(positions)))
    assert said[-1].startswith("every headline interval is within ±")


def test_time_ends_it() -> None:
    added, said = refined(0.0001, FIRST, seconds=1)
    assert added == []
    assert said[-1].startswith("--max-time is up: ")
    assert said[-1].endswith("not ±0.01%")


def test_a_driver_that_failed_is_left_out_then_and_later() -> None:
    broken = [failure(step) for step in make_steps(CELLS[:1], 1, 1)]
    added, _ = refined(0.005, [r for r in FIRST if r.driver == "b"] + broken)
    assert {step.cell.driver for steps in added for step in steps} == {"b"}
    added, said = refined(0.005, FIRST, outcome=failure)
    assert len(added) == 1
    assert len(said) == 1


def test_an_interrupted_round_is_completed_first() -> None:
    half = [record(step) for step in make_steps(CELLS, 3, 1)][:-1]
    added, _ = refined(0.005, half)
    assert {step.round for step in added[0]} == {2}
