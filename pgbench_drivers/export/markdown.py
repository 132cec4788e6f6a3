"""Tables for a README: the headline ranking, and a matrix of drivers and queries per metric."""

from __future__ import annotations

from typing import TextIO

from pgbench_drivers.analysis.summary import METRICS, Metric
from pgbench_drivers.export.load import write_load
from pgbench_drivers.export.tables import markdown_text as _text
from pgbench_drivers.report.formatting import figure, ratio, spread
from pgbench_drivers.report.notes import Footnotes, footnotes, run_span, why_unranked, windows
from pgbench_drivers.report.sending import sending
from pgbench_drivers.report.standings import (
    HEADLINE_METRIC,
    LATENCY_METRIC,
    Analysed,
    levels,
)
from pgbench_drivers.report.verdict import verdict
from pgbench_drivers.results.model import Driver, Run

MATRIX_METRICS = tuple(m for m in METRICS if m.key != "queries_per_second")


def write_markdown(run: Run, stream: TextIO) -> None:
    """Write the run's ranking and matrices, or its load, as GitHub-flavoured Markdown."""
    if run.is_open_loop:
        write_load(run, stream)
        return
    analysed = Analysed.of(run)
    notes = footnotes(analysed)
    words = verdict(analysed)
    parts = [
        f"## {_text(words.headline)}",
        " ".join(_text(s) for s in words.sentences),
        _provenance(run),
        _ranking(analysed, notes),
    ]
    parts += [
        _matrix(analysed, notes, wanted, level)
        for level in levels(run)
        for wanted in MATRIX_METRICS
    ]
    if notes.notes:
        parts.append(
            "\n".join(f"- n/a [{n.number}] {_text(n.text)} ({_text(n.where)})" for n in notes.notes)
        )
    parts.append(_sending(run))
    parts.append(_harness(analysed))
    parts.append(f"Measured with `{run.options.command}`.")
    stream.write("\n\n".join(p for p in parts if p) + "\n")


def _provenance(run: Run) -> str:
    environment = run.environment
    return (
        f"PostgreSQL {_text(run.server.version)} ({run.server.backend}), "
        f"{_text(environment.cpu_model)}, {environment.cpu_cores} cores, {run_span(run)}; "
        f"per cell {windows(run)}: median, range in parentheses. "
        "Drivers that cannot be told apart share a rank: ≈, the 95 % interval of their ratio "
        "holds 1; ~, they differ by less than the noise floor. Ratios are to the best."
    )


def _ranking(analysed: Analysed, notes: Footnotes) -> str:
    drivers = {d.name: d for d in analysed.run.drivers}
    latency = {s.driver: s for s in analysed.standings(LATENCY_METRIC).ranked}
    throughput = analysed.standings(HEADLINE_METRIC)
    titles = {q.name: q.title for q in analysed.run.queries}
    averaged = ", ".join(_text(titles[q]) for q in throughput.queries)
    left_out: list[str] = []
    lines = [
        f"Geometric mean over {averaged} with {_connections(throughput.concurrency)}:",
        "",
        "| | Driver | Language | Client | Rows/s | to best | Mean latency | to best |",
        "|--:|:--|:--|:--|--:|--:|--:|--:|",
    ]
    for place in throughput.ranked:
        driver = drivers[place.driver]
        mean = latency.get(place.driver)
        cells = (
            f"{place.mark} {place.rank}".strip(),
            f"{_text(driver.title)} {_text(driver.version or '')}".strip() + _usage(driver),
            _text(driver.language_title),
            driver.client,
            f"{figure(place.value, 'rows/s')} ({spread(place.low, place.high, 'rows/s')})",
            ratio(place.ratio),
            f"{figure(mean.value, 'µs')} ({spread(mean.low, mean.high, 'µs')})" if mean else "n/a",
            ratio(mean.ratio) if mean else "n/a",
        )
        lines.append(f"| {' | '.join(cells)} |")
    for name, reason in why_unranked(analysed, notes, throughput):
        driver = drivers[name]
        who = f"{_text(driver.title)} | {_text(driver.language_title)} | {driver.client}"
        lines.append(f"| | {who} | n/a | n/a | n/a | n/a |")
        left_out.append(f"- {_text(driver.title)} is not ranked: {_text(reason)}")
    if left_out:
        lines += ["", *left_out]
    return "\n".join(lines)


def _usage(driver: Driver) -> str:
    """A label where the driver is not used as its documentation says first."""
    return "" if driver.usage == "idiomatic" else f" ({driver.usage})"


def _matrix(analysed: Analysed, notes: Footnotes, wanted: Metric, level: int) -> str:
    run = analysed.run
    unit = f", {wanted.unit}" if wanted.unit != "µs" else ""
    better = "higher" if wanted.higher_is_better else "lower"
    lines = [
        f"### {wanted.title}{unit}, {_connections(level)} ({better} is better)",
        "",
        f"| Driver | {' | '.join(_text(q.title) for q in run.queries)} |",
        f"|:--|{'--:|' * len(run.queries)}",
    ]
    columns = [_column(analysed, notes, wanted, level, q.name) for q in run.queries]
    for driver in run.drivers:
        if not driver.synthetic:
            cells = " | ".join(column[driver.name] for column in columns)
            lines.append(f"| {_text(driver.title)} | {cells} |")
    return "\n".join(lines)


def _column(
    analysed: Analysed, notes: Footnotes, wanted: Metric, level: int, query: str
) -> dict[str, str]:
    names = [d.name for d in analysed.run.drivers if not d.synthetic]
    spreads = {n: analysed.spread(analysed.cells.get((n, query, level)), wanted.key) for n in names}
    values = [s.median for s in spreads.values() if s and s.median > 0]
    best = (max if wanted.higher_is_better else min)(values) if values else None
    column = {}
    for name, measured in spreads.items():
        if measured is None or best is None:
            note = notes.by_cell.get((name, query, level))
            column[name] = f"n/a [{note.number}]" if note else "n/a"
            continue
        text = figure(measured.median, wanted.unit)
        if measured.median == best:
            text = f"**{text}**"
        column[name] = f"{text} {ratio(measured.median / best)}"
    return column


def _sending(run: Run) -> str:
    """What each driver sends, as the audit saw it."""
    lines = [
        f"| {_text(one.view.driver.title)} | {_text(line.queries)} | "
        f"{line.lack and line.lack + ': '}{_text(line.text)} |"
        for one in sending(run).drivers
        for line in one.lines
    ]
    if not lines:
        return ""
    head = ["### What each driver sends", "", "| Driver | Queries | |", "|:--|:--|:--|"]
    return "\n".join([*head, *lines])


def _harness(analysed: Analysed) -> str:
    """What the null drivers show: the cost of our own loop, per language."""
    costs = []
    for driver in (d for d in analysed.run.drivers if d.client == "synthetic"):
        mine = [c for c in analysed.cells.values() if c.driver == driver.name]
        medians = [c.figures.client_cpu_us_per_query.median for c in mine if c.figures]
        if medians:
            costs.append(f"{_text(driver.title)} at most {figure(max(medians), 'µs')}")
    if not costs:
        return ""
    return f"What the harness adds, client CPU per query without I/O: {', '.join(costs)}."


def _connections(number: int) -> str:
    return "1 connection" if number == 1 else f"{number} connections"
