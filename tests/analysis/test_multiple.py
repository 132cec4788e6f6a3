"""Holm's correction, on a case worked out by hand and by its promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgbench_drivers.analysis.multiple import ALPHA, holm
from pgbench_drivers.analysis.two_samples import p_value
from tests.analysis.truth import samples

P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def test_four_p_values_by_hand() -> None:
    # In order 0.005, 0.01, 0.03, 0.04, times 4, 3, 2, 1; the last may not fall below 0.06.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_one_p_value_stays_and_none_is_nothing() -> None:
    assert holm([0.04]) == (0.04,)
    assert holm([]) == ()


@given(P_VALUES)
def test_it_lies_between_no_correction_and_bonferroni_s(values: list[float]) -> None:
    for p, adjusted in zip(values, holm(values), strict=True):
        assert p <= adjusted <= min(1.0, len(values) * p)


@given(P_VALUES)
def test_it_keeps_the_order(values: list[float]) -> None:
    by_p = [adjusted for _, adjusted in sorted(zip(values, holm(values), strict=True))]
    assert by_p == sorted(by_p)


def test_a_run_of_equal_drivers_shows_a_difference_in_at_most_five_percent() -> None:
    runs, cells, rounds = 300, 6, 6
    base = samples(runs * cells, rounds).reshape(runs, cells, rounds)
    new = samples(runs * cells, rounds, seed=8).reshape(runs, cells, rounds)
    alarms = [
        min(holm([p_value(list(b), list(n)) for b, n in zip(*run, strict=True)])) <= ALPHA
        for run in zip(base, new, strict=True)
    ]
    assert np.mean(alarms) <= 0.07
