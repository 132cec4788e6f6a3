"""A tidy table of the run, for spreadsheets and data frames: one row per cell, measured or not."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import TextIO

from pgbench_drivers.analysis.estimate import estimate
from pgbench_drivers.analysis.load import load_figures
from pgbench_drivers.analysis.summary import CellSummary, Figures, Spread
from pgbench_drivers.report.standings import supports
from pgbench_drivers.results.model import PERCENTILES, Cell, Driver, Query, Run

_SPREADS = (
    "queries_per_second",
    "rows_per_second",
    "client_cpu_us_per_query",
    "client_cpu_us_per_row",
    "server_cpu_us_per_query",
)

_ENDS = (
    "", "_low", "_high", "_interval_low", "_interval_high", "_interval_confidence",
    "_mean", "_mean_interval_low", "_mean_interval_high", "_variation", "_outliers",
)  # fmt: skip

COLUMNS: tuple[str, ...] = (
    "run_id", "driver", "language", "client", "usage", "synthetic", "driver_version", "runtime",
    "query", "kind", "headline", "concurrency", "status", "reason", "mode", "rounds",
    *(f"{name}{end}" for name in _SPREADS for end in _ENDS),
    "latency_mean_us", *(f"latency_round_mean_us{end}" for end in _ENDS),
    "latency_stddev_us", "latency_min_us",
    *(f"latency_p{p:g}_us" for p in PERCENTILES),
    "latency_max_us", "peak_rss_kib", "queries", "rows", "measured_seconds",
    "arrivals", "per_second", "share", "scheduled", "missed", "late", "max_lateness_us", "held",
)  # fmt: skip
"""A figure's name alone is the median of the rounds; `_low` and `_high` are its range.

`_interval_…` is the median's confidence interval and what confidence it
reaches, `_mean…` the mean with its interval, `_variation` the standard
deviation divided by the mean, `_outliers` how many rounds are marked as such.

A percentile is empty where too few queries ran for one to lie beyond it.

The columns from `arrivals` on are of an open loop, which has no figures of
throughput and CPU; its latencies count from when a query was due."""


def write_tidy(run: Run, summary_of: Callable[[Cell], CellSummary], stream: TextIO) -> None:
    """Write every cell of the run as CSV; open the stream with `newline=""`."""
    drivers = {d.name: d for d in run.drivers}
    queries = {q.name: q for q in run.queries}
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for cell in run.cells:
        row = _identity(run, cell, drivers.get(cell.driver), queries.get(cell.query))
        if figures := summary_of(cell).figures:
            row |= _answers(figures) | (_schedule(cell) if run.is_open_loop else _speed(figures))
        writer.writerow({key: "" if value is None else value for key, value in row.items()})


def _identity(
    run: Run, cell: Cell, driver: Driver | None, query: Query | None
) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "driver": cell.driver,
        "language": driver.language if driver else "",
        "client": driver.client if driver else "",
        "usage": driver.usage if driver else "",
        "synthetic": _flag(driver.synthetic) if driver else "",
        "driver_version": driver.version if driver else "",
        "runtime": driver.runtime if driver else "",
        "query": cell.query,
        "kind": query.kind if query else "",
        "headline": _flag(query.headline) if query else "",
        "concurrency": cell.concurrency,
        "status": cell.status,
        "reason": cell.reason,
        "mode": cell.mode,
        "rounds": len(cell.rounds),
        "arrivals": run.options.arrivals,
        "per_second": cell.per_second,
        "share": cell.share,
    }


def _speed(figures: Figures) -> dict[str, object]:
    """Throughput and CPU, which say nothing in an open loop."""
    row: dict[str, object] = {}
    for name in _SPREADS:
        row |= _spread(name, getattr(figures, name))
    return row


def _schedule(cell: Cell) -> dict[str, object]:
    """How an open loop's schedule was kept."""
    found = load_figures(cell)
    if found is None:
        return {}
    return {
        "scheduled": found.scheduled,
        "missed": found.missed,
        "late": found.late,
        "max_lateness_us": found.max_lateness_us,
        "held": _flag(found.held),
    }


def _answers(figures: Figures) -> dict[str, object]:
    latency = figures.latency
    row = _spread("latency_round_mean_us", latency.round_mean_us)
    row |= {
        f"latency_p{p}_us": value
        for p, value in latency.percentiles_us.items()
        if supports(float(p), figures.queries)
    }
    return row | {
        "latency_mean_us": latency.mean_us,
        "latency_stddev_us": latency.stddev_us,
        "latency_min_us": latency.min_us,
        "latency_max_us": latency.max_us,
        "peak_rss_kib": figures.peak_rss_kib,
        "queries": figures.queries,
        "rows": figures.rows,
        "measured_seconds": figures.measured_seconds,
    }


def _spread(name: str, spread: Spread | None) -> dict[str, object]:
    if spread is None:
        return {}
    found = estimate(spread.values)
    middle, mean = found.median_interval, found.mean_interval
    values = (
        spread.median, spread.low, spread.high,
        middle and middle.low, middle and middle.high, middle and middle.confidence,
        found.mean, mean and mean.low, mean and mean.high,
        found.coefficient_of_variation, len(found.outliers),
    )  # fmt: skip
    return {f"{name}{end}": value for end, value in zip(_ENDS, values, strict=True)}


def _flag(value: bool) -> str:
    return "true" if value else "false"
