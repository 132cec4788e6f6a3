"""Does a cell's throughput still rise or fall while it is measured?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from pgbench_drivers.analysis.multiple import ALPHA, holm
from pgbench_drivers.results.model import Cell, Round, Run

SMALLEST_CHANGE = 0.05
"""What the throughput changes by over a window and is not worth a word."""

FEWEST_PER_CONNECTION = 10
"""Queries of a connection in a tenth of a window, on average.

The first tenth lacks a part of each connection's first query: with fewer,
that alone would look like a rise.
"""

SMALLEST_SHARE = 0.01
"""Of the mean throughput, below which a straight line does not lead either end."""

CellKey = tuple[str, str, int]


@dataclass(frozen=True)
class Trend:
    """Throughput at the end of the measured windows ÷ that at their start, and how sure that is.

    `p` is adjusted for all cells of the run.
    """

    ratio: float
    p: float

    @property
    def noticeable(self) -> bool:
        """Whether it is there, and large enough to be said."""
        return self.p <= ALPHA and abs(self.ratio - 1) >= SMALLEST_CHANGE


def trends(run: Run) -> dict[CellKey, Trend]:
    """The noticeable trends of a closed loop's cells.

    Results without tenths say nothing, and neither do cells with too few
    queries for nine tenths to be compared.
    """
    if run.is_open_loop:
        return {}
    synthetic = {driver.name for driver in run.drivers if driver.synthetic}
    tenths = {
        (cell.driver, cell.query, cell.concurrency): found
        for cell in run.cells
        if cell.driver not in synthetic and (found := _tenths(cell)) is not None
    }
    adjusted = holm([_p_value(found) for found in tenths.values()])
    judged: Mapping[CellKey, Trend] = {
        key: Trend(_ratio(found), p)
        for (key, found), p in zip(tenths.items(), adjusted, strict=True)
    }
    return {key: trend for key, trend in judged.items() if trend.noticeable}


def _tenths(cell: Cell) -> npt.NDArray[np.float64] | None:
    """Queries of each round's first nine tenths, a row per round.

    The last counts besides what was answered after the window's time, and so
    is no measure of a rate.
    """
    counted = [_counted(r) for r in cell.rounds]
    if cell.status != "ok" or not counted or any(one is None for one in counted):
        return None
    found = np.array(counted, dtype=float)
    return found if found.mean() >= FEWEST_PER_CONNECTION * cell.concurrency else None


def _counted(measured: Round) -> Sequence[int] | None:
    return measured.tenths[:-1] if measured.tenths else None


def _p_value(tenths: npt.NDArray[np.float64]) -> float:
    """Two-sided, of Page's trend test (1963) with the rounds as blocks.

    It ranks the tenths within each round, so that rounds of different speed
    may stand together. With one round it is Kendall's rank correlation, whose
    exact distribution keeps its promise far out where Holm's correction looks.
    """
    if np.ptp(tenths) == 0:
        return 1.0
    if len(tenths) == 1:
        return float(stats.kendalltau(range(tenths.shape[1]), tenths[0]).pvalue)
    rising, falling = (
        stats.page_trend_test(way, method="asymptotic").pvalue for way in (tenths, -tenths)
    )
    return min(1.0, 2 * float(min(rising, falling)))


def _ratio(tenths: npt.NDArray[np.float64]) -> float:
    """From the slope after Theil and Sen, the median over all pairs of tenths of a round."""
    relative = tenths / tenths.mean(axis=1, keepdims=True)
    number = tenths.shape[1]
    later, earlier = np.tril_indices(number, -1)
    slope = float(np.median((relative[:, later] - relative[:, earlier]) / (later - earlier)))
    # The centres of nine tenths span from 0.5 to 8.5 of the window's ten.
    start, end = (
        max(SMALLEST_SHARE, 1 + slope * (place - (number - 1) / 2)) for place in (-0.5, 9.5)
    )
    return float(end / start)
