"""One figure measured twice: the ratio with its interval, and a test whether it differs.

Both are of the Mann–Whitney kind and need no assumption about the noise but
that it is the same on both sides: rounds differ by machine, not by driver.
They are exact for few rounds, where a bootstrap is not.
"""

from __future__ import annotations

import functools
import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy import stats

from pgbench_drivers.analysis.interval import CONFIDENCE, Interval

Alternative = Literal["two-sided", "greater"]

MOST_PERMUTATIONS = 20_000
MOST_FOR_EXACT = 30


@dataclass(frozen=True)
class Ratio:
    """`new` ÷ `base`; there is no interval when both have one round only."""

    value: float
    interval: Interval | None


def ratio(base: Sequence[float], new: Sequence[float]) -> Ratio:
    """The ratio of positive values, after Hodges and Lehmann (1963), on logarithms.

    The estimate is the median of all pairs' ratios. The interval runs between
    those two of them that the rank test just does not reject (Lehmann,
    *Nonparametrics*, 2.6); its confidence is exact, 90 % for three rounds
    against three and at least 95 % from four against four on.
    """
    logs = sorted(math.log(n) - math.log(b) for b in base for n in new)
    return Ratio(math.exp(statistics.median(logs)), _interval(logs, len(base), len(new)))


def p_value(
    base: Sequence[float], new: Sequence[float], alternative: Alternative = "two-sided"
) -> float:
    """Mann and Whitney's U test (1947); "greater" asks whether `new` is larger than `base`.

    Exact as long as that is quick, else by the normal approximation.
    """
    method: object = "asymptotic"
    if len({*base, *new}) < len(base) + len(new):
        if math.comb(len(base) + len(new), len(base)) <= MOST_PERMUTATIONS:
            method = stats.PermutationMethod(n_resamples=MOST_PERMUTATIONS)
    elif max(len(base), len(new)) <= MOST_FOR_EXACT:
        method = "exact"
    return float(stats.mannwhitneyu(new, base, alternative=alternative, method=method).pvalue)


def smallest_p(base: int, new: int, alternative: Alternative = "two-sided") -> float:
    """The smallest p-value that so many rounds can give, however large the difference."""
    sides = 2 if alternative == "two-sided" else 1
    return min(1.0, sides / math.comb(base + new, base))


def _interval(logs: Sequence[float], base: int, new: int) -> Interval | None:
    tail = _tail(base, new)
    inside = [k for k, p in enumerate(tail) if 2 * p <= 1 - CONFIDENCE]
    cut = inside[-1] if inside else 0
    confidence = 1 - 2 * tail[cut]
    if confidence <= 0:
        return None
    return Interval(math.exp(logs[cut]), math.exp(logs[-1 - cut]), confidence)


@functools.cache
def _tail(base: int, new: int) -> tuple[float, ...]:
    """P(U ≤ 0), P(U ≤ 1), … when nothing differs.

    The number of orders with a given U is a coefficient of the Gaussian
    binomial: the product over i = 1 … base of (1 - q^(new+i)) / (1 - q^i).
    """
    ways = [1] + [0] * (base * new)
    for i in range(1, base + 1):
        for power in range(len(ways) - 1, new + i - 1, -1):
            ways[power] -= ways[power - new - i]
        for power in range(i, len(ways)):
            ways[power] += ways[power - i]
    orders = math.comb(base + new, base)
    return tuple(below / orders for below in itertools.accumulate(ways))
