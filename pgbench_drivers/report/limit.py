"""How near each driver comes to the limit: a client that receives an answer and looks away.

The limit's row is `raw-drain`, which sends what a driver would and discards
what comes back. What it costs is the kernel's part, which no driver avoids.
"""

from __future__ import annotations

from dataclasses import dataclass

from pgbench_drivers.analysis.geomean import GeometricMean, Samples, geometric_ratio
from pgbench_drivers.report.page import DriverView, driver_views
from pgbench_drivers.report.standings import CPU_METRIC, Analysed
from pgbench_drivers.results.model import Query

LIMIT_CLIENT = "limit"


@dataclass(frozen=True)
class LimitRow:
    """A driver's shares: the limit's client CPU per row ÷ its own, per query and over all.

    None where it has no figure; `overall` only where it has all of them.
    """

    view: DriverView
    shares: tuple[GeometricMean | None, ...]
    overall: GeometricMean | None


@dataclass(frozen=True)
class Limit:
    """The whole section; without rows when the run did not measure the limit."""

    title: str
    queries: tuple[Query, ...]
    rows: tuple[LimitRow, ...]


def limit(analysed: Analysed) -> Limit:
    """Every real driver's share of the limit, the nearest first."""
    views = driver_views(analysed.run)
    client = next((view for view in views if view.driver.client == LIMIT_CLIENT), None)
    queries = [
        query
        for query in analysed.run.queries
        if client is not None and _rounds(analysed, client, query)
    ]
    if client is None or not queries:
        return Limit("", (), ())
    best = [_rounds(analysed, client, query) for query in queries]
    rows = [
        _row(view, best, [_rounds(analysed, view, query) for query in queries])
        for view in views
        if not view.driver.synthetic
    ]
    rows = [row for row in rows if any(row.shares)]
    rows.sort(key=lambda row: -row.overall.value if row.overall else 1.0)
    return Limit(client.driver.title, tuple(queries), tuple(rows))


def _rounds(analysed: Analysed, view: DriverView, query: Query) -> tuple[float, ...]:
    """Client CPU per row, one positive figure per round; empty where there is none."""
    cell = analysed.cells.get((view.driver.name, query.name, analysed.concurrency))
    spread = analysed.spread(cell, CPU_METRIC)
    return spread.values if spread and spread.low > 0 else ()


def _row(view: DriverView, best: Samples, own: Samples) -> LimitRow:
    shares = tuple(
        geometric_ratio([mine], [limits]) if mine else None
        for limits, mine in zip(best, own, strict=True)
    )
    return LimitRow(view, shares, geometric_ratio(own, best) if all(own) else None)
