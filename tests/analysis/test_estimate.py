"""What a handful of rounds say of a figure, and that it is not more than they know."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgbench_drivers.analysis.estimate import estimate, interval_of
from pgbench_drivers.analysis.interval import Interval
from tests.analysis.truth import mean_of_lognormal, samples


def test_a_single_round_has_a_figure_and_nothing_else() -> None:
    found = estimate([3.0])
    assert (found.median, found.mean, found.outliers) == (3.0, 3.0, ())
    assert found.median_interval is None
    assert found.mean_interval is None
    assert found.coefficient_of_variation is None


@pytest.mark.parametrize(("rounds", "confidence"), [(2, 0.5), (3, 0.75), (5, 0.9375)])
def test_below_six_rounds_the_interval_is_their_range_with_what_that_is_worth(
    rounds: int, confidence: float
) -> None:
    values = [float(i) for i in range(rounds)]
    expected = Interval(0.0, rounds - 1.0, confidence)
    assert estimate(values).median_interval == expected
    assert estimate(values).mean_interval == expected


def test_variation_is_the_standard_deviation_by_the_mean() -> None:
    assert estimate([9.0, 10.0, 11.0]).coefficient_of_variation == pytest.approx(0.1)


def test_rounds_that_are_all_alike_have_an_interval_of_no_width() -> None:
    assert estimate([2.0] * 8).median_interval == Interval(2.0, 2.0, 0.95)


def test_the_bootstrap_is_repeatable() -> None:
    values = [1.0, 1.1, 0.9, 1.05, 0.97, 1.2, 1.01]
    assert estimate(values) == estimate(values)


@given(st.lists(st.floats(0.1, 1e6), min_size=2, max_size=9))
def test_an_interval_holds_its_figure_and_lies_within_the_rounds(values: list[float]) -> None:
    found = estimate(values)
    for figure, interval in (
        (found.median, found.median_interval),
        (found.mean, found.mean_interval),
    ):
        assert interval is not None
        rounding = 1e-9 * figure
        assert interval.low - rounding <= figure <= interval.high + rounding
        assert min(values) - rounding <= interval.low
        assert interval.high <= max(values) + rounding


@pytest.mark.parametrize("rounds", [2, 3, 4, 5])
def test_a_range_holds_the_truth_as_often_as_it_says(rounds: int) -> None:
    intervals = [interval_of(list(values), np.median) for values in samples(4000, rounds)]
    covered = np.mean([interval is not None and interval.holds(1.0) for interval in intervals])
    assert intervals[0] is not None
    assert covered == pytest.approx(intervals[0].confidence, abs=0.03)


@pytest.mark.parametrize(("rounds", "least"), [(6, 0.9), (10, 0.9), (20, 0.92)])
def test_the_bootstrap_s_interval_covers_nearly_as_often_as_it_says(
    rounds: int, least: float
) -> None:
    measured = samples(300, rounds)
    for statistic, truth in ((np.median, 1.0), (np.mean, mean_of_lognormal())):
        intervals = [interval_of(list(values), statistic) for values in measured]
        covered = np.mean(
            [interval is not None and interval.holds(truth) for interval in intervals]
        )
        assert least <= covered <= 0.99
