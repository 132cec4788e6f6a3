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


def geometric_mean(samples: Samples) -> GeometricMean:
    """The mean over queries of positive values, one sample of rounds per query."""
    return _mean([(1, sample) for sample in samples], len(samples))


def geometric_ratio(base: Samples, new: Samples) -> GeometricMean:
    """The mean over queries of `new` ÷ `base`, which hold the same queries in the same order."""
    signed = [(-1, sample) for sample in base] + [(1, sample) for sample in new]
    return _mean(signed, len(base))


def _mean(signed: Sequence[tuple[int, Sequence[float]]], queries: int) -> GeometricMean:
    logs = [(sign, [math.log(value) for value in sample]) for sign, sample in signed]
    centre = sum(sign * statistics.fmean(sample) for sign, sample in logs) / queries
    if any(len(sample) < 2 for _, sample in logs):
        return GeometricMean(math.exp(centre), None, 1.0)
    parts = [
        (statistics.variance(sample) / len(sample) / queries**2, len(sample) - 1)
        for _, sample in logs
    ]
    variance = sum(part for part, _ in parts)
    if variance == 0:
        exact = Interval(math.exp(centre), math.exp(centre), CONFIDENCE)
        return GeometricMean(math.exp(centre), exact, 1.0 if centre == 0 else 0.0)
    freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)
    error = math.sqrt(variance)
    width = float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom)) * error
    return GeometricMean(
        math.exp(centre),
        Interval(math.exp(centre - width), math.exp(centre + width), CONFIDENCE),
        float(2 * stats.t.sf(abs(centre) / error, freedom)),
    )
