"""Which rounds lie too far from the others to be noise of the same kind."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

ALPHA = 0.05
FEWEST = 5


def outliers(values: Sequence[float]) -> tuple[int, ...]:
    """Places of the outliers among positive values; at most a fifth of them, none below five.

    The generalised extreme studentised deviate test (Rosner 1983) on the
    logarithms: in 5 % of samples without any outlier it sees one. It is for
    marking, not for leaving out.
    """
    if len(values) < FEWEST or min(values) <= 0:
        return ()
    left = dict(enumerate(math.log(value) for value in values))
    removed: list[int] = []
    found = 0
    for step in range(1, len(values) // FEWEST + 1):
        logs = np.array(list(left.values()))
        deviation = float(logs.std(ddof=1))
        if deviation == 0:
            break
        mean = float(logs.mean())
        worst = max(left, key=lambda place: abs(left[place] - mean))
        distance = abs(left.pop(worst) - mean) / deviation
        removed.append(worst)
        if distance > _critical(len(values), step):
            found = step
    return tuple(sorted(removed[:found]))


def _critical(count: int, step: int) -> float:
    """Rosner's λ for the `step`-th most extreme of `count` values."""
    p = 1 - ALPHA / (2 * (count - step + 1))
    t = float(stats.t.ppf(p, count - step - 1))
    return (count - step) * t / math.sqrt((count - step - 1 + t * t) * (count - step + 1))
