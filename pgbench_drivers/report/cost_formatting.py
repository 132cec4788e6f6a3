"""Figures of cost, as its page and its Markdown show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pgbench_drivers.analysis.cost import Counts, DriverCost
from pgbench_drivers.analysis.summary import Spread
from pgbench_drivers.report.formatting import MISSING, THIN_SPACE, byte_size, count, microseconds
from pgbench_drivers.results.cost import Cost

Unit = Literal["µs", "B", ""]

UNTOLD = "—"
HARDLY = 0.001

_TEXT = {"µs": microseconds, "B": byte_size, "": count}


@dataclass(frozen=True)
class Column:
    """A column of a table: its title, how its figures read, and what stands for none."""

    title: str
    unit: Unit
    missing: str = MISSING


@dataclass(frozen=True)
class Shown:
    """A figure in words, with the range of its rounds, which is empty where it has none."""

    text: str
    bounds: str


_ALLOCATED = [
    (Column("allocations/row", "", UNTOLD), "allocations_per_row"),
    (Column("allocated/row", "B", UNTOLD), "allocated_bytes_per_row"),
]


def shown(spread: Spread | None, unit: Unit, missing: str = MISSING) -> Shown:
    """The median, and the lowest to the highest round."""
    if spread is None:
        return Shown(missing, "")
    low, high = _text(spread.low, unit), _text(spread.high, unit)
    return Shown(_text(spread.median, unit), "" if low == high else f"{low} – {high}")


def _text(value: float, unit: Unit) -> str:
    """A figure; a share that is next to nothing is not spelt out."""
    if unit != "µs" and 0 < value < HARDLY:
        return f"<{THIN_SPACE}{HARDLY}"
    return _TEXT[unit](value)


def time_and_memory_columns(cost: Cost) -> tuple[Column, ...]:
    """What is known of a driver without a query; memory only where it was measured."""
    columns = (
        Column("Start-up", "µs"),
        Column("of it the driver's", "µs"),
        Column("1 connection", "µs"),
        Column(f"{cost.options.connections} connections", "µs"),
        Column("each further one", "µs"),
    )
    if cost.options.large is None:
        return columns
    return (*columns, Column("Memory", "B"), Column("per row", "B"))


def time_and_memory(cost: Cost, driver: DriverCost) -> tuple[Shown, ...]:
    """A driver's figures, one for each column."""
    spreads = (
        driver.start_up_us,
        driver.own_start_up_us,
        driver.connect_one_us,
        driver.connect_many_us,
        driver.per_connection_us,
        driver.memory_bytes,
        driver.memory_bytes_per_row,
    )
    columns = time_and_memory_columns(cost)
    return tuple(shown(s, c.unit) for s, c in zip(spreads, columns, strict=False))


def count_columns(cost: Cost) -> tuple[Column, ...]:
    """What was counted; a counter that is not to be had here has no column."""
    return tuple(column for column, _ in _counters(cost))


def counts(cost: Cost, counted: Counts) -> tuple[Shown, ...]:
    """A driver's counts for a query, one for each column."""
    return tuple(
        shown(getattr(counted, attribute), column.unit, column.missing)
        for column, attribute in _counters(cost)
    )


def null_counts(cost: Cost, counted: Counts) -> tuple[Shown, ...]:
    """A null row's counts, one for each column: only allocations are counted of it."""
    return tuple(
        shown(getattr(counted, attribute), column.unit, column.missing)
        if (column, attribute) in _ALLOCATED
        else Shown("", "")
        for column, attribute in _counters(cost)
    )


def _counters(cost: Cost) -> list[tuple[Column, str]]:
    known = [
        ("", "voluntary/query", "voluntary_per_query"),
        ("", "involuntary/query", "involuntary_per_query"),
        ("syscalls", "system calls/query", "syscalls_per_query"),
        ("instructions", "instructions/row", "instructions_per_row"),
        ("cycles", "cycles/row", "cycles_per_row"),
    ]
    columns = [
        (Column(title, ""), attribute)
        for counter, title, attribute in known
        if counter not in cost.unavailable
    ]
    return columns + (_ALLOCATED if cost.allocations else [])


def reasons(cost: Cost) -> list[str]:
    """Why something is missing: counters of this machine, and drivers that failed."""
    titles = {"syscalls": "system calls", "instructions": "instructions", "cycles": "cycles"}
    grouped: dict[str, list[str]] = {}
    for counter, reason in cost.unavailable.items():
        grouped.setdefault(reason, []).append(titles.get(counter, counter))
    found = [f"Not available here: {' and '.join(names)}: {why}" for why, names in grouped.items()]
    found += _untold(cost)
    drivers = {driver.name: driver for driver in cost.drivers}
    found += [
        f"{driver.title} was not run: {driver.not_run_reason}"
        for driver in cost.drivers
        if driver.not_run_reason
    ]
    return found + [
        f"{drivers[f.driver].title} {'does not support' if f.unsupported else 'failed'} "
        f"{f.query} with {f.connections} connection{'s' * (f.connections > 1)}: {f.reason}"
        for f in cost.failures
    ]


def _untold(cost: Cost) -> list[str]:
    """Which languages' runtimes do not tell what they allocate, and why."""
    titles = {d.language: d.language_title for d in cost.drivers if not d.synthetic}
    return [
        f"Allocations, {titles[language]}: {reason}"
        for language, reason in cost.untold.items()
        if language in titles
    ]
