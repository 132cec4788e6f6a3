"""Ratios and the rank test, against what can be counted by hand or simulated."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pgbench_drivers.analysis.two_samples import _tail, p_value, ratio, smallest_p
from tests.analysis.truth import samples

ROUNDS = st.lists(st.floats(0.1, 1e4), min_size=4, max_size=7, unique=True)


def test_the_ratio_is_the_median_of_all_pairs() -> None:
    # 2/1, 4/1, 2/2, 4/2: the middle two are both 2.
    found = ratio([1.0, 2.0], [2.0, 4.0])
    assert found.value == pytest.approx(2.0)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (pytest.approx(1.0), pytest.approx(4.0))
    # Of the six orders of four values, one lies wholly below and one wholly above.
    assert found.interval.confidence == pytest.approx(4 / 6)


def test_one_round_against_one_has_a_ratio_without_an_interval() -> None:
    found = ratio([2.0], [3.0])
    assert found.value == pytest.approx(1.5)
    assert found.interval is None


@pytest.mark.parametrize(("base", "new"), [(1, 4), (3, 3), (4, 5), (5, 2)])
def test_the_distribution_of_u_is_that_of_all_orders(base: int, new: int) -> None:
    places = range(base + new)
    found = [
        sum(sum(1 for other in places if other not in mine and other < place) for place in mine)
        for mine in itertools.combinations(places, base)
    ]
    expected = [np.mean([u <= bound for u in found]) for bound in range(base * new + 1)]
    assert _tail(base, new) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rounds", "two_sided"), [(2, 2 / 6), (3, 2 / 20), (5, 2 / 252), (9, 2 / 48620)]
)
def test_rounds_without_overlap_have_the_smallest_p(rounds: int, two_sided: float) -> None:
    base = [1 + i / 100 for i in range(rounds)]
    new = [2 + i / 100 for i in range(rounds)]
    assert p_value(base, new) == pytest.approx(two_sided)
    assert p_value(base, new, "greater") == pytest.approx(two_sided / 2)
    assert p_value(new, base, "greater") == pytest.approx(1)
    assert smallest_p(rounds, rounds) == pytest.approx(two_sided)
    assert smallest_p(rounds, rounds, "greater") == pytest.approx(two_sided / 2)


def test_ties_are_counted_exactly() -> None:
    # Of the 20 ways to choose three of 1, 1, 1, 2, 2, 2 one gives three ones.
    assert p_value([1.0] * 3, [2.0] * 3, "greater") == pytest.approx(1 / 20)
    assert p_value([1.0] * 3, [1.0] * 3) == pytest.approx(1)


def test_many_rounds_take_the_approximation() -> None:
    base, new = samples(1, 60)[0], samples(1, 60, level=1.1, seed=8)[0]
    assert p_value(list(base), list(new)) < 1e-6


@given(ROUNDS, ROUNDS)
def test_interval_and_test_agree(base: list[float], new: list[float]) -> None:
    assume(len({*base, *new}) == len(base) + len(new))
    logs = [math.log(n / b) for b in base for n in new]
    assume(min(map(abs, logs)) > 1e-9)
    interval = ratio(base, new).interval
    assert interval is not None
    assert interval.holds(1.0) == (p_value(base, new) > 1 - 0.95 + 1e-12)


@given(ROUNDS, ROUNDS)
def test_swapping_the_sides_inverts_the_ratio(base: list[float], new: list[float]) -> None:
    there, back = ratio(base, new), ratio(new, base)
    assert there.value == pytest.approx(1 / back.value)
    assert there.interval is not None
    assert back.interval is not None
    assert there.interval.low == pytest.approx(1 / back.interval.high)


@pytest.mark.parametrize(("rounds", "least"), [(3, 0.9), (4, 0.95), (5, 0.95), (8, 0.95)])
def test_the_interval_covers_the_true_ratio_as_often_as_it_says(rounds: int, least: float) -> None:
    base = samples(2000, rounds)
    new = samples(2000, rounds, level=1.07, seed=8)
    found = [ratio(list(b), list(n)).interval for b, n in zip(base, new, strict=True)]
    assert found[0] is not None
    assert found[0].confidence >= least - 1e-9
    covered = np.mean([interval is not None and interval.holds(1.07) for interval in found])
    assert covered == pytest.approx(found[0].confidence, abs=0.015)
