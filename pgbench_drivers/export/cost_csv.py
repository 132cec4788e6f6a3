"""A document of cost as CSV: a row per figure of a driver, with the reason where there is none."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from pgbench_drivers.analysis.cost import Counts, DriverCost, driver_costs
from pgbench_drivers.analysis.summary import Spread
from pgbench_drivers.results.cost import Cost

COLUMNS = (
    "driver", "language", "driver_version", "runtime", "query", "figure",
    "median", "low", "high", "rounds", "reason",
)  # fmt: skip
"""A figure's unit is in its name; without a query it is one of the driver alone."""

_OF_DRIVERS = (
    "start_up_us", "own_start_up_us", "connect_one_us", "connect_many_us", "per_connection_us",
    "memory_bytes", "memory_bytes_per_row",
)  # fmt: skip

_OF_QUERIES = (
    "voluntary_per_query", "involuntary_per_query", "syscalls_per_query", "instructions_per_row",
    "cycles_per_row", "allocations_per_row", "allocated_bytes_per_row",
)  # fmt: skip

_ALLOCATED = ("allocations_per_row", "allocated_bytes_per_row")


def write_cost_csv(cost: Cost, stream: TextIO) -> None:
    """Write every figure of every driver; open the stream with `newline=""`."""
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for one in driver_costs(cost):
        for query, figure, spread in _figures(one):
            writer.writerow(_row(cost, one, query, figure, spread))


def _figures(one: DriverCost) -> Iterator[tuple[str, str, Spread | None]]:
    for figure in _OF_DRIVERS:
        yield "", figure, getattr(one, figure)
    for counted in one.counts:
        yield from _of_query(counted)


def _of_query(counted: Counts) -> Iterator[tuple[str, str, Spread | None]]:
    for figure in _OF_QUERIES:
        yield counted.query, figure, getattr(counted, figure)


def _row(
    cost: Cost, one: DriverCost, query: str, figure: str, spread: Spread | None
) -> dict[str, object]:
    driver = one.driver
    row: dict[str, object] = {
        "driver": driver.name,
        "language": driver.language,
        "driver_version": driver.version or "",
        "runtime": driver.runtime or "",
        "query": query,
        "figure": figure,
    }
    if spread is None:
        return {**row, "reason": _reason(cost, one, query, figure)}
    return {
        **row,
        "median": spread.median,
        "low": spread.low,
        "high": spread.high,
        "rounds": len(spread.values),
    }


def _reason(cost: Cost, one: DriverCost, query: str, figure: str) -> str:
    """Why there is no such figure, as far as the document tells."""
    if one.driver.not_run_reason:
        return one.driver.not_run_reason
    if figure in _ALLOCATED and one.driver.language in cost.untold:
        return cost.untold[one.driver.language]
    counter = figure.split("_per_", maxsplit=1)[0]
    if counter in cost.unavailable:
        return cost.unavailable[counter]
    asked = query or (cost.options.large if figure.startswith("memory") else cost.options.probe)
    return next((f.reason for f in one.failures if f.query == asked), "")
