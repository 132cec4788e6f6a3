"""An open loop's tables as Markdown: what each driver held, and every rate with its latency."""

from __future__ import annotations

from typing import TextIO

from pgbench_drivers.analysis.load import LIMITS_US, LoadCell
from pgbench_drivers.export.tables import markdown_table
from pgbench_drivers.export.tables import markdown_text as _text
from pgbench_drivers.report.formatting import MISSING, microseconds
from pgbench_drivers.report.load_page import (
    PERCENTILES,
    LoadPage,
    LoadPanel,
    outcome,
    percentile,
    rate,
)
from pgbench_drivers.report.notes import run_span, windows
from pgbench_drivers.results.model import Run

HELD = ("Driver", *(f"p99 within {microseconds(limit)}" for limit in LIMITS_US))
RATES = (
    "Driver", "Queries/s", "Scheduled", "Missed", "Late", *(f"p{p}" for p in PERCENTILES), "Rate",
)  # fmt: skip


def write_load(run: Run, stream: TextIO) -> None:
    """Write the tables of an open loop as GitHub-flavoured Markdown."""
    shown = LoadPage.of(run)
    parts = [
        f"## {_text(shown.verdict.headline)}",
        " ".join(map(_text, shown.verdict.sentences)),
        _provenance(run),
    ]
    for panel in shown.panels:
        parts += [
            f"### {_text(panel.query.title)}, {panel.concurrency} connections",
            "The highest rate held, queries/s:",
            markdown_table([HELD, *_held(panel)], (0,)),
            markdown_table([RATES, *_rates(panel)], (0, len(RATES) - 1)),
        ]
    parts.append(f"Measured with `{run.options.command}`.")
    stream.write("\n\n".join(parts) + "\n")


def _provenance(run: Run) -> str:
    environment = run.environment
    return (
        f"PostgreSQL {_text(run.server.version)} ({run.server.backend}), "
        f"{_text(environment.cpu_model)}, {environment.cpu_cores} cores, {run_span(run)}; "
        f"per cell {windows(run)}."
    )


def _held(panel: LoadPanel) -> list[tuple[str, ...]]:
    return [
        (_text(line.view.driver.title), *(held.text for held in line.held))
        for line in panel.lines
        if not line.view.driver.synthetic
    ]


def _rates(panel: LoadPanel) -> list[tuple[str, ...]]:
    return [
        (_text(line.view.driver.title), *_row(one)) for line in panel.lines for one in line.cells
    ]


def _row(one: LoadCell) -> tuple[str, ...]:
    asked = rate(one.per_second) if one.per_second else MISSING
    figures = one.figures
    if figures is None:
        return asked, *[MISSING] * (len(RATES) - 3), _text(outcome(one))
    return (
        asked,
        f"{figures.scheduled:,}",
        f"{figures.missed:,}",
        f"{figures.late:,}",
        *(microseconds(percentile(figures, p)) for p in PERCENTILES),
        _text(outcome(one)),
    )
