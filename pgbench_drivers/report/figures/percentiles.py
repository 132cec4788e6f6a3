"""Latency by percentile, a panel per query: a few drivers, or the fastest of each language."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

from pgbench_drivers.report.figures import frame
from pgbench_drivers.report.formatting import microseconds
from pgbench_drivers.report.languages import SLOTS, language_styles
from pgbench_drivers.report.standings import HEADLINE_METRIC, Analysed

PANEL_INCHES = (4.7, 2.75)
FEW = 4
DASHES = ("-", "--", ":", "-.")
MARKED = (0.0, 90.0, 99.0, 99.9, 99.99, 99.999)


def percentiles(analysed: Analysed) -> Figure:
    """Each step to the right leaves a tenth of the queries: the axis is log(1 / (1 - p))."""
    run = analysed.run
    rows = max(1, -(-len(run.queries) // 2))
    width = 2 * PANEL_INCHES[0]
    height = frame.HEAD_INCHES + PANEL_INCHES[1] * rows + 0.40
    drawn = frame.sheet(
        run,
        width,
        height,
        "Latency by percentile",
        f"{_who(analysed)}, "
        f"{frame.connections(analysed.concurrency)}; all rounds together, logarithmic axes",
    )
    for index, query in enumerate(run.queries):
        row, column = divmod(index, 2)
        bottom = height - frame.HEAD_INCHES - PANEL_INCHES[1] * (row + 1) + 0.42
        axes = drawn.add_axes(
            (
                (0.75 + PANEL_INCHES[0] * column) / width,
                bottom / height,
                (PANEL_INCHES[0] - 1.0) / width,
                (PANEL_INCHES[1] - 0.86) / height,
            )
        )
        axes.set_title(
            frame.brief(query.title, 48), loc="left", fontsize=10.5, fontweight="bold", pad=6
        )
        _panel(axes, analysed, query.name)
    return drawn


def _panel(axes: Axes, analysed: Analysed, query: str) -> None:
    reach = 1.0
    languages: list[str] = []
    for name in _shown(analysed, query):
        cell = analysed.cells[name, query, analysed.concurrency]
        if cell.figures is None:
            continue
        count = max(2, cell.figures.queries)
        points = [
            (_nines(p, count), max(value, 1e-3))
            for p, value in cell.figures.latency.curve
            if p >= 100 or _nines(p, count) < math.log10(count)
        ]
        reach = max(reach, points[-1][0])
        driver = next(d for d in analysed.run.drivers if d.name == name)
        look = SLOTS[language_styles(analysed.run)[driver.language].slot]
        marked = [i for i, (position, _) in enumerate(points) if _is_marked(position)]
        axes.plot(
            [x for x, _ in points], [y for _, y in points], color=look.light, linewidth=1.6,
            marker=look.marker, markersize=4.5, markevery=marked, clip_on=False,
            linestyle=DASHES[languages.count(driver.language) % len(DASHES)],
            label=frame.brief(driver.title, frame.LONGEST_NAME),
        )  # fmt: skip
        languages.append(driver.language)
    if not languages:
        axes.text(0.5, 0.5, "n/a – no driver has figures", ha="center", va="center")
        axes.set_axis_off()
        return
    _scales(axes, reach)
    axes.legend(loc="upper left", frameon=False, fontsize=8.5, handlelength=2.2, borderaxespad=0.2)


def _scales(axes: Axes, reach: float) -> None:
    axes.set_yscale("log")
    axes.set_xlim(0, reach)
    ticks = [p for p in MARKED if _nines(p, math.inf) <= reach]
    axes.xaxis.set_major_locator(FixedLocator([_nines(p, math.inf) for p in ticks]))
    axes.set_xticklabels([f"{p:g} %" if p else "min" for p in ticks])
    low, high = axes.get_ylim()
    wide = high / low > 300
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0), numticks=8))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(labelsize=8, colors=frame.SOFT, length=0)
    axes.tick_params(which="minor", length=0)
    axes.grid(color=frame.RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_ylim(low, high * (high / low) ** 0.28)


def _who(analysed: Analysed) -> str:
    few = sum(1 for d in analysed.run.drivers if not d.synthetic) <= FEW
    return "All drivers" if few else "Fastest driver of each language on that query"


def _shown(analysed: Analysed, query: str) -> list[str]:
    """As the page's plot opens: all of a few drivers, or the fastest of each language."""
    languages = {d.name: d.language for d in analysed.run.drivers}
    ranked = [p.driver for p in analysed.standings(HEADLINE_METRIC, [query]).ranked]
    if sum(1 for d in analysed.run.drivers if not d.synthetic) <= FEW:
        return ranked
    best: dict[str, str] = {}
    for driver in ranked:
        best.setdefault(languages[driver], driver)
    return list(best.values())


def _nines(percentile: float, count: float) -> float:
    """Where a percentile stands; the maximum is at one query in `count`."""
    return math.log10(count) if percentile >= 100 else -math.log10(1 - percentile / 100)


def _is_marked(position: float) -> bool:
    return any(abs(position - _nines(p, math.inf)) < 1e-9 for p in MARKED)


def plain(value: float) -> str:
    """A time given in µs, without zeros at its end."""
    number, space, unit = microseconds(value).partition("\u202f")
    return f"{float(number):g}{space}{unit}"
