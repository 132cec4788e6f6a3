"""Latency against load, for each query a panel of its p50 and one of its p99."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from pgbench_drivers.report.figures import frame
from pgbench_drivers.report.figures.percentiles import DASHES, plain
from pgbench_drivers.report.languages import SLOTS, language_styles
from pgbench_drivers.report.load_page import LoadPage, LoadPanel, percentile, rate, rates_text

PANEL_INCHES = (4.7, 2.9)
PERCENTILES = ("50", "99")
MOST_TICKS = 6


def latency_by_load(shown: LoadPage) -> Figure:
    """All real drivers; hollow points are rates that were not held."""
    run = shown.run
    width = 2 * PANEL_INCHES[0]
    height = frame.HEAD_INCHES + PANEL_INCHES[1] * max(1, len(shown.panels)) + 0.40
    drawn = frame.sheet(
        run,
        width,
        height,
        "Latency against load",
        f"{run.options.arrivals} arrivals, {rates_text(run)}; from when a query was due; "
        "hollow: rate not held",
    )
    for row, panel in enumerate(shown.panels):
        bottom = height - frame.HEAD_INCHES - PANEL_INCHES[1] * (row + 1) + 0.42
        pair = [
            drawn.add_axes(
                (
                    (0.75 + PANEL_INCHES[0] * column) / width,
                    bottom / height,
                    (PANEL_INCHES[0] - 1.0) / width,
                    (PANEL_INCHES[1] - 0.92) / height,
                )
            )
            for column in range(len(PERCENTILES))
        ]
        pair[1].sharey(pair[0])
        for axes, key in zip(pair, PERCENTILES, strict=True):
            title = f"{frame.brief(panel.query.title, 34)}, p{key}, {panel.concurrency} conn."
            axes.set_title(title, loc="left", fontsize=10.5, fontweight="bold", pad=6)
            _panel(axes, shown, panel, key)
    return drawn


def _panel(axes: Axes, shown: LoadPage, panel: LoadPanel, key: str) -> None:
    styles = language_styles(shown.run)
    languages: list[str] = []
    rates: set[float] = set()
    for line in panel.lines:
        points = [
            (one.per_second, value, one.figures.held)
            for one in line.cells
            if one.figures and (value := percentile(one.figures, key)) is not None
        ]
        driver = line.view.driver
        if driver.synthetic or not points:
            continue
        look = SLOTS[styles[driver.language].slot]
        axes.plot(
            [x for x, _, _ in points], [y for _, y, _ in points], color=look.light, linewidth=1.6,
            linestyle=DASHES[languages.count(driver.language) % len(DASHES)], marker=look.marker,
            markersize=4.5, label=frame.brief(driver.title, frame.LONGEST_NAME),
        )  # fmt: skip
        lost = [(x, y) for x, y, held in points if not held]
        axes.plot(
            [x for x, _ in lost], [y for _, y in lost], color=look.light, linestyle="none",
            marker=look.marker, markersize=5, markerfacecolor=frame.PAPER, zorder=3,
        )  # fmt: skip
        languages.append(driver.language)
        rates |= {x for x, _, _ in points}
    if not languages:
        axes.text(0.5, 0.5, "n/a – no driver has figures", ha="center", va="center")
        axes.set_axis_off()
        return
    _scales(axes, sorted(rates))
    if key == PERCENTILES[0]:
        # Where lines are lower.
        axes.legend(loc="upper left", frameon=False, fontsize=8, handlelength=2.2)


def _scales(axes: Axes, rates: list[float]) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(rates[0] / 1.15, rates[-1] * 1.15)
    few = len(rates) <= MOST_TICKS
    axes.xaxis.set_major_locator(FixedLocator(rates) if few else LogLocator(subs=(1.0, 3.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: rate(value)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(labelsize=8, colors=frame.SOFT, length=0)
    axes.tick_params(which="minor", length=0)
    axes.grid(color=frame.RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
