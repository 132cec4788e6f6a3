"""Geometric means over queries: by hand, against SciPy's own t test, and simulated."""

import math

import numpy as np
import pytest
from scipy import stats

from pgbench_drivers.analysis.geomean import geometric_mean, geometric_ratio
from tests.analysis.truth import samples


def test_the_mean_is_that_of_the_queries_whatever_their_rounds() -> None:
    found = geometric_mean([[2.0, 2.0], [8.0, 8.0, 8.0]])
    assert found.value == pytest.approx(4.0)
    assert found.interval is not None
    assert found.interval.low == found.interval.high == pytest.approx(4.0)


def test_one_round_gives_a_mean_without_an_interval() -> None:
    found = geometric_ratio([[2.0], [3.0, 3.0]], [[4.0], [6.0, 6.0]])
    assert found.value == pytest.approx(2.0)
    assert found.interval is None
    assert found.p == 1.0


def test_over_one_query_it_is_welch_s_test() -> None:
    base, new = [1.0, 1.2, 0.9, 1.1], [1.3, 1.25, 1.5]
    found = geometric_ratio([base], [new])
    known = stats.ttest_ind(np.log(new), np.log(base), equal_var=False)
    bounds = known.confidence_interval(0.95)
    assert found.p == pytest.approx(known.pvalue)
    assert found.interval is not None
    assert math.log(found.interval.low) == pytest.approx(bounds.low)
    assert math.log(found.interval.high) == pytest.approx(bounds.high)


@pytest.mark.parametrize("rounds", [2, 3, 5])
def test_the_interval_covers_the_true_ratio_even_with_few_rounds(rounds: int) -> None:
    runs, queries = 1000, 4
    base = samples(runs * queries, rounds).reshape(runs, queries, rounds)
    new = samples(runs * queries, rounds, level=1.05, seed=8).reshape(runs, queries, rounds)
    found = [geometric_ratio(b.tolist(), n.tolist()) for b, n in zip(base, new, strict=True)]
    covered = np.mean([f.interval is not None and f.interval.holds(1.05) for f in found])
    assert covered == pytest.approx(0.95, abs=0.03)
