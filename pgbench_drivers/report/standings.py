"""The ranking of drivers together with its spread over rounds, and what a run is headed by."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from pgbench_drivers.analysis.bound import Bound, bounds
from pgbench_drivers.analysis.comparable import check_closed_loop
from pgbench_drivers.analysis.geomean import Samples, geometric_ratio
from pgbench_drivers.analysis.noise_floor import NoiseFloor, noise_floor
from pgbench_drivers.analysis.summary import (
    CellSummary,
    Metric,
    Spread,
    headline_queries,
    metric,
    rank,
    summarise_run,
)
from pgbench_drivers.analysis.warmup import Trend, trends
from pgbench_drivers.results.model import Cell, Run

HEADLINE_METRIC = "rows_per_second"
LATENCY_METRIC = "latency_mean_us"
CPU_METRIC = "client_cpu_us_per_row"
HEADLINE_CONCURRENCY = 8

Mark = Literal["", "≈", "~"]
Cells = Mapping[tuple[str, str, int], CellSummary]


@dataclass(frozen=True)
class Standing:
    """A driver's place; `low` and `high` bound its figure over the rounds.

    They are the geometric means of every query's lowest and highest round, so
    they always enclose `value`. A driver that cannot be told apart from the
    first one of the rank above shares that rank, and `mark` says why: `~` for
    less than the noise floor, `≈` when the 95 % interval of their ratio holds 1
    (with a single round, when their ranges overlap). `rounds` are the figures
    of every query's rounds.
    """

    driver: str
    rank: int
    value: float
    ratio: float
    low: float
    high: float
    rounds: Samples
    mark: Mark = ""


@dataclass(frozen=True)
class Standings:
    """A ranking: who, by what, over which cells; and who lacks a figure for one of them."""

    metric: Metric
    queries: tuple[str, ...]
    concurrency: int
    ranked: tuple[Standing, ...]
    unranked: tuple[str, ...]
    noise_floor: float | None

    def inseparable(self, a: Standing, b: Standing) -> bool:
        """Whether this run does not tell the two apart."""
        return bool(_mark(a, b, self.noise_floor))


@dataclass(frozen=True)
class Analysed:
    """A run with the figures of all its cells; decoding them takes time, so it is done once.

    `run` is what is shown; the twin of a driver (A/A) is only in `measured`
    and in `cells`, and shows in `noise_floor`.
    """

    run: Run
    measured: Run
    cells: Cells
    queries: tuple[str, ...]
    concurrency: int
    noise_floor: NoiseFloor | None
    bounds: Mapping[tuple[str, str, int], Bound]
    trends: Mapping[tuple[str, str, int], Trend]

    @classmethod
    def of(cls, run: Run) -> Analysed:
        """Summarise every cell, and choose what the headline is about.

        Raises IncomparableError for an open loop.
        """
        check_closed_loop(run)
        cells = {key: _credible(cell) for key, cell in summarise_run(run).items()}
        return cls(
            run=_without_twins(run),
            measured=run,
            cells=cells,
            queries=headline_queries(run.queries),
            concurrency=headline_concurrency(run),
            noise_floor=noise_floor(run, cells),
            bounds=bounds(run),
            trends=trends(run),
        )

    def standings(
        self,
        metric_key: str,
        queries: Sequence[str] | None = None,
        concurrency: int | None = None,
    ) -> Standings:
        """Rank the drivers; without arguments over the headline's queries and connections."""
        chosen = self.queries if queries is None else tuple(queries)
        level = self.concurrency if concurrency is None else concurrency
        ranking = rank(self.run, metric_key, chosen, level, self.cells)
        noise = self.noise_floor
        floor = noise.factor(metric_key, chosen, level) if noise else None
        places: list[Standing] = []
        for entry in ranking.ranked:
            low, high = self._bounds(entry.driver, metric_key, chosen, level)
            place = Standing(
                entry.driver, entry.rank, entry.value, entry.ratio_to_best, low, high,
                self._rounds(entry.driver, metric_key, chosen, level),
            )  # fmt: skip
            first = next((p for p in places if p.rank == places[-1].rank), None)
            if first and (mark := _mark(first, place, floor)):
                place = replace(place, rank=first.rank, mark=mark)
            places.append(place)
        unranked = tuple(name for name, _ in ranking.unranked)
        return Standings(metric(metric_key), chosen, level, tuple(places), unranked, floor)

    def summary(self, cell: Cell) -> CellSummary:
        """The figures of a cell of `measured`."""
        return self.cells[cell.driver, cell.query, cell.concurrency]

    def spread(self, cell: CellSummary | None, metric_key: str) -> Spread | None:
        """A cell's figure with its range, or None where it has none."""
        return metric(metric_key).spread(cell.figures) if cell and cell.figures else None

    def _rounds(self, driver: str, metric_key: str, queries: Sequence[str], level: int) -> Samples:
        spreads = [self.spread(self.cells.get((driver, q, level)), metric_key) for q in queries]
        return [s.values for s in spreads if s is not None]

    def _bounds(
        self, driver: str, metric_key: str, queries: Sequence[str], level: int
    ) -> tuple[float, float]:
        spreads = [self.spread(self.cells.get((driver, q, level)), metric_key) for q in queries]
        kept = [s for s in spreads if s is not None and s.low > 0]
        return (
            statistics.geometric_mean([s.low for s in kept]) if kept else 0.0,
            statistics.geometric_mean([s.high for s in kept]) if kept else 0.0,
        )


def _mark(a: Standing, b: Standing, floor: float | None) -> Mark:
    """Why the two cannot be told apart, or nothing."""
    if floor and max(a.value, b.value) <= floor * min(a.value, b.value):
        return "~"
    return "" if _apart(a, b) else "≈"


def _apart(a: Standing, b: Standing) -> bool:
    values = [value for rounds in (*a.rounds, *b.rounds) for value in rounds]
    interval = geometric_ratio(a.rounds, b.rounds).interval if min(values) > 0 else None
    if interval is None:
        return a.low > b.high or a.high < b.low
    return not interval.holds(1.0)


def _without_twins(run: Run) -> Run:
    twins = {driver.name for driver in run.drivers if driver.twin_of is not None}
    if not twins:
        return run
    return msgspec.structs.replace(
        run,
        drivers=[driver for driver in run.drivers if driver.name not in twins],
        cells=[cell for cell in run.cells if cell.driver not in twins],
    )


def supports(percentile: float, queries: int) -> bool:
    """Whether at least one of so many queries lies beyond the percentile."""
    return round(queries * (100 - percentile) / 100, 6) >= 1


def _credible(cell: CellSummary) -> CellSummary:
    """`cell` without a server's CPU time that is negative, and so was read wrongly."""
    server = cell.figures and cell.figures.server_cpu_us_per_query
    if not cell.figures or not server or server.low >= 0:
        return cell
    return replace(cell, figures=replace(cell.figures, server_cpu_us_per_query=None))


def levels(run: Run) -> tuple[int, ...]:
    """The numbers of connections of the run, ascending."""
    found = {c.concurrency for c in run.cells} or set(run.options.concurrency)
    return tuple(sorted(found))


def headline_concurrency(run: Run) -> int:
    """Eight connections, as in the announcement of 2016, or else the first level of the run."""
    known = levels(run)
    if HEADLINE_CONCURRENCY in known:
        return HEADLINE_CONCURRENCY
    wanted = [c for c in run.options.concurrency if c in known]
    return (wanted or list(known) or [HEADLINE_CONCURRENCY])[0]
