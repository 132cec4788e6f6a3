"""The data that the page's script works on: the figures of every cell, without histograms."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from pgbench_drivers.analysis.geomean import LogMean, t_quantile
from pgbench_drivers.analysis.summary import METRICS, Spread
from pgbench_drivers.report.languages import language_styles
from pgbench_drivers.report.notes import Footnotes
from pgbench_drivers.report.page import driver_views, rounds_in_order
from pgbench_drivers.report.standings import (
    CPU_METRIC,
    HEADLINE_METRIC,
    LATENCY_METRIC,
    Analysed,
    levels,
)
from pgbench_drivers.results.model import Usage

T_STEPS = 64
Bounds = tuple[float, float, float]


@dataclass(frozen=True)
class LanguageData:
    """A language and its look."""

    name: str
    title: str
    tag: str
    slot: int


@dataclass(frozen=True)
class DriverData:
    """A driver; `language` is an index."""

    name: str
    title: str
    language: int
    synthetic: bool
    usage: Usage


@dataclass(frozen=True)
class QueryData:
    """A query and whether the headline counts it."""

    name: str
    title: str
    headline: bool


@dataclass(frozen=True)
class MetricData:
    """A metric to rank by."""

    key: str
    title: str
    unit: str
    higher: bool


@dataclass(frozen=True)
class LatencyData:
    """Latency over all rounds in µs; `curve` are points of the percentile plot."""

    max: float
    p: dict[str, float]
    curve: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class CellData:
    """A cell: indices of driver and query, then (median, low, high) per metric, or a note.

    `logs` has the mean of the rounds' logarithms per metric, its variance and
    degrees of freedom.
    """

    d: int
    q: int
    c: int
    v: dict[str, Bounds] | None
    logs: dict[str, LogMean] | None
    n: int
    latency: LatencyData | None
    server: Bounds | None
    note: int | None


@dataclass(frozen=True)
class NoteData:
    """A reason for missing figures."""

    number: int
    text: str


@dataclass(frozen=True)
class PageData:
    """All of it.

    `rounds` are (position, driver, query, connections, round, queries/s,
    load), `floors` are (metric, query, connections, logarithm of the ratio
    that A/A showed), and `t` are ends of 95 % intervals of Student's t, at
    evenly spaced reciprocals of the degrees of freedom from 0 to 1.
    """

    languages: list[LanguageData]
    drivers: list[DriverData]
    queries: list[QueryData]
    metrics: list[MetricData]
    levels: tuple[int, ...]
    defaults: dict[str, str | int | list[str]]
    cells: list[CellData]
    notes: list[NoteData]
    rounds: list[tuple[int, int, int, int, int, float, float]]
    floors: list[tuple[str, int, int, float]]
    t: list[float]


def page_data(analysed: Analysed, notes: Footnotes) -> PageData:
    """Reduce the run to what the page's script draws."""
    run = analysed.run
    styles = list(language_styles(run).values())
    language_index = {s.name: i for i, s in enumerate(styles)}
    query_index = {q.name: i for i, q in enumerate(run.queries)}
    return PageData(
        languages=[LanguageData(s.name, s.title, s.tag, s.slot) for s in styles],
        drivers=[
            DriverData(
                v.driver.name, v.driver.title, language_index[v.driver.language],
                v.driver.synthetic, v.driver.usage,
            )
            for v in driver_views(run)
        ],
        queries=[QueryData(q.name, q.title, q.name in analysed.queries) for q in run.queries],
        metrics=[MetricData(m.key, m.title, m.unit, m.higher_is_better) for m in METRICS],
        levels=levels(run),
        defaults={
            "metric": HEADLINE_METRIC,
            "latency": LATENCY_METRIC,
            "cpu": CPU_METRIC,
            "connections": analysed.concurrency,
            "queries": list(analysed.queries),
        },
        cells=_cells(analysed, notes),
        notes=[NoteData(n.number, n.text) for n in notes.notes],
        rounds=[
            (
                row.round.position, row.view.index, query_index[row.query], row.concurrency,
                row.round.index, _rounded(row.round.queries / row.round.elapsed_ns * 1e9),
                row.round.load_1m,
            )
            for row in rounds_in_order(run)
            if row.query in query_index
        ],
        floors=[
            (key, query_index[query], level, _rounded(log))
            for (key, query, level), log in (
                analysed.noise_floor.logs.items() if analysed.noise_floor else ()
            )
        ],
        t=[_rounded(t_quantile(T_STEPS / i if i else math.inf)) for i in range(T_STEPS + 1)],
    )  # fmt: skip


def embedded_json(data: object) -> str:
    """JSON that may stand inside a `<script>` element whatever strings it holds."""
    text = msgspec.json.encode(data).decode("utf-8")
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _cells(analysed: Analysed, notes: Footnotes) -> list[CellData]:
    found = []
    for view in driver_views(analysed.run):
        for index, query in enumerate(analysed.run.queries):
            for level in levels(analysed.run):
                key = (view.driver.name, query.name, level)
                found.append(_cell(analysed, notes, key, view.index, index))
    return found


def _cell(
    analysed: Analysed, notes: Footnotes, key: tuple[str, str, int], driver: int, query: int
) -> CellData:
    summary = analysed.cells.get(key)
    if summary is None or summary.figures is None:
        note = notes.by_cell.get(key)
        return CellData(
            driver, query, key[2], None, None, 0, None, None, note.number if note else None
        )
    figures = summary.figures
    spreads = {m.key: analysed.spread(summary, m.key) for m in METRICS}
    latency = figures.latency
    return CellData(
        driver,
        query,
        key[2],
        {name: _bounds(s) for name, s in spreads.items() if s is not None},
        {name: _log_mean(s) for name, s in spreads.items() if s is not None and s.low > 0},
        figures.queries,
        LatencyData(
            latency.max_us,
            {p: _rounded(value) for p, value in latency.percentiles_us.items()},
            tuple((p, _rounded(value, 4)) for p, value in latency.curve),
        ),
        _bounds(figures.server_cpu_us_per_query) if figures.server_cpu_us_per_query else None,
        None,
    )  # fmt: skip


def _rounded(value: float, digits: int = 6) -> float:
    """Six digits, where a figure is only drawn; a curve takes four, from a histogram of three."""
    return float(f"{value:.{digits}g}")


def _log_mean(spread: Spread) -> LogMean:
    found = LogMean.of(spread.values)
    return LogMean(_rounded(found.centre), _rounded(found.variance), found.freedom)


def _bounds(spread: Spread) -> Bounds:
    return (spread.median, spread.low, spread.high)
