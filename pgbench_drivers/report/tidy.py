"""A tidy table of the run, for spreadsheets and data frames: one row per cell, measured or not."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import TextIO

from pgbench_drivers.analysis.estimate import estimate
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
)  # fmt: skip
"""A figure's name alone is the median of the rounds; `_low` and `_high` are its range.

`_interval_…` is the median's confidence interval and what confidence it
reaches, `_mean…` the mean with its interval, `_variation` the standard
deviation divided by the mean, `_outliers` how many rounds are marked as such.

A percentile is empty where too few queries ran for one to lie beyond it."""


def write_tidy(
    run: Run, summaries: Mapping[tuple[str, str, int], CellSummary], stream: TextIO
) -> None:
    """Write every cell of the run as CSV; open the stream with `newline=""`."""
    drivers = {d.name: d for d in run.drivers}
    queries = {q.name: q for q in run.queries}
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for cell in run.cells:
        summary = summaries[cell.driver, cell.query, cell.concurrency]
        row = _identity(run, cell, drivers.get(cell.driver), queries.get(cell.query))
        if summary.figures:
            row |= _figures(summary.figures)
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
    }


def _figures(figures: Figures) -> dict[str, object]:
    latency = figures.latency
    row: dict[str, object] = {}
    for name in _SPREADS:
        row |= _spread(name, getattr(figures, name))
    row |= _spread("latency_round_mean_us", latency.round_mean_us)
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
