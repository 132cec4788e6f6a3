"""A/A: one driver measured twice shows how large a difference nothing at all makes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pgbench_drivers.analysis.geomean import geometric_ratio
from pgbench_drivers.analysis.summary import METRICS, CellSummary, Metric
from pgbench_drivers.results.model import Run

Cells = Mapping[tuple[str, str, int], CellSummary]
FloorKey = tuple[str, str, int]
"""Metric, query, connections."""


@dataclass(frozen=True)
class NoiseFloor:
    """What the twin of `driver` showed.

    `logs` are logarithms of ratios: for each metric and cell the far end of
    the 95 % interval of twin ÷ driver, or their ratio where one round each
    gives no interval.
    """

    driver: str
    logs: Mapping[FloorKey, float]

    def factor(self, metric: str, queries: Iterable[str], concurrency: int) -> float | None:
        """The ratio of two geometric means over `queries` that A/A does not rule out to be noise.

        Noise of several queries averages out: the root of the sum of squares,
        divided by their number. None where A/A lacks a figure.
        """
        found = [self.logs.get((metric, query, concurrency)) for query in queries]
        known = [log for log in found if log is not None]
        if not known or len(known) < len(found):
            return None
        return math.exp(math.hypot(*known) / len(known))


def noise_floor(run: Run, cells: Cells) -> NoiseFloor | None:
    """The noise floor of a run that measured a driver twice, else None."""
    twin = next((driver for driver in run.drivers if driver.twin_of), None)
    if twin is None or twin.twin_of is None:
        return None
    logs = {}
    for (name, query, concurrency), cell in cells.items():
        original = cells.get((twin.twin_of, query, concurrency))
        if name != twin.name or original is None:
            continue
        for metric in METRICS:
            log = _log(cell, original, metric)
            if log is not None:
                logs[metric.key, query, concurrency] = log
    return NoiseFloor(twin.twin_of, logs)


def _log(cell: CellSummary, original: CellSummary, metric: Metric) -> float | None:
    twin = metric.spread(cell.figures) if cell.figures else None
    first = metric.spread(original.figures) if original.figures else None
    if twin is None or first is None or min(twin.low, first.low) <= 0:
        return None
    found = geometric_ratio([first.values], [twin.values])
    ends = [found.value, *((found.interval.low, found.interval.high) if found.interval else ())]
    return max(abs(math.log(end)) for end in ends)
