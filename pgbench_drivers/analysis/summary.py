"""What a reader wants to know of each cell, and of each driver over the queries."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pgbench_drivers.analysis import per_round
from pgbench_drivers.analysis.comparable import check_closed_loop
from pgbench_drivers.results.histogram import merge, percentile_curve, percentiles_ns
from pgbench_drivers.results.model import Cell, CellStatus, Query, Round, Run


@dataclass(frozen=True)
class Spread:
    """A figure over the rounds of a cell: the median to quote, and its range."""

    median: float
    low: float
    high: float
    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Summarise one value per round, in round order; raises ValueError when empty."""
        kept = tuple(values)
        return cls(statistics.median(kept), min(kept), max(kept), kept)


@dataclass(frozen=True)
class LatencySummary:
    """Latency over all rounds of a cell, in microseconds.

    Percentiles come from the rounds' merged histogram; `curve` are points
    (percentile, latency) of it for a percentile plot.
    """

    min_us: float
    mean_us: float
    max_us: float
    stddev_us: float
    percentiles_us: dict[str, float]
    curve: tuple[tuple[float, float], ...]
    round_mean_us: Spread


@dataclass(frozen=True)
class Figures:
    """The measured figures of a cell."""

    queries_per_second: Spread
    rows_per_second: Spread
    latency: LatencySummary
    client_cpu_us_per_query: Spread
    client_cpu_us_per_row: Spread | None
    server_cpu_us_per_query: Spread | None
    peak_rss_kib: int
    queries: int
    rows: int
    measured_seconds: float


@dataclass(frozen=True)
class CellSummary:
    """A cell of the matrix; `figures` is None unless the cell's status is "ok"."""

    driver: str
    query: str
    concurrency: int
    status: CellStatus
    reason: str | None
    mode: str | None
    figures: Figures | None


@dataclass(frozen=True)
class Ranked:
    """A driver's place by the geometric mean of one metric over some queries."""

    driver: str
    rank: int
    value: float
    ratio_to_best: float


@dataclass(frozen=True)
class Ranking:
    """Drivers that completed every one of `queries`, best first; the others, with why not."""

    metric: str
    queries: tuple[str, ...]
    ranked: tuple[Ranked, ...]
    unranked: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Metric:
    """A figure that drivers are ranked by and runs are compared by.

    What goes by the wall clock depends on the server too, where that is busy.
    """

    key: str
    title: str
    unit: str
    higher_is_better: bool
    by_wall_clock: bool
    spread: Callable[[Figures], Spread | None]
    of_round: Callable[[Round], float | None]

    def value(self, figures: Figures) -> float | None:
        """The figure of a cell, or None where it has none."""
        found = self.spread(figures)
        return found.median if found else None


METRICS: tuple[Metric, ...] = (
    Metric(
        "rows_per_second",
        "Throughput",
        "rows/s",
        True,
        True,
        lambda f: f.rows_per_second,
        per_round.rows_per_second,
    ),
    Metric(
        "queries_per_second",
        "Throughput",
        "queries/s",
        True,
        True,
        lambda f: f.queries_per_second,
        per_round.queries_per_second,
    ),
    Metric(
        "latency_mean_us",
        "Mean latency",
        "µs",
        False,
        True,
        lambda f: f.latency.round_mean_us,
        per_round.latency_mean_us,
    ),
    Metric(
        "client_cpu_us_per_row",
        "Client CPU per row",
        "µs",
        False,
        False,
        lambda f: f.client_cpu_us_per_row,
        per_round.client_cpu_us_per_row,
    ),
    Metric(
        "client_cpu_us_per_query",
        "Client CPU per query",
        "µs",
        False,
        False,
        lambda f: f.client_cpu_us_per_query,
        per_round.client_cpu_us_per_query,
    ),
)


def metric(key: str) -> Metric:
    """The metric called `key`; raises KeyError for an unknown one."""
    for known in METRICS:
        if known.key == key:
            return known
    raise KeyError(key)


def summarise(cell: Cell) -> CellSummary:
    """Figures of one cell over its rounds."""
    figures = _figures(cell.rounds) if cell.status == "ok" and cell.rounds else None
    return CellSummary(
        cell.driver, cell.query, cell.concurrency, cell.status, cell.reason, cell.mode, figures
    )


def summarise_run(run: Run) -> dict[tuple[str, str, int], CellSummary]:
    """Every cell of the run by (driver, query, concurrency)."""
    return {(c.driver, c.query, c.concurrency): summarise(c) for c in run.cells}


def headline_queries(queries: Sequence[Query]) -> tuple[str, ...]:
    """Names of the queries that make the headline; all of them if none is so marked."""
    marked = tuple(q.name for q in queries if q.headline)
    return marked or tuple(q.name for q in queries)


def rank(
    run: Run,
    metric_key: str,
    queries: Sequence[str],
    concurrency: int,
    cells: Mapping[tuple[str, str, int], CellSummary] | None = None,
) -> Ranking:
    """Rank the run's real drivers by the geometric mean of a metric over `queries`.

    Only drivers that completed all of `queries` are ranked, so that all are
    compared over the same cells. `cells` is `summarise_run(run)` where the
    caller has it already: decoding every histogram takes seconds.
    Raises KeyError for an unknown metric, IncomparableError for an open loop.
    """
    check_closed_loop(run)
    wanted = metric(metric_key)
    cells = summarise_run(run) if cells is None else cells
    means: list[tuple[str, float]] = []
    unranked: list[tuple[str, str]] = []
    for driver in (d.name for d in run.drivers if not d.synthetic and d.twin_of is None):
        values: list[float] = []
        missing: list[str] = []
        for query in queries:
            cell = cells.get((driver, query, concurrency))
            value = wanted.value(cell.figures) if cell and cell.figures else None
            if value is None or value <= 0:
                missing.append(f"{query}: {_why_missing(cell)}")
            else:
                values.append(value)
        if missing or not values:
            unranked.append((driver, "; ".join(missing)))
        else:
            means.append((driver, statistics.geometric_mean(values)))
    means.sort(key=lambda item: item[1], reverse=wanted.higher_is_better)
    ranked = tuple(
        Ranked(driver, place, value, value / means[0][1])
        for place, (driver, value) in enumerate(means, start=1)
    )
    return Ranking(metric_key, tuple(queries), ranked, tuple(unranked))


def _why_missing(cell: CellSummary | None) -> str:
    if cell is None:
        return "not in this run"
    return cell.reason or cell.status


def _figures(rounds: Sequence[Round]) -> Figures:
    rows = sum(r.rows for r in rounds)
    server = [r.server_cpu_us / r.queries for r in rounds if r.server_cpu_us is not None]
    return Figures(
        queries_per_second=Spread.of(map(per_round.queries_per_second, rounds)),
        rows_per_second=Spread.of(map(per_round.rows_per_second, rounds)),
        latency=_latency(rounds),
        client_cpu_us_per_query=Spread.of(map(per_round.client_cpu_us_per_query, rounds)),
        client_cpu_us_per_row=_per_row(rounds),
        server_cpu_us_per_query=Spread.of(server) if len(server) == len(rounds) else None,
        peak_rss_kib=max(r.max_rss_kib for r in rounds),
        queries=sum(r.queries for r in rounds),
        rows=rows,
        measured_seconds=sum(r.elapsed_ns for r in rounds) / 1e9,
    )


def _per_row(rounds: Sequence[Round]) -> Spread | None:
    found = [per_round.client_cpu_us_per_row(r) for r in rounds]
    kept = [value for value in found if value is not None]
    return Spread.of(kept) if len(kept) == len(rounds) else None


def _latency(rounds: Sequence[Round]) -> LatencySummary:
    merged = merge(r.latency.histogram for r in rounds)
    queries = sum(r.queries for r in rounds)
    mean = sum(r.latency.mean_ns * r.queries for r in rounds) / queries
    # Law of total variance: rounds have different means.
    variance = (
        sum((r.latency.stddev_ns**2 + (r.latency.mean_ns - mean) ** 2) * r.queries for r in rounds)
        / queries
    )
    return LatencySummary(
        min_us=min(r.latency.min_ns for r in rounds) / 1e3,
        mean_us=mean / 1e3,
        max_us=max(r.latency.max_ns for r in rounds) / 1e3,
        stddev_us=math.sqrt(variance) / 1e3,
        percentiles_us={p: value / 1e3 for p, value in percentiles_ns(merged).items()},
        curve=percentile_curve(merged),
        round_mean_us=Spread.of(map(per_round.latency_mean_us, rounds)),
    )
