"""What the rounds of a figure say of it, in the few words that a table has room for."""

from __future__ import annotations

import functools

from pgbench_drivers.analysis.estimate import Estimate, estimate
from pgbench_drivers.analysis.summary import Spread
from pgbench_drivers.report.formatting import THIN_SPACE, spread


def interval_text(shown: Spread, unit: str) -> str:
    """The median's 95 % interval, or nothing where it is no other than the range.

    That is so below six rounds, whatever confidence the range then has.
    """
    interval = _estimate(shown.values).median_interval
    if interval is None or (interval.low, interval.high) == (shown.low, shown.high):
        return ""
    confidence = f"{100 * interval.confidence:.0f}{THIN_SPACE}%"
    return f"{confidence}: {spread(interval.low, interval.high, unit)}"


def outlier_text(shown: Spread) -> str:
    """Which rounds are outliers, counted from 1, or nothing."""
    places = _estimate(shown.values).outliers
    if not places:
        return ""
    rounds = ", ".join(str(place + 1) for place in places)
    return f"outlier: round {rounds}" if len(places) == 1 else f"outliers: rounds {rounds}"


@functools.cache
def _estimate(values: tuple[float, ...]) -> Estimate:
    """Each is asked for twice, and a bootstrap takes a hundredth of a second."""
    return estimate(values)
