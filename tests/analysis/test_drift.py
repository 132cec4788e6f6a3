"""A machine that slows down during a run is seen, and an even one is not accused."""

import math
import random

import msgspec
import pytest

from pgbench_drivers.analysis.drift import drift
from pgbench_drivers.results.model import Run
from tests.results.making import make_round, make_run, ok_cell

ROUNDS, CELLS = 4, 8


def run(change: float, *, rounds: int = ROUNDS, cells: int = CELLS, seed: int = 1) -> Run:
    """A run whose throughput changes by this share from first to last step, in 1 % of noise."""
    chance = random.Random(seed)
    last = rounds * cells - 1
    made = []
    for cell in range(cells):
        measured = []
        for index in range(rounds):
            position = index * cells + cell
            speed = math.exp(math.log1p(change) * position / last + chance.gauss(0, 0.01))
            fast = make_round(index, queries=round(100_000 * speed))
            measured.append(msgspec.structs.replace(fast, position=position))
        made.append(ok_cell(f"d{cell}", "q", measured))
    return make_run(cells=made, rounds=rounds)


@pytest.mark.parametrize("change", [-0.1, 0.1])
def test_a_drift_is_found_with_its_size(change: float) -> None:
    found = drift(run(change))
    assert found is not None
    assert found.noticeable
    assert found.ratio == pytest.approx(1 + change, abs=0.03)
    assert found.interval.holds(1 + change)


def test_an_even_machine_has_none() -> None:
    noticed = [found.noticeable for seed in range(20) if (found := drift(run(0.0, seed=seed)))]
    assert sum(noticed) <= 1


@pytest.mark.parametrize(("rounds", "cells"), [(2, 8), (4, 3)])
def test_too_few_rounds_or_cells_say_nothing(rounds: int, cells: int) -> None:
    assert drift(run(-0.5, rounds=rounds, cells=cells)) is None
