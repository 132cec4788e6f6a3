"""What is typed: the gate's options, and its exit codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pgbench_drivers.analysis.gating import Judgement, Outcome
from pgbench_drivers.analysis.summary import METRICS, metric
from pgbench_drivers.cli.compare import DEFAULT_METRIC
from pgbench_drivers.cli.gate import from_baseline, two_versions
from pgbench_drivers.cli.gate.arrangement import Rules
from pgbench_drivers.cli.gate.measuring import measure
from pgbench_drivers.cli.gate.publish import publish
from pgbench_drivers.cli.parameters import (
    PLAN_OPTIONS,
    Percentage,
    plan_options,
    queries_option,
    registry_option,
    timeout_option,
)
from pgbench_drivers.errors import UserError
from pgbench_drivers.results import storage

EXIT_CODES: dict[Outcome, int] = {"passed": 0, "regression": 1, "unmeasured": 3}

# What a baseline's own options decide; the server may be another.
_DECIDED_BY_BASELINE = [name for name in PLAN_OPTIONS if name != "server"]


@click.command()
@click.option(
    "--base-ref",
    metavar="REV",
    help="Build pgstride at this branch, tag or commit of this repository, and measure it in turns with what lies here.",
)
@click.option(
    "--against",
    metavar="PACKAGE==VERSION",
    help="Install this version of a Python driver beside the registered one, and measure both in turns; pgstride==X is the tag pgstride-X.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="BASE.json",
    help="Result of an earlier run on this machine; its plan is measured anew.",
)
@click.option(
    "--new",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="NEW.json",
    help="With --baseline: judge this result instead of measuring. Nothing is measured again then, so prefer measuring.",
)
@click.option(
    "--max-regression",
    type=Percentage(),
    default="5%",
    help="How much slower a cell may become.  [default: 5%]",
)
@click.option(
    "-m",
    "--metric",
    "metrics",
    multiple=True,
    type=click.Choice([m.key for m in METRICS]),
    help=f"Figure to judge by; repeatable.  [default: {DEFAULT_METRIC}]",
)
@click.option(
    "-d",
    "--drivers",
    multiple=True,
    metavar="GLOB",
    help="Drivers to judge; repeatable; a leading ! excludes.  [default: the one named like the package; the baseline's]",
)
@click.option(
    "-q",
    "--queries",
    multiple=True,
    metavar="GLOB",
    help="Queries to judge by, likewise.  [default: as `run`; the baseline's]",
)
@plan_options(two_versions.DEFAULTS, "; with --baseline: its own")
@click.option(
    "--any-machine", is_flag=True, help="Judge even though the baseline's machine was another."
)
@timeout_option
@registry_option
@queries_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for what is measured.  [default: results/gate-<time>]",
)
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a JUnit XML report: a test per cell.",
)
@click.option(
    "--summary",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a Markdown summary.",
)
def gate(**flags: Any) -> int:
    """Measure a driver and what it is held against, and fail when it became slower.

    The recommended way is to measure both now, in turns, on one machine:
    nothing that the machine does can then look like a regression.

    \b
    pgbench-drivers gate --base-ref main               pgstride here, and as main has it
    pgbench-drivers gate --against asyncpg==0.29.0     the registered asyncpg, and 0.29
    pgbench-drivers gate --against 'psycopg==3.2.1' -d psycopg3 -q pg_type
    pgbench-drivers gate --base-ref HEAD~1 --max-regression 3% --junit gate.xml

    Or measure a baseline, and later its plan anew, on the same machine:

    \b
    pgbench-drivers run -d asyncpg -d pgx --rounds 10 -o base
    pgbench-drivers gate --baseline base/result.json

    A regression is a cell (driver, query, connections) that became slower by
    more than --max-regression, significantly so. What looks like one is
    measured a second time before the verdict, and nothing else is: the gate
    fails only on what shows twice. Its test is one-sided and corrected for
    the number of cells, so that it cries wolf in at most 5 % of runs.

    The base of --base-ref and --against has an environment of its own, with the
    lock file's packages and the runner of this checkout: nothing but the
    driver differs. It is made once and kept in .toolchains/.

    On GitHub Actions the summary is added to the job's page, and regressions
    become annotations.

    \b
    Exit codes: 0 nothing is slower; 1 a regression; 2 wrong usage, such as an
    unknown revision or version; 3 something could not be measured (a driver
    failed or does not build, say), so that nothing is known of it;
    130 interrupted.
    """
    _check(flags)
    judgement = _judgement(flags)
    publish(judgement, flags["junit"], flags["summary"])
    return EXIT_CODES[judgement.outcome]


def _check(flags: dict[str, Any]) -> None:
    """Raise UserError for options that do not go together."""
    bases = [name for name in ("base_ref", "against", "baseline") if flags[name]]
    if len(bases) != 1:
        raise UserError(
            "name the one thing that nothing may be slower than: --base-ref REV, "
            "--against PACKAGE==VERSION or --baseline BASE.json"
        )
    needless, why = _DECIDED_BY_BASELINE, "is what the baseline was measured with"
    if bases != ["baseline"]:
        needless, why = ["new", "any_machine"], "goes with --baseline only"
    for name in needless:
        if flags[name]:
            raise UserError(f"--{name.replace('_', '-')} {why}: leave it out")


def _judgement(flags: dict[str, Any]) -> Judgement:
    rules = Rules(
        [metric(key) for key in dict.fromkeys(flags["metrics"] or (DEFAULT_METRIC,))],
        flags["max_regression"],
    )
    if not flags["baseline"]:
        request, bases = two_versions.request_of(flags)
        together = two_versions.side_by_side(rules, request, bases)
        pairs = ", ".join(f"{driver} and {base}" for driver, base in bases.items())
        return measure(together, request, f"measuring in turns: {pairs}")
    arrangement = from_baseline.against_baseline(rules, flags)
    if flags["new"]:
        return arrangement.judge(storage.read(flags["new"]), None, confirm=False)
    request = from_baseline.request_of(arrangement.baseline, flags)
    return measure(arrangement, request, "measuring the baseline's plan")
