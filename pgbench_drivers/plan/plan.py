"""The order of a run, and how long it will take."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

# Starting a runner, connecting, verifying, creating tables: measured at
# 0.4 to 1.2 s per step, by language.
OVERHEAD_SECONDS_PER_STEP = 0.8


@dataclass(frozen=True, order=True)
class CellKey:
    """Driver × query × concurrency, and in an open loop × queries due per second."""

    driver: str
    query: str
    concurrency: int
    per_second: float | None = None

    def __str__(self) -> str:
        rate = "" if self.per_second is None else f" / {self.per_second:,.6g} per s"
        return f"{self.driver} / {self.query} / {self.concurrency}{rate}"


@dataclass(frozen=True)
class Step:
    """One round of one cell; `position` is its place in the run, from 0."""

    cell: CellKey
    round: int
    position: int


@dataclass(frozen=True)
class Windows:
    """Warm-up and measured seconds of one round.

    A cell's seconds are spread evenly over its rounds, so that a run takes
    the same time whatever the number of rounds, while the machine's drift
    falls on all cells alike. `warmups` says of drivers how many times as long
    they are warmed up, where that is not once.
    """

    warmup_seconds: float
    measure_seconds: float
    warmups: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def spread(
        cls,
        warmup_seconds: float,
        measure_seconds: float,
        rounds: int,
        warmups: Mapping[str, float] | None = None,
    ) -> Windows:
        """The windows of each of `rounds` rounds of a cell."""
        return cls(warmup_seconds / rounds, measure_seconds / rounds, warmups or {})

    def of(self, driver: str) -> Windows:
        """Those of one driver."""
        return Windows(self.warmup_seconds * self.warmups.get(driver, 1.0), self.measure_seconds)


def make_cells(
    drivers: Iterable[str],
    queries: Iterable[str],
    concurrency: Iterable[int],
    rates: Iterable[float | None] = (None,),
) -> list[CellKey]:
    """Every combination, in the order of the arguments."""
    query_names, levels, per_second = list(queries), list(concurrency), list(rates)
    return [
        CellKey(driver, query, level, rate)
        for driver in drivers
        for query in query_names
        for level in levels
        for rate in per_second
    ]


def make_steps(cells: Sequence[CellKey], rounds: int, seed: int) -> list[Step]:
    """All rounds of all cells: every round is complete before the next, each in its own shuffle."""
    generator = random.Random(seed)
    steps: list[Step] = []
    for number in range(rounds):
        order = list(cells)
        generator.shuffle(order)
        steps += [Step(cell, number, len(steps) + i) for i, cell in enumerate(order)]
    return steps


def make_round_steps(
    cells: Sequence[CellKey], *, number: int, position: int, seed: int
) -> list[Step]:
    """One round more, in a shuffle of its own; `position` is that of its first step."""
    order = list(cells)
    random.Random(f"{seed} {number}").shuffle(order)
    return [Step(cell, number, position + i) for i, cell in enumerate(order)]


def estimate_seconds(steps: Iterable[Step], windows: Windows) -> float:
    """How long the steps will take, in seconds."""
    own = [windows.of(step.cell.driver) for step in steps]
    spent = sum(one.warmup_seconds + one.measure_seconds for one in own)
    return spent + len(own) * OVERHEAD_SECONDS_PER_STEP
