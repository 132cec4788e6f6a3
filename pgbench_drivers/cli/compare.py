"""`pgbench-drivers compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from pgbench_drivers.analysis.comparison import SAME_WITHIN, compare
from pgbench_drivers.analysis.summary import METRICS, metric
from pgbench_drivers.cli.parameters import Percentage
from pgbench_drivers.export.comparison import write_json, write_markdown, write_text
from pgbench_drivers.results import storage

WRITERS = {"text": write_text, "markdown": write_markdown, "json": write_json}
DEFAULT_METRIC = "client_cpu_us_per_query"


@click.command(name="compare")
@click.argument("base", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("new", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-m",
    "--metric",
    "metrics",
    multiple=True,
    type=click.Choice([m.key for m in METRICS]),
    help=f"Figure to compare; repeatable.  [default: {DEFAULT_METRIC}, which the server disturbs least]",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(sorted(WRITERS)),
    default="text",
    help="text: tables for a terminal; markdown: for a pull request; json: with every round, for programs.  [default: text]",
)
@click.option(
    "--same-within",
    type=Percentage(),
    default=f"{SAME_WITHIN:.0%}",
    help="A difference that does not matter; see `same`.  [default: 2%]",
)
@click.option(
    "--any-machine",
    is_flag=True,
    help="Compare runs of two machines all the same; the ratios then compare the machines too.",
)
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8"),
    default="-",
    help="File to write.  [default: stdout]",
)
def compare_runs(
    base: Path,
    new: Path,
    *,
    metrics: tuple[str, ...],
    format_name: str,
    same_within: float,
    any_machine: bool,
    output: TextIO,
) -> None:
    """Compare two runs cell by cell: BASE and NEW are their result.json.

    A cell is a driver, a query and a number of connections. `change` says by
    how much NEW lies above or below BASE, the interval where the true change
    lies with 95 % confidence, and p how easily chance alone gives such a
    difference somewhere among all these comparisons (rank test, Holm's
    correction). The verdict is one of

    \b
    same       the whole interval lies within --same-within
    slower     worse than BASE and not the same: p is 0.05 or less
    faster     better than BASE, likewise
    undecided  none of these is shown: more rounds would show more

    Rounds are what counts: with three on each side no difference can be
    significant, with five or six only a few comparisons can. A note says so
    when that is so, and how many it takes.

    Two runs at two times differ by what the machine did meanwhile, too. For
    a verdict on which something depends, see `gate`.

    \b
    pgbench-drivers compare before/result.json after/result.json
    pgbench-drivers compare -m latency_mean_us --format markdown old.json new.json

    Exit codes: 0 compared, whatever the verdicts; 2 there is nothing to compare.
    """
    comparison = compare(
        storage.read(base),
        storage.read(new),
        [metric(key) for key in dict.fromkeys(metrics or (DEFAULT_METRIC,))],
        same_within=same_within,
        any_machine=any_machine,
    )
    WRITERS[format_name](comparison, output)
