"""What all figures share: type, paper, heading, legend of languages, and where it was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from pgbench_drivers.analysis.summary import Metric
from pgbench_drivers.report.languages import SLOTS, language_styles
from pgbench_drivers.report.notes import run_span
from pgbench_drivers.results.model import Driver, Run

INK, SOFT, RULE, TRACK, PAPER = "#1b1f24", "#565e68", "#e2ded6", "#efece5", "#ffffff"
HATCH = "#ffffffb0"
MARGIN_INCHES = 0.17
HEAD_INCHES = 0.80
FOOT_INCHES = 0.66
PNG_DPI = 160
LONGEST_NAME = 26

_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.parse_math": False,
    "hatch.linewidth": 1.1,
    "svg.hashsalt": "pgbench-drivers",
    "svg.fonttype": "path",
    "axes.edgecolor": RULE,
    "text.color": INK,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in our type and colours, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def sheet(run: Run, width: float, height: float, heading: str, what: str) -> Figure:
    """A figure of so many inches with its heading and its footer."""
    drawn = Figure(figsize=(width, height), facecolor=PAPER)
    left = MARGIN_INCHES / width
    drawn.text(left, 1 - 0.30 / height, heading, fontsize=15, fontweight="bold", va="center")
    drawn.text(left, 1 - 0.58 / height, what, fontsize=9.5, color=SOFT, va="center")
    where = (
        f"PostgreSQL {run.server.version} ({run.server.backend}), {run.environment.cpu_model}, "
        f"{run.environment.cpu_cores} cores, {run_span(run)}"
    )
    drawn.text(
        left, 0.17 / height, brief(where, int(width * 15)), fontsize=8, color=SOFT, va="center"
    )
    return drawn


def legend(drawn: Figure, run: Run) -> None:
    """Name the languages' colours and patterns, above the footer."""
    used = {d.language for d in run.drivers if not d.synthetic}
    handles = [
        Patch(
            facecolor=SLOTS[s.slot].light,
            hatch=SLOTS[s.slot].hatch,
            edgecolor=HATCH,
            linewidth=0,
            label=s.title if s.title == s.tag else f"{s.tag}  {s.title}",
        )
        for s in language_styles(run).values()
        if s.name in used
    ]
    if not handles:
        return
    width, height = drawn.get_size_inches()
    drawn.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(MARGIN_INCHES / width, 0.30 / height),
        ncols=min(8, len(handles)),
        frameon=False,
        fontsize=9,
        handlelength=2.4,
        handleheight=1.1,
        borderaxespad=0,
        borderpad=0,
    )


def name_inches(drivers: Iterable[Driver], size: float) -> float:
    """Room for the longest name with its language's tag, in type of `size` points."""
    longest = max((len(brief(d.title, LONGEST_NAME)) for d in drivers), default=8)
    return (longest + 5) * size * 0.60 / 72


def titled(metric: Metric) -> str:
    """A metric as a heading, with its unit where figures do not carry it."""
    return metric.title if metric.unit == "µs" else f"{metric.title}, {metric.unit}"


def better(metric: Metric) -> str:
    """Which way is better, in words."""
    return "higher is better" if metric.higher_is_better else "lower is better"


def connections(number: int) -> str:
    """A number of connections in words."""
    return "1 connection" if number == 1 else f"{number} connections"


def brief(text: str, limit: int) -> str:
    """`text`, cut to so many characters."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
