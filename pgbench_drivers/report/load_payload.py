"""The data that an open loop's page draws its charts from."""

from __future__ import annotations

from dataclasses import dataclass

from pgbench_drivers.report.languages import language_styles
from pgbench_drivers.report.load_page import LoadLine, LoadPage, percentile
from pgbench_drivers.report.page import driver_views
from pgbench_drivers.report.payload import DriverData, LanguageData

Point = tuple[float, float | None, float | None, bool]
"""Rate, p50 and p99 in µs, whether the rate was held."""


@dataclass(frozen=True)
class LineData:
    """A driver, by its index, and its points from the lowest rate to the highest."""

    d: int
    points: list[Point]


@dataclass(frozen=True)
class PanelData:
    """What is drawn of one query at one number of connections."""

    title: str
    lines: list[LineData]


@dataclass(frozen=True)
class LoadData:
    """All of it."""

    languages: list[LanguageData]
    drivers: list[DriverData]
    panels: list[PanelData]


def load_data(shown: LoadPage) -> LoadData:
    """Reduce the page to what its script draws: real drivers only."""
    styles = list(language_styles(shown.run).values())
    places = {style.name: index for index, style in enumerate(styles)}
    return LoadData(
        languages=[LanguageData(s.name, s.title, s.tag, s.slot) for s in styles],
        drivers=[
            DriverData(
                view.driver.name,
                view.driver.title,
                places[view.driver.language],
                view.driver.synthetic,
                view.driver.usage,
            )
            for view in driver_views(shown.run)
        ],
        panels=[
            PanelData(
                f"{panel.query.title}, {panel.concurrency} connections",
                [_line(line) for line in panel.lines if not line.view.driver.synthetic],
            )
            for panel in shown.panels
        ],
    )


def _line(line: LoadLine) -> LineData:
    points: list[Point] = [
        (one.per_second, percentile(one.figures, "50"), percentile(one.figures, "99"),
         one.figures.held)
        for one in line.cells
        if one.figures
    ]  # fmt: skip
    return LineData(line.view.index, points)
