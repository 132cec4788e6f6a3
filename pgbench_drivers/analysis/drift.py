"""Did the machine become faster or slower while the run went on?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pgbench_drivers.analysis.geomean import t_quantile
from pgbench_drivers.analysis.interval import CONFIDENCE, Interval
from pgbench_drivers.analysis.per_round import queries_per_second
from pgbench_drivers.results.model import Round, Run

FEWEST_ROUNDS = 3
FEWEST_CELLS = 4
SMALLEST_CHANGE = 0.02


@dataclass(frozen=True)
class Drift:
    """Throughput at the end of the run ÷ that at its start, over all cells alike."""

    ratio: float
    interval: Interval

    @property
    def noticeable(self) -> bool:
        """Whether it is there, and large enough to be said."""
        return not self.interval.holds(1.0) and abs(self.ratio - 1) >= SMALLEST_CHANGE


def drift(run: Run) -> Drift | None:
    """The run's drift, or None with too few rounds or cells to see one.

    Every cell's rounds give a slope over the run (least squares, on
    logarithms); the slopes' mean and its t interval are the drift. Cells
    interleave, so that a drift falls on all drivers alike; it widens the
    spread of their rounds.
    """
    synthetic = {driver.name for driver in run.drivers if driver.synthetic}
    last = max((r.position for cell in run.cells for r in cell.rounds), default=0)
    slopes = [
        _slope(cell.rounds, last)
        for cell in run.cells
        if cell.status == "ok" and cell.driver not in synthetic
        if len(cell.rounds) >= FEWEST_ROUNDS and all(r.queries for r in cell.rounds)
    ]
    if len(slopes) < FEWEST_CELLS:
        return None
    centre = float(np.mean(slopes))
    error = float(np.std(slopes, ddof=1)) / math.sqrt(len(slopes))
    width = t_quantile(len(slopes) - 1) * error
    return Drift(
        math.exp(centre),
        Interval(math.exp(centre - width), math.exp(centre + width), CONFIDENCE),
    )


def _slope(rounds: Sequence[Round], last: int) -> float:
    """Change of the logarithm of the throughput over the whole run."""
    when = [r.position / last for r in rounds]
    logs = [math.log(queries_per_second(r)) for r in rounds]
    return float(np.polyfit(when, logs, 1)[0])
