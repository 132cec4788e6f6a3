"""What the rounds of one cell say of its figure, and how surely."""

from __future__ import annotations

import math
import statistics
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from pgbench_drivers.analysis.interval import CONFIDENCE, Interval
from pgbench_drivers.analysis.outliers import outliers

FEWEST_FOR_BOOTSTRAP = 6
"""No interval inside the range of five values holds their median with 95 % (see `range_of`)."""

RESAMPLES = 4999
SEED = 2016


@dataclass(frozen=True)
class Estimate:
    """A figure over the rounds of a cell.

    `outliers` are places in `values`, which are in round order; nothing is
    left out for being one. With a single round there is no interval and no
    coefficient of variation.
    """

    values: tuple[float, ...]
    median: float
    mean: float
    median_interval: Interval | None
    mean_interval: Interval | None
    coefficient_of_variation: float | None
    outliers: tuple[int, ...]


def estimate(values: Sequence[float]) -> Estimate:
    """Summarise one value per round, in round order; raises StatisticsError when empty."""
    kept = tuple(values)
    mean = statistics.fmean(kept)
    return Estimate(
        values=kept,
        median=statistics.median(kept),
        mean=mean,
        median_interval=interval_of(kept, np.median),
        mean_interval=interval_of(kept, np.mean),
        coefficient_of_variation=statistics.stdev(kept) / mean if len(kept) > 1 and mean else None,
        outliers=outliers(kept),
    )


def interval_of(values: Sequence[float], statistic: Callable[..., Any]) -> Interval | None:
    """A 95 % interval of a median or mean: BCa from six values on, their range below that."""
    if len(values) < 2:
        return None
    if len(values) < FEWEST_FOR_BOOTSTRAP:
        return range_of(values)
    low, high = _bootstrap(values, statistic, "BCa")
    if not (math.isfinite(low) and math.isfinite(high)):
        # BCa has no acceleration when leaving any one value out changes nothing.
        low, high = _bootstrap(values, statistic, "percentile")
    return Interval(low, high, CONFIDENCE)


def range_of(values: Sequence[float]) -> Interval:
    """The range of the values, with its exact confidence for the median.

    All of n independent values lie on one side of their distribution's median
    with probability 2 · (1/2)ⁿ (the sign test's interval; Conover, *Practical
    Nonparametric Statistics*, 3.2): 50 % of ranges hold it with two values,
    75 % with three, 94 % with five. For a mean the same is true where the
    distribution is symmetric.
    """
    return Interval(min(values), max(values), 1 - 2.0 ** (1 - len(values)))


def _bootstrap(
    values: Sequence[float], statistic: Callable[..., Any], method: str
) -> tuple[float, float]:
    """Bias-corrected and accelerated bootstrap (Efron 1987), repeatable by its seed.

    Of few values it takes the level that makes up for their being few
    (Hesterberg 2015, *What Teachers Should Know About the Bootstrap*, 5.3): at
    95 % itself, the interval of a mean of six holds the truth in 86 % of cases.
    """
    if min(values) == max(values):
        return values[0], values[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has no acceleration is seen by the NaN
        found = stats.bootstrap(
            (np.asarray(values),),
            statistic,
            n_resamples=RESAMPLES,
            confidence_level=_expanded(len(values)),
            method=method,
            vectorized=True,
            rng=np.random.default_rng(SEED),
        ).confidence_interval
    return float(found.low), float(found.high)


def _expanded(count: int) -> float:
    """The level at which a bootstrap of so many values is as wide as Student's t says."""
    t = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1))
    return 1 - 2 * float(stats.norm.sf(math.sqrt(count / (count - 1)) * t))
