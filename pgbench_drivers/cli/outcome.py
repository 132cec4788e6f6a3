"""The end of a run in words: the ranking, what failed, where the report is."""

from __future__ import annotations

from pathlib import Path

import click

from pgbench_drivers.analysis.summary import headline_queries, metric, rank
from pgbench_drivers.cli.report import FIGURES_NAME, REPORT_NAME
from pgbench_drivers.results import storage
from pgbench_drivers.results.model import Run


def show_outcome(run: Run, directory: Path) -> bool:
    """Print the outcome of the run in `directory`; returns whether something failed.

    A query that a driver does not support is not a failure; one that it
    failed, or could not be run for, is.
    """
    _show_ranking(run)
    bad = [c for c in run.cells if c.status in ("failed", "not-run", "unfinished")]
    for cell in (c for c in run.cells if c.status != "ok"):
        click.echo(f"{cell.status}: {cell.driver} × {cell.query}: {cell.reason}", err=True)
    shown = directory.relative_to(Path.cwd()) if Path.cwd() in directory.parents else directory
    click.echo(f"\nreport   {shown / REPORT_NAME}", err=True)
    click.echo(f"figures  {shown / FIGURES_NAME}/", err=True)
    click.echo(f"result   {shown / storage.RESULT_NAME}", err=True)
    return bool(bad)


def _show_ranking(run: Run) -> None:
    queries = headline_queries(run.queries)
    level = run.options.concurrency[0]
    wanted = metric("rows_per_second")
    ranking = rank(run, wanted.key, queries, level)
    if not ranking.ranked:
        return
    click.echo(
        f"\nGeometric mean of {wanted.unit} over {', '.join(queries)}, {level} connections:",
        err=True,
    )
    width = max(len(place.driver) for place in ranking.ranked)
    for place in ranking.ranked:
        click.echo(
            f"{place.rank:>3}. {place.driver:<{width}}  {place.value:>12,.0f}  "
            f"{place.ratio_to_best:>5.2f}×",
            err=True,
        )
