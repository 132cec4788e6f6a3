"""What the page of an open loop shows, worked out before it is rendered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgbench_drivers.analysis.load import (
    LIMITS_US,
    TAIL,
    Line,
    LoadCell,
    LoadFigures,
    highest_held,
    lines_of,
    load_cells,
)
from pgbench_drivers.report.formatting import microseconds, percent
from pgbench_drivers.report.notes import STATUS_TITLES, of_the_run
from pgbench_drivers.report.page import DriverView, driver_views
from pgbench_drivers.report.standings import levels, supports
from pgbench_drivers.report.verdict import Verdict
from pgbench_drivers.results.model import Query, Run

PERCENTILES = ("50", "99", "99.9")
PROCESSES = {"poisson": "by chance, as a Poisson process has it", "constant": "evenly spaced"}


@dataclass(frozen=True)
class HeldRate:
    """The highest rate that a driver held within a limit; none when it held not even the lowest."""

    limit_us: float
    cell: LoadCell | None
    is_highest_measured: bool

    @property
    def text(self) -> str:
        """The rate, and that it may hold more where no higher one was measured."""
        if self.cell is None:
            return "none"
        text = rate(self.cell.per_second)
        return f"≥ {text}" if self.is_highest_measured else text


@dataclass(frozen=True)
class LoadLine:
    """A driver's cells on a query, from the lowest rate to the highest, and what it held."""

    view: DriverView
    cells: tuple[LoadCell, ...]
    held: tuple[HeldRate, ...]


@dataclass(frozen=True)
class LoadPanel:
    """A query at a number of connections: real drivers first."""

    index: int
    query: Query
    concurrency: int
    lines: tuple[LoadLine, ...]


@dataclass(frozen=True)
class LoadPage:
    """All of it."""

    run: Run
    panels: tuple[LoadPanel, ...]
    cautions: tuple[str, ...]
    verdict: Verdict

    @classmethod
    def of(cls, run: Run) -> LoadPage:
        """Work out the page of an open loop."""
        cells = load_cells(run)
        views = {view.driver.name: view for view in driver_views(run)}
        return cls(run, _panels(run, cells, views), _cautions(run, cells), _verdict(run, cells))


def rate(per_second: float) -> str:
    """A rate as it was asked for: `5,000`, `7.5`."""
    return f"{per_second:,.6g}"


def percentile(figures: LoadFigures, key: str) -> float | None:
    """In µs, or None where too few queries ran for one to lie beyond it."""
    supported = supports(float(key), figures.queries)
    return figures.latency.percentiles_us[key] if supported else None


def outcome(one: LoadCell) -> str:
    """Whether the rate was held, and what speaks against it, in words."""
    figures = one.figures
    if figures is None:
        status = STATUS_TITLES.get(one.cell.status, one.cell.status)
        return f"{status}: {one.cell.reason}" if one.cell.reason else status
    if figures.held:
        return "held"
    return (
        f"not held: {figures.missed:,} of {figures.scheduled:,} queries "
        f"({percent(figures.missed_share)}) were due and not sent before the window was over, "
        "and are in no latency"
    )


def rates_text(run: Run) -> str:
    """Which rates the run has, in words."""
    rates = sorted({cell.per_second for cell in run.cells if cell.per_second is not None})
    if not rates:
        return "no rate was found"
    if run.options.rate == "sweep":
        shares = sorted({cell.share for cell in run.cells if cell.share is not None})
        listed = _listed([f"{100 * share:g}" for share in shares])
        return f"{listed} % of each driver's throughput in a closed loop"
    return f"{_listed(list(map(rate, rates)))} queries/s"


def _panels(
    run: Run, cells: Mapping[Line, Sequence[LoadCell]], views: Mapping[str, DriverView]
) -> tuple[LoadPanel, ...]:
    places = [(query, level) for query in run.queries for level in levels(run)]
    return tuple(
        LoadPanel(index, query, level, _lines(cells, views, query.name, level))
        for index, (query, level) in enumerate(places)
    )


def _lines(
    cells: Mapping[Line, Sequence[LoadCell]],
    views: Mapping[str, DriverView],
    query: str,
    level: int,
) -> tuple[LoadLine, ...]:
    found = [_line(views[key[0]], cells[key]) for key in lines_of(cells, query, level)]
    return tuple(sorted(found, key=lambda line: line.view.driver.synthetic))


def _line(view: DriverView, cells: Sequence[LoadCell]) -> LoadLine:
    held = []
    for limit in LIMITS_US:
        best = highest_held(cells, limit)
        held.append(HeldRate(limit, best, best is cells[-1]))
    return LoadLine(view, tuple(cells), tuple(held))


def _cautions(run: Run, cells: Mapping[Line, Sequence[LoadCell]]) -> tuple[str, ...]:
    found = of_the_run(run)
    synthetic = {driver.name for driver in run.drivers if driver.synthetic}
    measured = [
        one.figures
        for (driver, _, _), line in cells.items()
        for one in line
        if one.figures and driver not in synthetic
    ]
    not_held = sum(1 for figures in measured if not figures.held)
    if not_held:
        found.append(
            f"{not_held} of {len(measured)} cells did not hold their rate: some queries were "
            "never sent, so that their latencies are lower than the load would have made them."
        )
    return tuple(dict.fromkeys(found))


def _verdict(run: Run, cells: Mapping[Line, Sequence[LoadCell]]) -> Verdict:
    real = [driver for driver in run.drivers if not driver.synthetic]
    drivers = f"{len(real)} drivers" if len(real) > 1 else real[0].title if real else "no driver"
    queries = run.queries[0].title if len(run.queries) == 1 else f"{len(run.queries)} queries"
    process = PROCESSES[run.options.arrivals or "poisson"]
    basis = (
        f"An open loop: queries are due {process}, at {rates_text(run)}, whatever the answers "
        "take, and latency counts from when a query was due."
    )
    headline = f"Latency against load: {drivers} on {queries}"
    return Verdict(headline, (basis, *_steadiest(run, cells)))


def _steadiest(run: Run, cells: Mapping[Line, Sequence[LoadCell]]) -> list[str]:
    """Who held the highest rate within the middle limit, where one query makes that one answer."""
    limit = LIMITS_US[1]
    titles = {driver.name: driver.title for driver in run.drivers if not driver.synthetic}
    places = {key[1:] for key in cells}
    if len(places) != 1:
        return []
    held = {
        titles[key[0]]: best.per_second
        for key, line in cells.items()
        if key[0] in titles and (best := highest_held(line, limit))
    }
    if not held:
        return [f"No driver held any rate with p{TAIL} within {microseconds(limit)}."]
    most = max(held.values())
    names = [name for name, rate in held.items() if rate == most]
    text = (
        f"With p{TAIL} within {microseconds(limit)}, {_listed(names)} held the highest rate, "
        f"{rate(most)} queries/s."
    )
    return [text]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
