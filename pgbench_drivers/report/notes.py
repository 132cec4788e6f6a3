"""Why a figure is missing, and what about the run should make a reader careful."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

from pgbench_drivers.analysis.drift import drift
from pgbench_drivers.analysis.warmup import Trend
from pgbench_drivers.report.formatting import percent
from pgbench_drivers.report.standings import HEADLINE_METRIC, Analysed, Standings, levels
from pgbench_drivers.results.model import Cell, Run

NOISY_SPREAD = 0.10
BUSY_LOAD_PER_CORE = 0.25
NO_FIGURE = "no figure"

STATUS_TITLES = {
    "ok": "no round measured",
    "failed": "failed",
    "unsupported": "not supported",
    "not-run": "not run",
    "unfinished": "unfinished",
    "absent": "not in this run",
}

CellKey = tuple[str, str, int]


@dataclass(frozen=True)
class Footnote:
    """A reason for missing figures, and the cells that lack them."""

    number: int
    status: str
    reason: str
    where: str

    @property
    def text(self) -> str:
        """The reason in one line, as a tooltip has it."""
        return f"{self.status}: {self.reason}" if self.reason else self.status


@dataclass(frozen=True)
class Footnotes:
    """Every reason once, numbered in the order of the run's drivers, and by cell."""

    notes: tuple[Footnote, ...]
    by_cell: dict[CellKey, Footnote]


@dataclass(frozen=True)
class Noise:
    """How far rounds of one cell lie apart: (highest - lowest) / median of the throughput."""

    median: float
    worst: float
    worst_driver: str
    worst_query: str


def footnotes(analysed: Analysed) -> Footnotes:
    """Collect the reasons of all cells that have no figures, wherever they are missing."""
    run = analysed.run
    cells = {(c.driver, c.query, c.concurrency): c for c in run.cells}
    titles = {d.name: d.title for d in run.drivers}
    not_run = {d.name: d.not_run_reason for d in run.drivers}
    query_titles = {q.name: q.title for q in run.queries}
    grouped: dict[tuple[str, str], list[CellKey]] = {}
    for driver in titles:
        for level in levels(run):
            for query in query_titles:
                key = (driver, query, level)
                summary = analysed.cells.get(key)
                if summary is None or summary.figures is None:
                    grouped.setdefault(_reason(cells.get(key), not_run[driver]), []).append(key)
    notes = tuple(
        Footnote(number, status, reason, _where(keys, titles, query_titles, levels(run)))
        for number, ((status, reason), keys) in enumerate(grouped.items(), start=1)
    )
    by_cell = {
        key: note for note, keys in zip(notes, grouped.values(), strict=True) for key in keys
    }
    return Footnotes(notes, by_cell)


def why_unranked(
    analysed: Analysed, notes: Footnotes, standings: Standings
) -> tuple[tuple[str, str], ...]:
    """(driver, reason) of everyone whom a ranking leaves out; `rank.js` says the same."""
    titles = {q.name: q.title for q in analysed.run.queries}
    found = []
    for driver in standings.unranked:
        lacking: dict[str, list[str]] = {}
        for query in standings.queries:
            key = (driver, query, standings.concurrency)
            spread = analysed.spread(analysed.cells.get(key), standings.metric.key)
            if spread is None or spread.median <= 0:
                note = notes.by_cell.get(key)
                lacking.setdefault(note.text if note else NO_FIGURE, []).append(titles[query])
        if len(lacking) == 1 and len(next(iter(lacking.values()))) == len(standings.queries):
            found.append((driver, next(iter(lacking))))
        else:
            parts = (f"{', '.join(names)}: {why}" for why, names in lacking.items())
            found.append((driver, "; ".join(parts)))
    return tuple(found)


def noise(analysed: Analysed) -> Noise | None:
    """The spread of the rounds over all cells, or None where no cell has two rounds."""
    spreads: list[tuple[float, str, str]] = []
    synthetic = {d.name for d in analysed.run.drivers if d.synthetic}
    for cell in analysed.cells.values():
        figure = analysed.spread(cell, HEADLINE_METRIC)
        if figure is None or len(figure.values) < 2 or not figure.median:
            continue
        if cell.driver not in synthetic:
            width = (figure.high - figure.low) / figure.median
            spreads.append((width, cell.driver, cell.query))
    if not spreads:
        return None
    worst = max(spreads)
    return Noise(statistics.median(s[0] for s in spreads), *worst)


def cautions(analysed: Analysed) -> tuple[str, ...]:
    """Warnings for the head of the page: the run's own, and what follows from its cells."""
    run = analysed.run
    found = of_the_run(run)
    unread = sum(1 for c in run.cells if any((r.server_cpu_us or 0) < 0 for r in c.rounds))
    if unread:
        found.append(
            f"The server's CPU time was read wrongly (below zero) in {unread} "
            f"{'cell' if unread == 1 else 'cells'}; it reads n/a there."
        )
    found += _server_bound(analysed)
    found += _still_trending(analysed)
    found += _noisy(analysed)
    drifted = drift(run)
    if drifted and drifted.noticeable:
        faster = drifted.ratio > 1
        found.append(
            f"Drift: the machine became {'faster' if faster else 'slower'} while the run went on, "
            f"by {percent(abs(drifted.ratio - 1))} in all; it widens all ranges alike."
        )
    if run.options.rounds < 3 and run.cells:
        found.append("With fewer than three rounds the spread says little about repeatability.")
    return tuple(dict.fromkeys(found))


def of_the_run(run: Run) -> list[str]:
    """Warnings for the head of any page: the run's own, what is missing, a busy machine."""
    found = list(run.warnings)
    if not run.complete:
        found.append("The run was interrupted: cells that were not reached have no figure.")
    without = sum(1 for c in run.cells if c.status in ("failed", "unfinished"))
    if without:
        found.append(
            "One cell failed or was not finished; it reads n/a, with the reason."
            if without == 1
            else f"{without} cells failed or were not finished; they read n/a, with the reason."
        )
    absent = [d.title for d in run.drivers if d.not_run_reason]
    if absent:
        found.append(f"Not run: {', '.join(absent)}.")
    environment = run.environment
    busy = environment.load_1m_before > BUSY_LOAD_PER_CORE * max(1, environment.cpu_cores)
    if busy and not any("load" in w.lower() for w in run.warnings):
        found.append(
            f"The machine was busy before the run: load {environment.load_1m_before:.2f} "
            f"on {environment.cpu_cores} cores."
        )
    return found


def _server_bound(analysed: Analysed) -> list[str]:
    shown = {driver.name for driver in analysed.run.drivers}
    known = [bound for (driver, _, _), bound in analysed.bounds.items() if driver in shown]
    by_server = sum(1 for bound in known if bound.by == "server")
    if not by_server:
        return []
    text = (
        f"The server's CPU bounded {by_server} of {len(known)} cells: there, drivers differ by "
        "more than throughput and latency show; client CPU per row shows it."
    )
    return [text]


def trend_text(trend: Trend) -> str:
    """How a cell's throughput changed within its measured windows."""
    way = "rises" if trend.ratio > 1 else "falls"
    return f"{way} by {percent(abs(trend.ratio - 1))} within its windows"


def _still_trending(analysed: Analysed) -> list[str]:
    shown = {driver.name: driver.title for driver in analysed.run.drivers}
    queries = {query.name: query.title for query in analysed.run.queries}
    found = {key: t for key, t in analysed.trends.items() if key[0] in shown}
    if not found:
        return []
    worst = max(found, key=lambda key: abs(math.log(found[key].ratio)))
    cells = "one cell" if len(found) == 1 else f"{len(found)} cells"
    text = (
        f"Not steady: the throughput of {cells} still changed while it was measured, most that of "
        f"{shown[worst[0]]}, {queries.get(worst[1], '?')}, which {trend_text(found[worst])}; "
    )
    rising = all(trend.ratio > 1 for trend in found.values())
    return [text + ("a longer --warmup would show more." if rising else "see its table.")]


def _noisy(analysed: Analysed) -> list[str]:
    measured = noise(analysed)
    if measured is None or measured.worst <= NOISY_SPREAD:
        return []
    titles = {d.name: d.title for d in analysed.run.drivers}
    queries = {q.name: q.title for q in analysed.run.queries}
    text = (
        f"Noise: the rounds of the noisiest cell ({titles.get(measured.worst_driver, '?')}, "
        f"{queries.get(measured.worst_query, '?')}) lie {percent(measured.worst)} apart; "
        f"{percent(measured.median)} in the median cell."
    )
    return [text]


def _reason(cell: Cell | None, not_run_reason: str | None) -> tuple[str, str]:
    if cell is None:
        if not_run_reason:
            return STATUS_TITLES["not-run"], not_run_reason
        return STATUS_TITLES["absent"], ""
    return STATUS_TITLES.get(cell.status, cell.status), cell.reason or not_run_reason or ""


def _where(
    keys: list[CellKey],
    titles: dict[str, str],
    query_titles: dict[str, str],
    all_levels: tuple[int, ...],
) -> str:
    """The cells in words: "aiopg: COPY; pg-native: all queries"."""
    parts = []
    for driver in dict.fromkeys(k[0] for k in keys):
        mine = [k for k in keys if k[0] == driver]
        queries = list(dict.fromkeys(k[1] for k in mine))
        at = sorted({k[2] for k in mine})
        what = (
            "all queries"
            if len(queries) == len(query_titles) > 1
            else ", ".join(query_titles[q] for q in queries)
        )
        if tuple(at) != all_levels:
            what += f" at {', '.join(str(c) for c in at)} connections"
        parts.append(f"{titles[driver]}: {what}")
    return "; ".join(parts)


def run_span(run: Run) -> str:
    """When the run took place, in UTC, to the minute."""
    first, last = run.started_at[:10], run.finished_at[:10]
    until = run.finished_at[11:16] if first == last else f"{last} {run.finished_at[11:16]}"
    return f"{first} {run.started_at[11:16]}–{until} UTC"


def _longer_warmups(run: Run) -> str:
    """The languages whose drivers were warmed up longer than the others, and how long."""
    own = {
        driver.language_title: run.options.warmup_seconds / run.options.rounds * driver.warmup
        for driver in run.drivers
        if driver.warmup != 1
    }
    return (
        f" ({', '.join(f'{title}: {seconds:.3g} s' for title, seconds in own.items())})"
        if own
        else ""
    )


def windows(run: Run) -> str:
    """How a cell's seconds were spread over its rounds."""
    options = run.options
    warmup, measured = (
        f"{seconds / options.rounds:.3g} s"
        for seconds in (options.warmup_seconds, options.measure_seconds)
    )
    warmup += _longer_warmups(run)
    most = max((len(cell.rounds) for cell in run.cells), default=0)
    if most > options.rounds:
        return f"{options.rounds} to {most} rounds of {measured}, each after {warmup} of warm-up"
    if options.rounds == 1:
        return f"one round of {measured} after {warmup} of warm-up"
    return f"{options.rounds} rounds of {measured}, each after {warmup} of warm-up"
