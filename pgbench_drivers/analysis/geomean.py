"""Geometric means over queries, with intervals.

Student's t on logarithms, with Welch's and Satterthwaite's degrees of freedom
(Welch 1947): every query has its own noise, and a handful of rounds each.
Noise is taken to be independent between queries, and lognormal.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from pgbench_drivers.analysis.interval import CONFIDENCE, Interval

Samples = Sequence[Sequence[float]]


@dataclass(frozen=True)
class GeometricMean:
    """A mean or a ratio of means; `p` is how easily chance alone takes it as far from 1."""

    value: float
    interval: Interval | None
    p: float


@dataclass(frozen=True)
class LogMean:
    """The mean of a sample's logarithms, with its variance and degrees of freedom."""

    centre: float
    variance: float
    freedom: int

    @classmethod
    def of(cls, sample: Sequence[float]) -> LogMean:
        """Of positive values; a single one has no degree of freedom, and no variance known."""
        logs = [math.log(value) for value in sample]
        freedom = len(logs) - 1
        variance = statistics.variance(logs) / len(logs) if freedom else 0.0
        return cls(statistics.fmean(logs), variance, freedom)


def geometric_mean(samples: Samples) -> GeometricMean:
    """The mean over queries of positive values, one sample of rounds per query."""
    return _mean([(1, LogMean.of(sample)) for sample in samples], len(samples))


def geometric_ratio(base: Samples, new: Samples) -> GeometricMean:
    """The mean over queries of `new` ÷ `base`, which hold the same queries in the same order."""
    signed = [(-1, LogMean.of(sample)) for sample in base]
    signed += [(1, LogMean.of(sample)) for sample in new]
    return _mean(signed, len(base))


def t_quantile(freedom: float) -> float:
    """The end of a 95 % interval of Student's t; degrees of freedom may be fractions."""
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom))


def _mean(signed: Sequence[tuple[int, LogMean]], queries: int) -> GeometricMean:
    centre = sum(sign * mean.centre for sign, mean in signed) / queries
    if any(mean.freedom == 0 for _, mean in signed):
        return GeometricMean(math.exp(centre), None, 1.0)
    parts = [(mean.variance / queries**2, mean.freedom) for _, mean in signed]
    variance = sum(part for part, _ in parts)
    if variance == 0:
        exact = Interval(math.exp(centre), math.exp(centre), CONFIDENCE)
        return GeometricMean(math.exp(centre), exact, 1.0 if centre == 0 else 0.0)
    freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)
    error = math.sqrt(variance)
    width = t_quantile(freedom) * error
    return GeometricMean(
        math.exp(centre),
        Interval(math.exp(centre - width), math.exp(centre + width), CONFIDENCE),
        float(2 * stats.t.sf(abs(centre) / error, freedom)),
    )
