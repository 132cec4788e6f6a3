"""Bars with their range over rounds: the ranking, and every query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pgbench_drivers.analysis.summary import metric
from pgbench_drivers.report.figures import frame
from pgbench_drivers.report.formatting import figure, ratio
from pgbench_drivers.report.languages import SLOTS, LanguageStyle, language_styles
from pgbench_drivers.report.notes import Footnotes, why_unranked
from pgbench_drivers.report.standings import Analysed, Standings
from pgbench_drivers.results.model import Driver

WIDTH_INCHES = 8.4
PANEL_INCHES = 5.6
ROW_INCHES = 0.30
PANEL_ROW_INCHES = 0.235
FIGURE_DPI = 100
FIGURE_POINTS, RATIO_POINTS = 48, 88
"""How far to the right of the longest bar its figure and ratio end."""


@dataclass(frozen=True)
class _Bar:
    """One row of a chart: a figure with its range, or the reason that stands in its place."""

    driver: Driver
    style: LanguageStyle
    bounds: tuple[float, float, float] | None
    label: str
    note: str = ""


def ranking(analysed: Analysed, notes: Footnotes, metric_key: str) -> Figure:
    """Drivers by the geometric mean over the headline's queries."""
    standings = analysed.standings(metric_key)
    bars = _bars(analysed, notes, standings)
    height = frame.HEAD_INCHES + frame.FOOT_INCHES + ROW_INCHES * max(1, len(bars))
    number = len(standings.queries)
    mean = "One query" if number == 1 else f"Geometric mean over {number} queries"
    drawn = frame.sheet(
        analysed.run,
        WIDTH_INCHES,
        height,
        frame.titled(standings.metric),
        f"{mean}, {frame.connections(standings.concurrency)}; median of rounds with their "
        f"range, ratio to the best; {frame.better(standings.metric)}",
    )
    left = frame.MARGIN_INCHES + frame.name_inches((b.driver for b in bars), 9.5)
    _draw(
        _axes(drawn, left, frame.FOOT_INCHES, WIDTH_INCHES - left - 1.42, ROW_INCHES * len(bars)),
        bars,
        9.5,
    )
    frame.legend(drawn, analysed.run)
    return drawn


def by_query(analysed: Analysed, notes: Footnotes, metric_key: str) -> Figure:
    """A panel of bars per query, two in a row."""
    run, wanted = analysed.run, metric(metric_key)
    real = [d for d in run.drivers if not d.synthetic]
    panel = 0.62 + PANEL_ROW_INCHES * max(1, len(real))
    height = frame.HEAD_INCHES + frame.FOOT_INCHES + panel * max(1, -(-len(run.queries) // 2))
    drawn = frame.sheet(
        run,
        2 * PANEL_INCHES,
        height,
        f"{frame.titled(wanted)}, query by query",
        f"{frame.connections(analysed.concurrency)}; median of rounds with their range, "
        f"ratio to the best; {frame.better(wanted)}",
    )
    names = frame.name_inches(real, 8.2)
    for index, query in enumerate(run.queries):
        row, column = divmod(index, 2)
        left = frame.MARGIN_INCHES + PANEL_INCHES * column
        bottom = height - frame.HEAD_INCHES - panel * (row + 1) + 0.12
        drawn.text(
            left / (2 * PANEL_INCHES),
            (bottom + panel - 0.34) / height,
            frame.brief(query.title, 48),
            fontsize=10.5,
            fontweight="bold",
            va="center",
        )
        bars = _bars(analysed, notes, analysed.standings(metric_key, [query.name]))
        room = PANEL_INCHES - frame.MARGIN_INCHES - names - 1.30
        _draw(_axes(drawn, left + names, bottom, room, panel - 0.52), bars, 8.2)
    frame.legend(drawn, run)
    return drawn


def _bars(analysed: Analysed, notes: Footnotes, standings: Standings) -> list[_Bar]:
    styles = language_styles(analysed.run)
    drivers = {d.name: d for d in analysed.run.drivers}
    ranked = [
        _Bar(
            drivers[s.driver],
            styles[drivers[s.driver].language],
            (s.value, s.low, s.high),
            figure(s.value, standings.metric.unit),
            ratio(s.ratio),
        )
        for s in standings.ranked
    ]
    return ranked + [
        _Bar(drivers[name], styles[drivers[name].language], None, f"n/a – {reason}")
        for name, reason in why_unranked(analysed, notes, standings)
    ]


def _axes(drawn: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    total_width, total_height = drawn.get_size_inches()
    return drawn.add_axes(
        (
            left / total_width,
            bottom / total_height,
            width / total_width,
            max(height, ROW_INCHES) / total_height,
        )
    )


def _draw(axes: Axes, bars: Sequence[_Bar], size: float) -> None:
    axes.set_axis_off()
    axes.set_ylim(max(len(bars), 1) - 0.4, -0.6)
    if not bars:
        axes.text(0, 0, "n/a – no driver", va="center", color=frame.SOFT)
        return
    top = max((b.bounds[2] for b in bars if b.bounds), default=1.0) or 1.0
    axes.set_xlim(0, top)
    for place, bar in enumerate(bars):
        _text(
            axes,
            (0, place),
            -4,
            f"{frame.brief(bar.driver.title, frame.LONGEST_NAME)}  {bar.style.tag}",
            fontsize=size,
            color=frame.INK if bar.bounds else frame.SOFT,
        )
        if bar.bounds is None:
            points = axes.get_window_extent().width * 72 / FIGURE_DPI + RATIO_POINTS
            room = int(points / (size * 0.55))
            axes.text(
                0, place, frame.brief(bar.label, room), va="center", fontsize=size - 1.2,
                color=frame.SOFT,
            )  # fmt: skip
            continue
        _bar(axes, place, bar.style, bar.bounds, top)
        _text(axes, (1, place), FIGURE_POINTS, bar.label, fontsize=size, fontweight="bold")
        _text(axes, (1, place), RATIO_POINTS, bar.note, fontsize=size - 1, color=frame.SOFT)


def _bar(
    axes: Axes, place: int, style: LanguageStyle, bounds: tuple[float, float, float], top: float
) -> None:
    value, low, high = bounds
    slot = SLOTS[style.slot]
    axes.barh(place, top, height=0.64, color=frame.TRACK, linewidth=0, zorder=1)
    axes.barh(
        place, value, height=0.64, facecolor=slot.light, hatch=slot.hatch,
        edgecolor=frame.HATCH if slot.hatch else slot.light, linewidth=0, zorder=2,
    )  # fmt: skip
    if high <= low:
        return
    for colour, width in ((frame.PAPER, 3.4), (frame.INK, 1.2)):
        axes.errorbar(
            value, place, xerr=[[max(0.0, value - low)], [max(0.0, high - value)]],
            fmt="none", ecolor=colour, elinewidth=width, capsize=3, capthick=width,
            zorder=3, clip_on=False,
        )  # fmt: skip


def _text(axes: Axes, at: tuple[float, float], points: float, text: str, **look: Any) -> None:
    """Right-aligned text that ends so many points beside an edge of the axes."""
    axes.annotate(
        text,
        at,
        xycoords=axes.get_yaxis_transform(),
        xytext=(points, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        annotation_clip=False,
        **look,
    )
