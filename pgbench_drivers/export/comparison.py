"""A comparison of two runs as a table for the terminal, as Markdown, and as JSON."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

import msgspec

from pgbench_drivers.analysis.comparison import (
    CellComparison,
    Comparison,
    LeftOut,
    MeanComparison,
    Verdict,
)
from pgbench_drivers.analysis.interval import CONFIDENCE, Interval
from pgbench_drivers.analysis.summary import Metric
from pgbench_drivers.export.tables import aligned, markdown_table, markdown_text
from pgbench_drivers.report.formatting import MISSING, figure, percent
from pgbench_drivers.results.model import Run

VERDICTS: tuple[Verdict, ...] = ("slower", "faster", "same", "undecided")
HEADER = ("driver", "query", "conns", "base", "new", "change", "95 % interval", "p", "verdict")
TEXT_COLUMNS = (0, 1, 8)
"""All others are numbers."""


def write_text(comparison: Comparison, stream: TextIO) -> None:
    """Write tables for people at a terminal."""
    parts = [_runs(comparison), f"{summary(comparison)}."]
    for metric, rows in _tables(comparison):
        parts.append(f"{_title(metric)}\n{aligned([HEADER, *rows], TEXT_COLUMNS)}")
    parts += ["\n".join(f"note: {note}" for note in _notes(comparison))]
    stream.write("\n\n".join(part for part in parts if part) + "\n")


def write_markdown(comparison: Comparison, stream: TextIO) -> None:
    """Write GitHub-flavoured Markdown."""
    parts = [f"**{summary(comparison)}**", markdown_text(_runs(comparison))]
    for metric, rows in _tables(comparison):
        parts.append(f"### {_title(metric)}\n\n{markdown_table([HEADER, *rows], TEXT_COLUMNS)}")
    parts += ["\n".join(f"- {markdown_text(note)}" for note in _notes(comparison))]
    stream.write("\n\n".join(part for part in parts if part) + "\n")


def write_json(comparison: Comparison, stream: TextIO) -> None:
    """Write every comparison with its rounds, for programs."""
    document = {
        "base": _run_facts(comparison.base),
        "new": _run_facts(comparison.new),
        "same_within": comparison.same_within,
        "cells": [
            {
                "query": cell.query,
                "base_rounds": cell.base,
                "new_rounds": cell.new,
                **_facts(cell),
            }
            for cell in comparison.cells
        ],
        "geometric_means": [{"queries": mean.queries, **_facts(mean)} for mean in comparison.means],
        "left_out": [
            {"driver": c.driver, "query": c.query, "concurrency": c.concurrency, "reason": c.reason}
            for c in comparison.left_out
        ],
        "notes": comparison.notes,
    }
    text = msgspec.json.format(msgspec.json.encode(document), indent=1).decode()
    stream.write(f"{text}\n")


def summary(comparison: Comparison) -> str:
    """How many cells are what: "1 slower, 13 same"."""
    counts = Counter(cell.verdict for cell in comparison.cells)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])


def change(ratio: float) -> str:
    """A ratio as a signed percentage: `+3.5 %`, and a factor where it is large."""
    if not 0.1 < ratio < 10:
        return f"{ratio:.3g}×"
    return f"{(ratio - 1) * 100:+.1f} %"


def interval_text(interval: Interval | None) -> str:
    """Both ends as changes, and the confidence where it is not the usual one."""
    if interval is None:
        return MISSING
    text = f"{change(interval.low)} to {change(interval.high)}".replace(" % to ", " to ")
    if interval.confidence < CONFIDENCE - 1e-9:
        text += f" (only {percent(interval.confidence)})"
    return text


def _tables(comparison: Comparison) -> Iterator[tuple[Metric, list[Sequence[str]]]]:
    metrics = {cell.metric.key: cell.metric for cell in comparison.cells}
    for metric in metrics.values():
        cells = [cell for cell in comparison.cells if cell.metric.key == metric.key]
        means = [mean for mean in comparison.means if mean.metric.key == metric.key]
        yield metric, [*map(_cell_row, cells), *map(_mean_row, means)]


def _cell_row(cell: CellComparison) -> Sequence[str]:
    medians = (figure(statistics.median(v), cell.metric.unit) for v in (cell.base, cell.new))
    return (cell.driver, cell.query, str(cell.concurrency), *medians, *_judged(cell))


def _mean_row(mean: MeanComparison) -> Sequence[str]:
    what = f"geometric mean of {len(mean.queries)}"
    return (mean.driver, what, str(mean.concurrency), "", "", *_judged(mean))


def _judged(found: CellComparison | MeanComparison) -> Sequence[str]:
    p = "<0.001" if found.p < 0.001 else f"{found.p:.3f}"
    return change(found.ratio), interval_text(found.interval), p, found.verdict


def _title(metric: Metric) -> str:
    better = "higher" if metric.higher_is_better else "lower"
    return f"{metric.title}, {metric.unit} ({better} is better)"


def _runs(comparison: Comparison) -> str:
    return f"base  {_run_line(comparison.base)}\nnew   {_run_line(comparison.new)}"


def _run_line(run: Run) -> str:
    clean = not run.environment.git_dirty and run.environment.git_revision
    revision = f", revision {clean[:10]}" if clean else ""
    return (
        f"{run.started_at}, {run.options.rounds} rounds, PostgreSQL {run.server.version}, "
        f"{run.environment.cpu_model}{revision}"
    )


def _notes(comparison: Comparison) -> list[str]:
    found = list(comparison.notes)
    grouped: dict[str, list[LeftOut]] = {}
    for cell in comparison.left_out:
        grouped.setdefault(cell.reason, []).append(cell)
    for reason, cells in grouped.items():
        which = ", ".join(f"{c.driver} × {c.query}" for c in cells[:3])
        more = f" and {len(cells) - 3} more" if len(cells) > 3 else ""
        found.append(f"left out: {which}{more}: {reason}")
    return found


def _run_facts(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "started_at": run.started_at,
        "git_revision": run.environment.git_revision,
        "git_dirty": run.environment.git_dirty,
    }


def _facts(found: CellComparison | MeanComparison) -> dict[str, Any]:
    interval = found.interval
    return {
        "driver": found.driver,
        "concurrency": found.concurrency,
        "metric": found.metric.key,
        "ratio": found.ratio,
        "interval": interval
        and {"low": interval.low, "high": interval.high, "confidence": interval.confidence},
        "p_adjusted": found.p,
        "verdict": found.verdict,
    }
