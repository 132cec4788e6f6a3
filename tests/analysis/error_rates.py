"""How often intervals hold the truth and the gate errs, on simulated rounds.

`python -m tests.analysis.error_rates` prints the tables of docs/methodology.md;
it takes some minutes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from pgbench_drivers.analysis.comparison import compare
from pgbench_drivers.analysis.estimate import interval_of
from pgbench_drivers.analysis.gating import judge
from pgbench_drivers.analysis.geomean import geometric_mean, geometric_ratio
from pgbench_drivers.analysis.interval import Interval
from pgbench_drivers.analysis.summary import metric
from pgbench_drivers.analysis.two_samples import ratio
from pgbench_drivers.analysis.warmup import trends
from pgbench_drivers.results.model import Cell, Run
from tests.analysis.truth import cell_of_tenths, costing_cell
from tests.results.making import make_run

ROUNDS = (2, 3, 5, 6, 10, 20)
QUERIES = 7
SAMPLES = 2000
RUNS = 1000
STEADY_CELLS = 50
TREND_RUNS = 400
CPU = [metric("client_cpu_us_per_query")]

Noise = Callable[[np.random.Generator, int], np.ndarray]


def even(chance: np.random.Generator, rounds: int) -> np.ndarray:
    """Lognormal, 3 %."""
    return np.exp(chance.normal(0, 0.03, rounds))


def disturbed(chance: np.random.Generator, rounds: int) -> np.ndarray:
    """The same, and one round in ten is 5 to 25 % slower, as on a shared machine."""
    hit = chance.random(rounds) < 0.1
    return even(chance, rounds) * np.where(hit, 1 + chance.uniform(0.05, 0.25, rounds), 1.0)


def main() -> None:
    """Print all tables."""
    for noise in (even, disturbed):
        print(f"\n{noise.__doc__}\n\nrounds   " + " ".join(f"{n:>6}" for n in ROUNDS))
        for title, cover in COVERAGES.items():
            print(f"{title:<28}" + " ".join(f"{cover(noise, n):6.1%}" for n in ROUNDS))
        for goal in (0.02, 0.01):
            covered, rounds = when_precise(noise, goal)
            print(f"--precision {goal:.0%}: {covered:.1%} after {rounds:.1f} rounds on average")
        print(f"\ncompare, {QUERIES} equal cells: a difference is seen in")
        for rounds in (5, 6, 10):
            print(f"  {rounds} rounds: {false_differences(noise, rounds):.1%} of runs")
        for rounds in (5, 10):
            print(
                f"gate, {QUERIES} cells of {rounds} rounds, threshold 5 %: a regression is seen in"
            )
            for slower in (1.0, 1.03, 1.05, 1.07, 1.1, 1.15):
                seen = alarms(noise, slower, rounds)
                print(f"  {slower:.2f} × the CPU on one query: {seen:.1%} of runs")
        print_trends(noise)
        for later in (1.0, 1.05):
            print(f"both sides in turns, 8 rounds, the machine {later:.2f} × as slow when again")
            for slower in (1.0, 1.03, 1.05, 1.07, 1.1, 1.15):
                seen = alarms(noise, slower, 8, together=True, later=later)
                print(f"  {slower:.2f} × the CPU on one query: {seen:.1%} of runs")


def print_trends(noise: Noise) -> None:
    """How often the warm-up check sees what is there, and what is not."""
    for rounds in (1, 5, 10):
        print(f"warm-up check, {STEADY_CELLS} steady cells and one, {rounds} rounds")
        for change in (0.0, 0.05, 0.10, 0.15, 0.20):
            steady, moving = trends_seen(noise, change, rounds)
            print(f"  +{change:.0%}: it is seen in {moving:.1%} of runs, another in {steady:.1%}")


def trends_seen(noise: Noise, change: float, rounds: int) -> tuple[float, float]:
    """Shares of runs in which a steady cell is said to move, and one that moves so much."""
    chance = np.random.default_rng(6)
    rate = 10_000 * (1 + change * (np.arange(10) + 0.5) / 10)

    def cell(driver: str, rates: np.ndarray | float) -> Cell:
        counted = [(rates / noise(chance, 10)).astype(int).tolist() for _ in range(rounds)]
        return cell_of_tenths(driver, counted)

    steady = moving = 0
    for _ in range(TREND_RUNS):
        cells = [cell(f"d{i}", 10_000.0) for i in range(STEADY_CELLS)]
        found = trends(make_run(cells=[*cells, cell("moving", rate)], rounds=rounds))
        moving += ("moving", "q", 8) in found
        steady += any(driver != "moving" for driver, _, _ in found)
    return steady / TREND_RUNS, moving / TREND_RUNS


def share_that_hold(truth: float, intervals: Iterator[Interval | None]) -> float:
    """The share of intervals that hold the truth."""
    return float(np.mean([found is not None and found.holds(truth) for found in intervals]))


def of_statistic(noise: Noise, rounds: int, statistic: Callable[..., float]) -> float:
    """Coverage of a cell's interval; its truth from a million rounds."""
    truth = float(statistic(noise(np.random.default_rng(0), 1_000_000)))
    chance = np.random.default_rng(1)
    samples = SAMPLES if rounds < 6 else SAMPLES // 2
    return share_that_hold(
        truth, (interval_of(noise(chance, rounds).tolist(), statistic) for _ in range(samples))
    )


def of_ratio(noise: Noise, rounds: int) -> float:
    """Coverage of the ratio of two cells."""
    chance = np.random.default_rng(2)

    def interval() -> Interval | None:
        return ratio(noise(chance, rounds), 1.1 * noise(chance, rounds)).interval

    return share_that_hold(1.1, (interval() for _ in range(SAMPLES)))


def of_mean_ratio(noise: Noise, rounds: int) -> float:
    """Coverage of the ratio of two geometric means."""
    chance = np.random.default_rng(3)

    def samples(level: float) -> list[list[float]]:
        return [(level * noise(chance, rounds)).tolist() for _ in range(QUERIES)]

    return share_that_hold(
        1.1, (geometric_ratio(samples(1.0), samples(1.1)).interval for _ in range(SAMPLES))
    )


COVERAGES: dict[str, Callable[[Noise, int], float]] = {
    "median of a cell": lambda noise, n: of_statistic(noise, n, np.median),
    "mean of a cell": lambda noise, n: of_statistic(noise, n, np.mean),
    "ratio of two cells": of_ratio,
    f"ratio of means, {QUERIES} queries": of_mean_ratio,
}


def a_run(
    noise: Noise,
    chance: np.random.Generator,
    rounds: int,
    slower: float = 1.0,
    machine: float = 1.0,
) -> Run:
    """One driver on all queries, whose first one may be slower, as may be the machine."""
    factors: Sequence[float] = [slower, *itertools.repeat(1.0, QUERIES - 1)]
    cells = [
        costing_cell("d", f"q{i}", (10 * machine * factor * noise(chance, rounds)).tolist())
        for i, factor in enumerate(factors)
    ]
    return make_run(cells=cells, rounds=rounds)


def when_precise(noise: Noise, goal: float) -> tuple[float, float]:
    """Coverage of a mean over four queries when rounds end with its being precise, and rounds."""
    chance = np.random.default_rng(6)
    truth = float(np.exp(np.mean(np.log(noise(np.random.default_rng(0), 1_000_000)))))
    covered, total = 0, 0
    for _ in range(RUNS):
        samples = [list(noise(chance, 5)) for _ in range(4)]
        interval = geometric_mean(samples).interval
        while interval and math.sqrt(interval.high / interval.low) - 1 > goal:
            for sample in samples:
                sample += list(noise(chance, 1))
            interval = geometric_mean(samples).interval
        covered += interval is not None and interval.holds(truth)
        total += len(samples[0])
    return covered / RUNS, total / RUNS


def false_differences(noise: Noise, rounds: int) -> float:
    """How often `compare` sees anything faster or slower between equal runs."""
    chance = np.random.default_rng(4)
    seen = 0
    for _ in range(RUNS):
        found = compare(a_run(noise, chance, rounds), a_run(noise, chance, rounds), CPU)
        seen += any(cell.verdict in ("faster", "slower") for cell in found.cells)
    return seen / RUNS


def alarms(
    noise: Noise, slower: float, rounds: int, *, together: bool = False, later: float = 1.0
) -> float:
    """How often the gate fails, with both of its measurements.

    With `together` it measures both sides each time, the second time on a
    machine that has become `later` times as slow.
    """
    chance = np.random.default_rng(5)
    seen = 0
    for _ in range(RUNS):
        base, first = a_run(noise, chance, rounds), a_run(noise, chance, rounds, slower)
        again = a_run(noise, chance, rounds, slower, later)
        base_again = a_run(noise, chance, rounds, machine=later) if together else None
        judgement = judge(
            base, first, again, CPU, 0.05,
            confirm=True, baseline_again=base_again, together=together,
        )  # fmt: skip
        seen += judgement.outcome == "regression"
    return seen / RUNS


if __name__ == "__main__":
    main()
