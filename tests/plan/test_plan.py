"""The plan: complete, shuffled, repeatable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgbench_drivers.plan.plan import (
    Windows,
    estimate_seconds,
    make_cells,
    make_round_steps,
    make_steps,
)

CELLS = make_cells(["a", "b", "c"], ["q", "r"], [1, 8])


@given(rounds=st.integers(1, 6), seed=st.integers(0, 2**32))
def test_every_round_holds_every_cell_once(rounds: int, seed: int) -> None:
    steps = make_steps(CELLS, rounds, seed)
    assert [s.position for s in steps] == list(range(rounds * len(CELLS)))
    for number in range(rounds):
        of_round = [s.cell for s in steps if s.round == number]
        assert sorted(of_round) == sorted(CELLS)
        positions = [s.position for s in steps if s.round == number]
        assert positions == list(range(number * len(CELLS), (number + 1) * len(CELLS)))


def test_the_seed_decides_the_order() -> None:
    assert make_steps(CELLS, 3, 1) == make_steps(CELLS, 3, 1)
    assert make_steps(CELLS, 3, 1) != make_steps(CELLS, 3, 2)


def test_rounds_are_shuffled_anew() -> None:
    steps = make_steps(CELLS, 2, 1)
    half = len(CELLS)
    assert [s.cell for s in steps[:half]] != [s.cell for s in steps[half:]]


def test_one_round_more_goes_on_where_the_plan_ended() -> None:
    more = make_round_steps(CELLS, number=3, position=36, seed=1)
    assert sorted(step.cell for step in more) == sorted(CELLS)
    assert {step.round for step in more} == {3}
    assert [step.position for step in more] == list(range(36, 36 + len(CELLS)))
    assert more == make_round_steps(CELLS, number=3, position=36, seed=1)
    other = make_round_steps(CELLS, number=4, position=36, seed=1)
    assert [step.cell for step in other] != [step.cell for step in more]


def test_a_cell_s_seconds_do_not_depend_on_its_rounds() -> None:
    one, five = Windows.spread(5, 10, 1), Windows.spread(5, 10, 5)
    assert (one.warmup_seconds, one.measure_seconds) == (5, 10)
    assert (five.warmup_seconds * 5, five.measure_seconds * 5) == (5, 10)
    assert estimate_seconds(make_steps(CELLS[:1], 1, seed=1), one) > 15


def test_a_driver_s_longer_warm_up_is_its_own() -> None:
    windows = Windows.spread(5, 10, 5, {"slow": 10})
    assert windows.of("slow") == Windows(10, 2)
    assert windows.of("other") == Windows(1, 2)
    slow, other = (
        estimate_seconds(make_steps(make_cells([name], ["q"], [8]), 5, seed=1), windows)
        for name in ("slow", "other")
    )
    assert slow - other == pytest.approx(5 * 9)
