"""The end of a run in words: the ranking, what failed, where the report is."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from pgbench_drivers.analysis.load import LIMITS_US, TAIL
from pgbench_drivers.cli.report import FIGURES_NAME, REPORT_NAME
from pgbench_drivers.report.formatting import microseconds
from pgbench_drivers.report.load_page import LoadPage
from pgbench_drivers.report.standings import CPU_METRIC, HEADLINE_METRIC, Analysed, Standings
from pgbench_drivers.results import storage
from pgbench_drivers.results.model import Run

COLUMN_WIDTH = 15
"""Of a run's column where several are shown side by side."""


def show_outcome(run: Run, directory: Path) -> bool:
    """Print the outcome of the run in `directory`; returns whether something failed.

    A query that a driver does not support is not a failure; one that it
    failed, or could not be run for, is.
    """
    if run.is_open_loop:
        _show_held(run)
    else:
        _show_ranking(run)
    bad = [c for c in run.cells if c.status in ("failed", "not-run", "unfinished")]
    for cell in (c for c in run.cells if c.status != "ok"):
        click.echo(f"{cell.status}: {cell.driver} × {cell.query}: {cell.reason}", err=True)
    shown = directory.relative_to(Path.cwd()) if Path.cwd() in directory.parents else directory
    click.echo(f"\nreport   {shown / REPORT_NAME}", err=True)
    click.echo(f"figures  {shown / FIGURES_NAME}/", err=True)
    click.echo(f"result   {shown / storage.RESULT_NAME}", err=True)
    return bool(bad)


def show_side_by_side(runs: Sequence[Run]) -> None:
    """Print the figures of runs that differ by mode or transport, a column each.

    They are not ranked against each other: the drivers' order is that of the
    first run, the cheapest first.
    """
    analysed = [Analysed.of(run) for run in runs if not run.is_open_loop]
    costs = [_cpu_per_row(one) for one in analysed]
    _show_columns("Client CPU per row", runs, costs)
    _show_columns("Median latency", runs, [_median_latency(one) for one in analysed])


def _show_columns(what: str, runs: Sequence[Run], columns: Sequence[dict[str, float]]) -> None:
    drivers = list(dict.fromkeys(name for column in columns for name in column))
    if not drivers:
        return
    by, names = _what_differs(runs)
    click.echo(f"\n{what}, geometric mean, by {by}:", err=True)
    width = max(map(len, drivers))
    click.echo(" " * width + "".join(f"{name:>{COLUMN_WIDTH}}" for name in names), err=True)
    for driver in drivers:
        texts = [microseconds(column[driver]) if driver in column else "–" for column in columns]
        cells = "".join(f"{text:>{COLUMN_WIDTH}}" for text in texts)
        click.echo(f"{driver:<{width}}{cells}", err=True)


def _what_differs(runs: Sequence[Run]) -> tuple[str, list[str]]:
    """What the runs differ by, and what it is in each."""
    modes: list[str] = [run.options.mode for run in runs]
    transports = [run.options.transport for run in runs]
    if len(set(transports)) == 1:
        return "mode", modes
    if len(set(modes)) == 1:
        return "transport", transports
    both = [f"{mode} {transport}" for mode, transport in zip(modes, transports, strict=True)]
    return "mode and transport", both


def _cpu_per_row(analysed: Analysed) -> dict[str, float]:
    """By driver, in microseconds."""
    level = analysed.run.options.concurrency[0]
    standings = analysed.standings(CPU_METRIC, concurrency=level)
    return {place.driver: place.value for place in standings.ranked}


def _median_latency(analysed: Analysed) -> dict[str, float]:
    """By driver, in microseconds, over the queries and drivers of the CPU's ranking."""
    level = analysed.run.options.concurrency[0]
    standings = analysed.standings(CPU_METRIC, concurrency=level)
    found = {}
    for place in standings.ranked:
        cells = [analysed.cells[place.driver, query, level] for query in standings.queries]
        medians = [cell.figures.latency.percentiles_us["50"] for cell in cells if cell.figures]
        found[place.driver] = statistics.geometric_mean(medians)
    return found


def _show_ranking(run: Run) -> None:
    analysed = Analysed.of(run)
    standings = analysed.standings(HEADLINE_METRIC, concurrency=run.options.concurrency[0])
    if not standings.ranked:
        return
    click.echo(
        f"\nGeometric mean of {standings.metric.unit} over {', '.join(standings.queries)}, "
        f"{standings.concurrency} connections:",
        err=True,
    )
    width = max(len(place.driver) for place in standings.ranked)
    for place in standings.ranked:
        ratio = "~" if place.mark == "~" else f"{place.ratio:.2f}×"
        click.echo(
            f"{place.mark:1}{place.rank:>3}. {place.driver:<{width}}  {place.value:>12,.0f}  {ratio:>6}",
            err=True,
        )
    for line in _legend(standings, analysed):
        click.echo(line, err=True)


def _show_held(run: Run) -> None:
    for panel in LoadPage.of(run).panels:
        lines = [line for line in panel.lines if not line.view.driver.synthetic]
        if not lines:
            continue
        limits = ", ".join(microseconds(limit) for limit in LIMITS_US)
        click.echo(
            f"\n{panel.query.name}, {panel.concurrency} connections: highest queries/s held "
            f"with p{TAIL} within {limits}:",
            err=True,
        )
        width = max(len(line.view.driver.name) for line in lines)
        for line in lines:
            held = "".join(f"{one.text:>12}" for one in line.held)
            click.echo(f"  {line.view.driver.name:<{width}}{held}", err=True)


def _legend(standings: Standings, analysed: Analysed) -> Iterator[str]:
    marks = {place.mark for place in standings.ranked}
    if "≈" in marks:
        yield "≈ cannot be told apart from the first of its rank: the interval of their ratio holds 1"
    if standings.noise_floor and analysed.noise_floor:
        yield (
            f"~ differs by less than {analysed.noise_floor.driver} does from itself (A/A): "
            f"{standings.noise_floor - 1:.1%}"
        )
