"""The page's main charts as static figures, PNG and SVG, for READMEs and slides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from pgbench_drivers.report.formatting import figure, ratio
from pgbench_drivers.report.languages import SLOTS, LanguageStyle, language_styles
from pgbench_drivers.report.notes import run_span
from pgbench_drivers.report.standings import (
    CPU_METRIC,
    HEADLINE_METRIC,
    LATENCY_METRIC,
    Analysed,
    Standings,
)
from pgbench_drivers.results.model import Driver, Run

INK, SOFT, RULE, TRACK, PAPER = "#1b1f24", "#565e68", "#e2ded6", "#efece5", "#ffffff"
WIDTH_INCHES = 8.4
ROW_INCHES = 0.30
PNG_DPI = 160

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


@dataclass(frozen=True)
class _Bar:
    """One row of a chart: a figure with its range, or the reason that stands in its place."""

    driver: Driver
    style: LanguageStyle
    bounds: tuple[float, float, float] | None
    label: str
    note: str = ""


def write_figures(run: Run, directory: Path) -> list[Path]:
    """Write every figure as PNG and SVG into `directory`, and say which files these are."""
    directory.mkdir(parents=True, exist_ok=True)
    analysed = Analysed.of(run)
    drawings: tuple[tuple[str, Callable[[Analysed], Figure]], ...] = (
        ("throughput-ranking", lambda a: _ranking(a, HEADLINE_METRIC, "Throughput, rows/s")),
        ("latency-ranking", lambda a: _ranking(a, LATENCY_METRIC, "Mean latency")),
        ("throughput-by-query", lambda a: _by_query(a, HEADLINE_METRIC, "Throughput, rows/s")),
        ("cpu-per-row-by-query", lambda a: _by_query(a, CPU_METRIC, "Client CPU per row")),
    )
    written: list[Path] = []
    with _style():
        for name, draw in drawings:
            drawn = draw(analysed)
            FigureCanvasAgg(drawn)
            png, svg = directory / f"{name}.png", directory / f"{name}.svg"
            drawn.savefig(png, dpi=PNG_DPI, metadata={"Software": None})
            drawn.savefig(svg, metadata={"Date": None, "Creator": None})
            written += [png, svg]
    return written


@contextmanager
def _style() -> Iterator[None]:
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def _ranking(analysed: Analysed, metric_key: str, heading: str) -> Figure:
    standings = analysed.standings(metric_key)
    drivers = {d.name: d for d in analysed.run.drivers}
    styles = language_styles(analysed.run)
    bars = [
        _Bar(
            drivers[s.driver],
            styles[drivers[s.driver].language],
            (s.value, s.low, s.high),
            figure(s.value, standings.metric.unit),
            ratio(s.ratio),
        )
        for s in standings.ranked
    ]
    bars += [
        _Bar(drivers[name], styles[drivers[name].language], None, _brief(reason, 84))
        for name, reason in standings.unranked
    ]
    height = 1.6 + ROW_INCHES * max(1, len(bars))
    drawn = Figure(figsize=(WIDTH_INCHES, height), facecolor=PAPER)
    _heading(drawn, heading, _what(analysed, standings), height)
    axes = drawn.add_axes((0.19, 0.62 / height, 0.66, 1 - 1.42 / height))
    _draw_bars(axes, bars, 9.5, columns=(1.115, 1.21))
    _legend(drawn, analysed.run, height)
    _footer(drawn, analysed.run, height)
    return drawn


def _by_query(analysed: Analysed, metric_key: str, heading: str) -> Figure:
    run = analysed.run
    columns = 2
    rows = max(1, -(-len(run.queries) // columns))
    real = [d for d in run.drivers if not d.synthetic]
    panel = 0.62 + 0.235 * max(1, len(real))
    height = 1.55 + panel * rows
    drawn = Figure(figsize=(WIDTH_INCHES * 1.3, height), facecolor=PAPER)
    standings = analysed.standings(metric_key)
    better = "higher" if standings.metric.higher_is_better else "lower"
    _heading(
        drawn,
        f"{heading}, query by query",
        f"{_connections(analysed.concurrency)}; median of rounds with their range; "
        f"{better} is better",
        height,
    )
    for index, query in enumerate(run.queries):
        row, column = divmod(index, columns)
        bottom = height - 0.85 - panel * (row + 1) + 0.12
        axes = drawn.add_axes(
            (0.125 + 0.5 * column, bottom / height, 0.262, (panel - 0.52) / height)
        )
        axes.set_title(query.title, loc="left", fontsize=10.5, fontweight="bold", x=-0.40, pad=5)
        bars = _query_bars(analysed, metric_key, query.name, real)
        _draw_bars(axes, bars, 8.2, columns=(1.20, 1.35))
    _legend(drawn, run, height)
    _footer(drawn, run, height)
    return drawn


def _query_bars(
    analysed: Analysed, metric_key: str, query: str, real: Sequence[Driver]
) -> list[_Bar]:
    standings = analysed.standings(metric_key, [query])
    styles = language_styles(analysed.run)
    drivers = {d.name: d for d in real}
    bars = [
        _Bar(
            drivers[s.driver],
            styles[drivers[s.driver].language],
            (s.value, s.low, s.high),
            figure(s.value, standings.metric.unit),
            ratio(s.ratio),
        )
        for s in standings.ranked
    ]
    return bars + [
        _Bar(drivers[name], styles[drivers[name].language], None, _brief(reason, 46))
        for name, reason in standings.unranked
    ]


def _draw_bars(axes: Axes, bars: Sequence[_Bar], size: float, columns: tuple[float, float]) -> None:
    """Draw rows; figure and ratio end at `columns`, in widths of the longest bar."""
    top = max((b.bounds[2] for b in bars if b.bounds), default=1.0) or 1.0
    for place, bar in enumerate(bars):
        slot = SLOTS[bar.style.slot]
        axes.text(
            -0.015 * top, place, f"{_brief(bar.driver.title, 18)}  {bar.style.tag}", ha="right",
            va="center", fontsize=size, color=INK if bar.bounds else SOFT,
        )  # fmt: skip
        if bar.bounds is None:
            axes.text(
                0.005 * top, place, f"n/a – {bar.label}", va="center", fontsize=size - 1.4,
                color=SOFT,
            )  # fmt: skip
            continue
        value, low, high = bar.bounds
        axes.barh(place, top, height=0.64, color=TRACK, linewidth=0, zorder=1)
        axes.barh(
            place, value, height=0.64, facecolor=slot.light, hatch=slot.hatch,
            edgecolor="#ffffffb0" if slot.hatch else slot.light, linewidth=0, zorder=2,
        )  # fmt: skip
        if high > low:
            for colour, width in ((PAPER, 3.4), (INK, 1.2)):
                axes.errorbar(
                    value, place, xerr=[[max(0.0, value - low)], [max(0.0, high - value)]],
                    fmt="none", ecolor=colour, elinewidth=width, capsize=3, capthick=width,
                    zorder=3,
                )  # fmt: skip
        axes.text(
            columns[0] * top, place, bar.label, ha="right", va="center", fontsize=size,
            fontweight="bold",
        )  # fmt: skip
        axes.text(
            columns[1] * top, place, bar.note, ha="right", va="center", fontsize=size - 1,
            color=SOFT,
        )  # fmt: skip
    if not bars:
        axes.text(0, 0, "n/a – no driver", va="center", color=SOFT)
    axes.set_xlim(0, top)
    axes.set_ylim(max(len(bars), 1) - 0.4, -0.6)
    axes.set_axis_off()
    for text in axes.texts:
        text.set_clip_on(False)


def _heading(drawn: Figure, heading: str, what: str, height: float) -> None:
    drawn.text(0.02, 1 - 0.30 / height, heading, fontsize=15, fontweight="bold", va="center")
    drawn.text(0.02, 1 - 0.58 / height, what, fontsize=9.5, color=SOFT, va="center")


def _legend(drawn: Figure, run: Run, height: float) -> None:
    used = {d.language for d in run.drivers if not d.synthetic}
    handles = [
        Patch(
            facecolor=SLOTS[s.slot].light,
            hatch=SLOTS[s.slot].hatch * 2,
            edgecolor="#ffffffb0",
            linewidth=0,
            label=f"{s.tag}  {s.title}",
        )
        for s in language_styles(run).values()
        if s.name in used
    ]
    if handles:
        drawn.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0.012, 0.30 / height),
            ncols=min(8, len(handles)), frameon=False, fontsize=9, handlelength=2.2,
            borderaxespad=0, borderpad=0.2,
        )  # fmt: skip


def _footer(drawn: Figure, run: Run, height: float) -> None:
    where = (
        f"PostgreSQL {run.server.version} ({run.server.backend}), {run.environment.cpu_model}, "
        f"{run.environment.cpu_cores} cores, {run_span(run)}"
    )
    drawn.text(0.02, 0.17 / height, _brief(where, 130), fontsize=8, color=SOFT, va="center")


def _what(analysed: Analysed, standings: Standings) -> str:
    better = "higher" if standings.metric.higher_is_better else "lower"
    number = len(standings.queries)
    mean = "one query" if number == 1 else f"geometric mean over {number} queries"
    return (
        f"{mean[0].upper()}{mean[1:]}, {_connections(standings.concurrency)}; "
        f"median of rounds with their range; {better} is better"
    )


def _connections(number: int) -> str:
    return "1 connection" if number == 1 else f"{number} connections"


def _brief(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
