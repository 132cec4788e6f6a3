"""Everything the page's templates show, worked out before they are rendered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgbench_drivers.analysis.bound import Bound
from pgbench_drivers.analysis.outliers import outliers
from pgbench_drivers.analysis.summary import METRICS, CellSummary, Metric, metric
from pgbench_drivers.analysis.warmup import Trend
from pgbench_drivers.report.formatting import figure, ratio
from pgbench_drivers.report.languages import LanguageStyle, WithDrivers, language_styles
from pgbench_drivers.report.notes import Footnote, Footnotes
from pgbench_drivers.report.standings import HEADLINE_METRIC, Analysed, levels
from pgbench_drivers.results.model import Cell, Driver, Query, Round, Run

HEAT_LIMIT = 10.0
"""Ten times the best and beyond is shown without any heat."""

CLIENT_TITLES = {"async": "async", "threads": "threads", "limit": "raw", "synthetic": "no I/O"}


@dataclass(frozen=True)
class DriverView:
    """A driver and the look of its language; `index` is its place in the run's list."""

    index: int
    driver: Driver
    style: LanguageStyle

    @property
    def client(self) -> str:
        """How the client waits, in a word."""
        return CLIENT_TITLES.get(self.driver.client, self.driver.client)


@dataclass(frozen=True)
class MatrixCell:
    """A value of the matrix, or the footnote that says why there is none."""

    query: str | None
    text: str
    ratio: str
    heat: int
    best: bool
    note: Footnote | None


@dataclass(frozen=True)
class MatrixRow:
    """A driver's cells, the geometric mean first."""

    view: DriverView
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True)
class Matrix:
    """Drivers by queries under one metric: ranked or rankable rows, and the harness's apart."""

    metric: Metric
    rows: tuple[MatrixRow, ...]
    synthetic: tuple[MatrixRow, ...]


@dataclass(frozen=True)
class PanelRow:
    """A driver's figures on one query and what bounds or moves them, or why there are none."""

    view: DriverView
    summary: CellSummary | None
    bound: Bound | None
    trend: Trend | None
    note: Footnote | None


@dataclass(frozen=True)
class PanelLevel:
    """One table body: all drivers at one number of connections, fastest first."""

    concurrency: int
    rows: tuple[PanelRow, ...]


@dataclass(frozen=True)
class Panel:
    """What is shown of one query."""

    index: int
    query: Query
    levels: tuple[PanelLevel, ...]


@dataclass(frozen=True)
class RoundRow:
    """One measured window, in the order in which they ran."""

    view: DriverView
    query: str
    concurrency: int
    round: Round
    outlying: frozenset[str] = frozenset()

    def mark(self, metric_key: str) -> str:
        """A dagger where this round's figure is an outlier in its cell."""
        return " †" if metric_key in self.outlying else ""


def driver_views(run: WithDrivers) -> tuple[DriverView, ...]:
    """The run's drivers with their looks."""
    styles = language_styles(run)
    return tuple(DriverView(i, d, styles[d.language]) for i, d in enumerate(run.drivers))


def usages(run: Run) -> tuple[str, ...]:
    """How the run's drivers are used, if not all alike."""
    found = tuple(dict.fromkeys(d.usage for d in run.drivers if not d.synthetic))
    return found if len(found) > 1 else ()


def heat(factor: float) -> int:
    """How strongly a cell glows, in percent: 100 for the best, 0 from `HEAT_LIMIT` times on."""
    if not factor > 0:
        return 0
    return round(100 * max(0.0, 1 - math.log(max(1.0, factor)) / math.log(HEAT_LIMIT)))


def matrix(analysed: Analysed, notes: Footnotes) -> Matrix:
    """The matrix of the headline metric at the headline's number of connections."""
    wanted = metric(HEADLINE_METRIC)
    views = {v.driver.name: v for v in driver_views(analysed.run)}
    standings = analysed.standings(HEADLINE_METRIC)
    order = [s.driver for s in standings.ranked] + list(standings.unranked)
    means = {s.driver: s.value for s in standings.ranked}
    columns: list[dict[str, MatrixCell]] = [_column(None, means, wanted, order, None)]
    for query in analysed.run.queries:
        values = _values(analysed, query.name, order, wanted)
        column_notes = {n: notes.by_cell.get((n, query.name, analysed.concurrency)) for n in views}
        columns.append(_column(query.name, values, wanted, order, column_notes))
    rows = tuple(MatrixRow(views[n], tuple(c[n] for c in columns)) for n in order)
    synthetic = tuple(
        _synthetic_row(analysed, view, wanted, notes)
        for view in views.values()
        if view.driver.synthetic
    )
    return Matrix(wanted, rows, synthetic)


def panels(analysed: Analysed, notes: Footnotes) -> tuple[Panel, ...]:
    """One panel per query, in the run's order."""
    views = driver_views(analysed.run)
    return tuple(
        Panel(
            index,
            query,
            tuple(
                PanelLevel(level, _panel_rows(analysed, notes, views, query.name, level))
                for level in levels(analysed.run)
            ),
        )
        for index, query in enumerate(analysed.run.queries)
    )


def rounds_in_order(run: Run) -> tuple[RoundRow, ...]:
    """All rounds of the run, by position."""
    views = {v.driver.name: v for v in driver_views(run)}
    found = [
        RoundRow(views[c.driver], c.query, c.concurrency, r, frozenset(outlying[place]))
        for c in run.cells
        for outlying in [_outlying(c)]
        for place, r in enumerate(c.rounds)
        if c.driver in views
    ]
    return tuple(sorted(found, key=lambda row: row.round.position))


def _outlying(cell: Cell) -> Mapping[int, set[str]]:
    """For each round's place, the metrics by which it is an outlier."""
    found: dict[int, set[str]] = {place: set() for place in range(len(cell.rounds))}
    for one in METRICS:
        values = [value for r in cell.rounds if (value := one.of_round(r)) is not None]
        if len(values) == len(cell.rounds):
            for place in outliers(values):
                found[place].add(one.key)
    return found


def encryptions(run: Run) -> dict[str, list[str]]:
    """The drivers that were encrypted by each of TLS' versions and ciphers."""
    found: dict[str, list[str]] = {}
    for cell in run.cells:
        for encryption in dict.fromkeys(one.encryption for one in cell.rounds if one.encryption):
            drivers = found.setdefault(encryption, [])
            if cell.driver not in drivers:
                drivers.append(cell.driver)
    return found


def modes(run: Run) -> dict[str, list[tuple[str, str]]]:
    """Per driver, (kinds, mode) as the runner reported it; kinds of one mode share a line."""
    kinds = {q.name: q.kind for q in run.queries}
    found: dict[str, dict[str, list[str]]] = {}
    for cell in run.cells:
        if cell.mode and cell.query in kinds:
            mine = found.setdefault(cell.driver, {}).setdefault(cell.mode, [])
            if kinds[cell.query] not in mine:
                mine.append(kinds[cell.query])
    return {
        driver: [(", ".join(sorted(mine, reverse=True)), mode) for mode, mine in by_mode.items()]
        for driver, by_mode in found.items()
    }


def _values(
    analysed: Analysed, query: str, drivers: Sequence[str], wanted: Metric
) -> dict[str, float]:
    found = {}
    for name in drivers:
        spread = analysed.spread(
            analysed.cells.get((name, query, analysed.concurrency)), wanted.key
        )
        if spread is not None:
            found[name] = spread.median
    return found


def _column(
    query: str | None,
    values: dict[str, float],
    wanted: Metric,
    drivers: Sequence[str],
    notes: dict[str, Footnote | None] | None,
) -> dict[str, MatrixCell]:
    positive = [v for v in values.values() if v > 0]
    best = (max(positive) if wanted.higher_is_better else min(positive)) if positive else None
    cells = {}
    for name in drivers:
        value = values.get(name)
        if value is None:
            note = notes.get(name) if notes else None
            cells[name] = MatrixCell(query, "n/a", "", 0, False, note)
            continue
        share = value / best if best else math.nan
        factor = 1 / share if wanted.higher_is_better and share else share
        cells[name] = MatrixCell(
            query, figure(value, wanted.unit), ratio(share), heat(factor), value == best, None
        )
    return cells


def _synthetic_row(
    analysed: Analysed, view: DriverView, wanted: Metric, notes: Footnotes
) -> MatrixRow:
    name = view.driver.name
    cells = [MatrixCell(None, "", "", 0, False, None)]
    for query in analysed.run.queries:
        key = (name, query.name, analysed.concurrency)
        spread = analysed.spread(analysed.cells.get(key), wanted.key)
        text = figure(spread.median, wanted.unit) if spread else "n/a"
        note = None if spread else notes.by_cell.get(key)
        cells.append(MatrixCell(query.name, text, "", 0, False, note))
    return MatrixRow(view, tuple(cells))


def _panel_rows(
    analysed: Analysed, notes: Footnotes, views: Sequence[DriverView], query: str, level: int
) -> tuple[PanelRow, ...]:
    rows = []
    for view in views:
        if view.driver.synthetic:
            continue
        key = (view.driver.name, query, level)
        rows.append(
            PanelRow(
                view,
                analysed.cells.get(key),
                analysed.bounds.get(key),
                analysed.trends.get(key),
                notes.by_cell.get(key),
            )
        )

    def fastest_first(row: PanelRow) -> float:
        spread = analysed.spread(row.summary, HEADLINE_METRIC)
        return -spread.median if spread else math.inf

    return tuple(sorted(rows, key=fastest_first))
