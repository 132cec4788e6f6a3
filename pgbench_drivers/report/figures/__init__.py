"""The page's main charts as static figures, PNG and SVG, for READMEs and slides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pgbench_drivers.report.figures.bars import by_query, ranking
from pgbench_drivers.report.figures.frame import PNG_DPI, style
from pgbench_drivers.report.figures.load import latency_by_load
from pgbench_drivers.report.figures.matrix import matrix
from pgbench_drivers.report.figures.percentiles import percentiles
from pgbench_drivers.report.load_page import LoadPage
from pgbench_drivers.report.notes import Footnotes, footnotes
from pgbench_drivers.report.standings import (
    CPU_METRIC,
    HEADLINE_METRIC,
    LATENCY_METRIC,
    Analysed,
)
from pgbench_drivers.results.model import Run

DRAWINGS: dict[str, Callable[[Analysed, Footnotes], Figure]] = {
    "throughput-ranking": lambda a, n: ranking(a, n, HEADLINE_METRIC),
    "latency-ranking": lambda a, n: ranking(a, n, LATENCY_METRIC),
    "throughput-matrix": matrix,
    "throughput-by-query": lambda a, n: by_query(a, n, HEADLINE_METRIC),
    "latency-by-query": lambda a, n: by_query(a, n, LATENCY_METRIC),
    "cpu-per-row-by-query": lambda a, n: by_query(a, n, CPU_METRIC),
    "latency-percentiles": lambda a, _: percentiles(a),
}
"""Every figure of a closed loop by the name of its files."""

LOAD_NAME = "latency-by-load"
"""The one figure of an open loop."""


def write_figures(run: Run, directory: Path) -> list[Path]:
    """Write every figure as PNG and SVG into `directory`, and say which files these are."""
    directory.mkdir(parents=True, exist_ok=True)
    drawings = _of_open_loop(run) if run.is_open_loop else _of_closed_loop(run)
    written: list[Path] = []
    with style():
        for name, drawn in drawings:
            FigureCanvasAgg(drawn)
            png, svg = directory / f"{name}.png", directory / f"{name}.svg"
            drawn.savefig(png, dpi=PNG_DPI, metadata={"Software": None})
            drawn.savefig(svg, metadata={"Date": None, "Creator": None})
            written += [png, svg]
    return written


def _of_closed_loop(run: Run) -> Iterator[tuple[str, Figure]]:
    analysed = Analysed.of(run)
    notes = footnotes(analysed)
    for name, draw in DRAWINGS.items():
        yield name, draw(analysed, notes)


def _of_open_loop(run: Run) -> Iterator[tuple[str, Figure]]:
    yield LOAD_NAME, latency_by_load(LoadPage.of(run))
