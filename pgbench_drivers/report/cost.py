"""The page of `pgbench-drivers cost`: one HTML file without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from pgbench_drivers.analysis.cost import DriverCost, driver_costs, null_counts, null_start_up_us
from pgbench_drivers.analysis.summary import Spread
from pgbench_drivers.report import cost_formatting as formatting
from pgbench_drivers.report.cost_formatting import Shown, Unit, shown
from pgbench_drivers.report.formatting import ratio
from pgbench_drivers.report.html import style, templates
from pgbench_drivers.report.languages import SLOTS
from pgbench_drivers.report.page import DriverView, driver_views
from pgbench_drivers.results.cost import Cost

NOTHING_SEEN = "nothing seen"


@dataclass(frozen=True)
class Bar:
    """One driver on a board; lengths are shares of the longest, in percent.

    One without a place has a figure that cannot be told from nothing.
    """

    view: DriverView
    place: int | None
    shown: Shown
    ratio: str
    length: float
    low: float
    high: float


@dataclass(frozen=True)
class Board:
    """Drivers by one figure, the least first."""

    key: str
    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Row:
    """A line of a table."""

    view: DriverView
    cells: tuple[Shown, ...]
    query: str = ""


def write_cost_page(cost: Cost, path: Path) -> None:
    """Write the page to `path` as one self-contained HTML file."""
    path.write_text(render(cost), encoding="utf-8")


def render(cost: Cost) -> str:
    """The page of a document."""
    costs = driver_costs(cost)
    views = {view.driver.name: view for view in driver_views(cost)}
    return (
        templates()
        .get_template("cost.html.j2")
        .render(
            cost=cost,
            slots=SLOTS,
            style=Markup(style()),  # noqa: S704 - our own files
            boards=list(_boards(cost, costs, views)),
            figure_columns=formatting.time_and_memory_columns(cost),
            figures=[
                Row(views[one.driver.name], formatting.time_and_memory(cost, one)) for one in costs
            ],
            count_columns=formatting.count_columns(cost),
            counts=[
                Row(views[one.driver.name], formatting.counts(cost, counted), counted.query)
                for one in costs
                for counted in one.counts
            ],
            null_counts=[
                Row(view, formatting.null_counts(cost, counted), counted.query)
                for view in views.values()
                if view.driver.synthetic
                for counted in null_counts(cost, view.driver)
            ],
            nulls=[
                Row(view, (shown(null_start_up_us(cost, view.driver), "µs"),))
                for view in views.values()
                if view.driver.synthetic
            ],
            views=[view for view in views.values() if not view.driver.synthetic],
            reasons=formatting.reasons(cost),
        )
    )


def _boards(
    cost: Cost, costs: Sequence[DriverCost], views: dict[str, DriverView]
) -> Iterator[Board]:
    def board(
        key: str, title: str, unit: Unit, figure: Callable[[DriverCost], Spread | None]
    ) -> Board:
        return Board(key, title, _bars(costs, views, unit, figure))

    yield board("start-up", "Start-up, the driver's part", "µs", lambda c: c.own_start_up_us)
    yield board("connecting", "Each further connection", "µs", lambda c: c.per_connection_us)
    if cost.options.large:
        yield board("memory", "Memory of the large answer", "B", lambda c: c.memory_bytes)


def _bars(
    costs: Sequence[DriverCost],
    views: dict[str, DriverView],
    unit: Unit,
    figure: Callable[[DriverCost], Spread | None],
) -> tuple[Bar, ...]:
    known = [(one, spread) for one in costs if (spread := figure(one)) is not None]
    # A difference whose range reaches below zero is none that was seen.
    unseen = [(one, spread) for one, spread in known if spread.low <= 0]
    seen = [(one, spread) for one, spread in known if spread.low > 0]
    seen.sort(key=lambda pair: pair[1].median)
    last = (_without_place(views[one.driver.name], shown(spread, unit)) for one, spread in unseen)
    return (*_ranked(seen, views, unit), *last)


def _without_place(view: DriverView, figure: Shown) -> Bar:
    return Bar(view, None, Shown(NOTHING_SEEN, figure.bounds or figure.text), "", 0, 0, 0)


def _ranked(
    seen: Sequence[tuple[DriverCost, Spread]], views: dict[str, DriverView], unit: Unit
) -> Iterator[Bar]:
    top = max((spread.high for _, spread in seen), default=0)
    for place, (one, spread) in enumerate(seen, start=1):
        yield Bar(
            views[one.driver.name],
            place,
            shown(spread, unit),
            ratio(spread.median / seen[0][1].median),
            100 * spread.median / top,
            100 * spread.low / top,
            100 * spread.high / top,
        )
