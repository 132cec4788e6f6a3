"""`pgbench-drivers report`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from pgbench_drivers.report.figures import write_figures
from pgbench_drivers.report.html import write_report
from pgbench_drivers.results import storage
from pgbench_drivers.results.model import Run

REPORT_NAME = "report.html"
FIGURES_NAME = "figures"


@click.command()
@click.argument("result", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory to write to.  [default: beside RESULT]",
)
def report(result: Path, output: Path | None) -> None:
    """Render RESULT (a result.json) as report.html and static figures."""
    document = storage.read(result)
    directory = output or result.parent
    directory.mkdir(parents=True, exist_ok=True)
    for path in write_all(document, directory, lambda text: click.echo(text, err=True)):
        click.echo(path)


def write_all(run: Run, directory: Path, say: Callable[[str], None]) -> list[Path]:
    """Report and figures of a run, beside its result; returns the paths, the report first."""
    say("rendering the report")
    page = directory / REPORT_NAME
    write_report(run, page)
    figures = directory / FIGURES_NAME
    figures.mkdir(exist_ok=True)
    return [page, *write_figures(run, figures)]
