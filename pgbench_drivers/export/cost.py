"""A document of cost as Markdown, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from pgbench_drivers.analysis.cost import driver_costs, null_counts
from pgbench_drivers.export.tables import markdown_table, markdown_text
from pgbench_drivers.report import cost_formatting as formatting
from pgbench_drivers.report.cost_formatting import Shown
from pgbench_drivers.results.cost import Cost


def write_cost_markdown(cost: Cost, stream: TextIO) -> None:
    """Write the figures as GitHub-flavoured Markdown: medians, with the range of the rounds."""
    stream.write("\n\n".join(part for part in _parts(cost) if part) + "\n")


def _parts(cost: Cost) -> Iterator[str]:
    drivers = driver_costs(cost)
    columns = formatting.time_and_memory_columns(cost)
    head = ("Driver", *(column.title for column in columns))
    rows = [
        (one.driver.title, *map(_text, formatting.time_and_memory(cost, one))) for one in drivers
    ]
    yield markdown_table([head, *rows], text_columns=(0,))
    head = ("Driver", "Query", *(column.title for column in formatting.count_columns(cost)))
    rows = [
        (one.driver.title, counted.query, *map(_text, formatting.counts(cost, counted)))
        for one in drivers
        for counted in one.counts
    ]
    rows += [
        (null.title, counted.query, *map(_text, formatting.null_counts(cost, counted)))
        for null in cost.drivers
        if null.synthetic
        for counted in null_counts(cost, null)
    ]
    yield markdown_table([head, *rows], text_columns=(0, 1))
    yield "\n".join(f"- {markdown_text(reason)}" for reason in formatting.reasons(cost))


def _text(shown: Shown) -> str:
    return f"{shown.text} ({shown.bounds})" if shown.bounds else shown.text
