"""`pgbench-drivers export`."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from pgbench_drivers.export.cost import write_cost_markdown
from pgbench_drivers.export.cost_csv import write_cost_csv
from pgbench_drivers.export.csv import write_csv
from pgbench_drivers.export.markdown import write_markdown
from pgbench_drivers.results import storage
from pgbench_drivers.results.cost import Cost

WRITERS = {"csv": write_csv, "markdown": write_markdown}
COST_WRITERS = {"csv": write_cost_csv, "markdown": write_cost_markdown}


@click.command()
@click.argument("result", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format",
    "format_name",
    type=click.Choice(sorted(WRITERS)),
    required=True,
    help="csv: a row per cell, or per figure of cost; markdown: ranking and tables.",
)
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8"),
    default="-",
    help="File to write.  [default: stdout]",
)
def export(result: Path, format_name: str, output: TextIO) -> None:
    """Write the figures of RESULT (a result.json or cost.json) as CSV or Markdown."""
    document = storage.read_any(result)
    if isinstance(document, Cost):
        COST_WRITERS[format_name](document, output)
    else:
        WRITERS[format_name](document, output)
