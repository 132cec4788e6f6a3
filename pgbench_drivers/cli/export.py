"""`pgbench-drivers export`."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from pgbench_drivers.export.csv import write_csv
from pgbench_drivers.export.markdown import write_markdown
from pgbench_drivers.results import storage

WRITERS = {"csv": write_csv, "markdown": write_markdown}


@click.command()
@click.argument("result", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format",
    "format_name",
    type=click.Choice(sorted(WRITERS)),
    required=True,
    help="csv: a row per cell; markdown: ranking and tables.",
)
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8"),
    default="-",
    help="File to write.  [default: stdout]",
)
def export(result: Path, format_name: str, output: TextIO) -> None:
    """Write the figures of RESULT (a result.json) as CSV or Markdown."""
    WRITERS[format_name](storage.read(result), output)
