"""A cell that is not steady while it is measured is seen, and a steady one is not accused."""

from __future__ import annotations

import numpy as np
import pytest

from pgbench_drivers.analysis.warmup import trends
from pgbench_drivers.results.model import Run
from tests.analysis.truth import TEMPLATE, cell_of_tenths
from tests.results.making import make_run, ok_cell

ROUNDS, CELLS = 5, 20


def tenths(change: float, chance: np.random.Generator, level: float) -> list[int]:
    """Of a window in which the throughput changes by this share, with the chance of counting."""
    rates = level * (1 + change * (np.arange(10) + 0.5) / 10)
    return [int(n) for n in chance.poisson(rates)]


def run(change: float, *, rounds: int = ROUNDS, level: float = 1000, seed: int = 1) -> Run:
    """Steady cells, and one, "moving", whose rounds differ in speed but not in their change."""
    chance = np.random.default_rng(seed)
    cells = [
        cell_of_tenths(f"d{i}", [tenths(0.0, chance, level) for _ in range(rounds)])
        for i in range(CELLS)
    ]
    speeds = chance.uniform(0.8, 1.2, rounds)
    moving = cell_of_tenths("moving", [tenths(change, chance, level * speed) for speed in speeds])
    return make_run(cells=[*cells, moving], rounds=rounds)


@pytest.mark.parametrize("change", [-0.2, 0.2])
def test_a_trend_is_found_with_its_size_and_nothing_else(change: float) -> None:
    found = trends(run(change))
    assert list(found) == [("moving", "q", 8)]
    assert found["moving", "q", 8].ratio == pytest.approx(1 + change, abs=0.05)


@pytest.mark.parametrize(("rounds", "runs"), [(1, 100), (ROUNDS, 20)])
def test_at_most_one_run_in_twenty_accuses_a_steady_cell(rounds: int, runs: int) -> None:
    accused = sum(bool(trends(run(0.0, rounds=rounds, seed=seed))) for seed in range(runs))
    assert accused <= runs / 20


def test_a_trend_too_small_to_matter_is_not_called() -> None:
    assert trends(run(0.03, level=1e6)) == {}


def test_what_is_answered_after_the_window_is_no_rise() -> None:
    counted = [[500] * 9 + [900]] * ROUNDS
    assert trends(make_run(cells=[cell_of_tenths("a", counted)], rounds=ROUNDS)) == {}


def test_one_round_suffices_where_the_trend_is_plain() -> None:
    counted = [[500 + 50 * i for i in range(10)]]
    assert list(trends(make_run(cells=[cell_of_tenths("a", counted)], rounds=1))) == [("a", "q", 8)]


def test_a_stop_in_mid_window_is_no_trend() -> None:
    counted = [[500] * 4 + [0] + [500] * 5] * ROUNDS
    assert trends(make_run(cells=[cell_of_tenths("a", counted)], rounds=ROUNDS)) == {}


def test_too_few_queries_say_nothing() -> None:
    # 8 connections with fewer than ten queries each in a tenth.
    counted = [[50 + 5 * i for i in range(10)]] * ROUNDS
    assert trends(make_run(cells=[cell_of_tenths("a", counted)], rounds=ROUNDS)) == {}


def test_results_without_tenths_say_nothing() -> None:
    assert trends(make_run(cells=[ok_cell("a", "q", [TEMPLATE])], rounds=1)) == {}


def test_the_harness_s_own_rows_are_not_judged() -> None:
    counted = [[500 + 50 * i for i in range(10)]] * ROUNDS
    rows = [cell_of_tenths("null", counted)]
    assert trends(make_run(cells=rows, rounds=ROUNDS, synthetic=frozenset({"null"}))) == {}
    assert trends(make_run(cells=rows, rounds=ROUNDS))
