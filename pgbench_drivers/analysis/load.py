"""An open loop: latency against load, and the load up to which it stays low."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pgbench_drivers.analysis.summary import LatencySummary, summarise
from pgbench_drivers.results.model import Arrivals, Cell, Run

TAIL = "99"
"""The percentile that is held under a limit."""

LIMITS_US = (1_000.0, 10_000.0, 100_000.0)

MOST_MISSED = 1 / 200
"""Of the queries of a cell, that may be missed while its rate counts as held.

Half of what p99 leaves out. A rate that is too high by some percent misses
about as many; a runner that loses its core as the window ends, a few.
"""

Line = tuple[str, str, int]
"""Driver, query, connections: what is measured at several rates."""


@dataclass(frozen=True)
class LoadFigures:
    """What a cell showed at its rate, over all rounds; missed queries are in no latency."""

    latency: LatencySummary
    queries: int
    scheduled: int
    missed: int
    late: int
    max_lateness_us: float
    peak_rss_kib: int
    held: bool

    @property
    def missed_share(self) -> float:
        """Of the queries that were due."""
        return self.missed / self.scheduled


@dataclass(frozen=True)
class LoadCell:
    """A cell of an open loop; without figures, or without a rate, for a reason."""

    cell: Cell
    figures: LoadFigures | None

    @property
    def per_second(self) -> float:
        """The rate; 0 where none was found for the cell."""
        return self.cell.per_second or 0.0


def load_cells(run: Run) -> dict[Line, tuple[LoadCell, ...]]:
    """The cells of an open loop by what they are of, from the lowest rate to the highest."""
    found: dict[Line, list[LoadCell]] = {}
    for cell in run.cells:
        line = found.setdefault((cell.driver, cell.query, cell.concurrency), [])
        line.append(LoadCell(cell, load_figures(cell)))
    return {
        key: tuple(sorted(cells, key=lambda one: one.per_second)) for key, cells in found.items()
    }


def highest_held(cells: Iterable[LoadCell], limit_us: float) -> LoadCell | None:
    """The last cell, from the lowest rate on, that held its rate with its p99 within the limit.

    A higher rate that was held after one that was not is chance, and counts
    for nothing.
    """
    best = None
    for one in cells:
        if not _is_within(one, limit_us):
            return best
        best = one
    return best


def lines_of(cells: Mapping[Line, Sequence[LoadCell]], query: str, level: int) -> list[Line]:
    """The drivers' lines on a query, in the order of the run's drivers."""
    return [key for key in cells if key[1:] == (query, level)]


def _is_within(one: LoadCell, limit_us: float) -> bool:
    figures = one.figures
    return figures is not None and figures.held and figures.latency.percentiles_us[TAIL] <= limit_us


def load_figures(cell: Cell) -> LoadFigures | None:
    """Figures of one cell over its rounds, or None where it was not measured."""
    summarised = summarise(cell).figures
    kept = [r.arrivals for r in cell.rounds if r.arrivals is not None]
    if summarised is None or len(kept) < len(cell.rounds):
        return None
    scheduled = sum(arrivals.scheduled for arrivals in kept)
    return LoadFigures(
        latency=summarised.latency,
        queries=summarised.queries,
        scheduled=scheduled,
        missed=sum(arrivals.missed for arrivals in kept),
        late=sum(arrivals.late for arrivals in kept),
        max_lateness_us=max(arrivals.max_lateness_ns for arrivals in kept) / 1e3,
        peak_rss_kib=summarised.peak_rss_kib,
        held=_is_held(kept, scheduled),
    )


def _is_held(rounds: Sequence[Arrivals], scheduled: int) -> bool:
    """Whether (almost) nothing was missed: what is due in a window's last moment may be."""
    missed = sum(arrivals.missed for arrivals in rounds)
    return missed <= max(len(rounds), MOST_MISSED * scheduled)
