"""`pgbench-drivers gate`."""

from __future__ import annotations

import os
from collections.abc import Container
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import msgspec

from pgbench_drivers import signals
from pgbench_drivers.analysis import gating
from pgbench_drivers.analysis.comparable import other_machine
from pgbench_drivers.analysis.gating import Judgement
from pgbench_drivers.analysis.summary import METRICS, Metric, metric
from pgbench_drivers.cli.compare import DEFAULT_METRIC
from pgbench_drivers.cli.parameters import (
    Percentage,
    queries_option,
    registry_option,
    timeout_option,
)
from pgbench_drivers.cli.progress import LogPresenter
from pgbench_drivers.cli.run import new_directory
from pgbench_drivers.config.options import select
from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution import environment, session
from pgbench_drivers.export import judgement as words
from pgbench_drivers.export.junit import write_junit
from pgbench_drivers.plan.plan import CellKey
from pgbench_drivers.results import storage
from pgbench_drivers.results.model import Environment, Run

EXIT_CODES: dict[gating.Outcome, int] = {"passed": 0, "regression": 1, "unmeasured": 3}


@click.command()
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="BASE.json",
    help="Result that nothing may be slower than; its plan is measured anew.",
)
@click.option(
    "--new",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="NEW.json",
    help="Judge this result instead of measuring. Nothing is measured again then, so prefer measuring.",
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
    "-d", "--drivers", multiple=True, metavar="GLOB", help="Only these drivers of the baseline."
)
@click.option(
    "-q", "--queries", multiple=True, metavar="GLOB", help="Only these queries of the baseline."
)
@click.option(
    "--any-machine", is_flag=True, help="Judge even though the baseline's machine was another."
)
@click.option(
    "--server",
    metavar="auto|docker|embedded|DSN",
    help="Which PostgreSQL.  [default: the baseline's]",
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
    """Measure a baseline's plan again, and fail when something became slower.

    A regression is a cell (driver, query, connections) that became slower by
    more than --max-regression, significantly so. What looks like one is
    measured a second time before the verdict, and nothing else is: the gate
    fails only on what shows twice. Its test is one-sided and corrected for
    the number of cells, so that it cries wolf in at most 5 % of runs, as long
    as the machine is as it was for the baseline.

    \b
    pgbench-drivers run -d asyncpg -d pgx -o base     measure the baseline
    pgbench-drivers gate --baseline base/result.json  any time later, on the same machine
    pgbench-drivers gate --baseline base/result.json --max-regression 10% --junit gate.xml

    On GitHub Actions the summary is added to the job's page, and regressions
    become annotations.

    \b
    Exit codes: 0 nothing is slower; 1 a regression; 2 wrong usage; 3 something
    could not be measured (a driver failed, say), so that nothing is known of
    it; 130 interrupted.
    """
    baseline = _restricted(storage.read(flags["baseline"]), flags)
    task = _Task(
        baseline,
        [metric(key) for key in dict.fromkeys(flags["metrics"] or (DEFAULT_METRIC,))],
        flags["max_regression"],
        flags["any_machine"],
    )
    if flags["new"]:
        judgement = task.judge(storage.read(flags["new"]), None, confirm=False)
    else:
        judgement = _measure(task, _request(baseline, flags))
    _publish(judgement, flags)
    return EXIT_CODES[judgement.outcome]


@dataclass(frozen=True)
class _Task:
    """What is asked of the gate."""

    baseline: Run
    metrics: list[Metric]
    max_regression: float
    any_machine: bool

    def check_machine(self, environment: Environment) -> None:
        difference = other_machine(self.baseline.environment, environment)
        if difference and not self.any_machine:
            raise UserError(
                f"the baseline was measured on {difference}: measure a baseline on this machine, "
                "or judge all the same with --any-machine"
            )

    def suspects(self, first: Run) -> list[CellKey]:
        found = gating.suspects(self.baseline, first, self.metrics, self.max_regression)
        return [CellKey(*key) for key in found]

    def judge(self, first: Run, again: Run | None, *, confirm: bool) -> Judgement:
        self.check_machine(first.environment)
        return gating.judge(
            self.baseline, first, again, self.metrics, self.max_regression, confirm=confirm
        )


def _restricted(baseline: Run, flags: dict[str, Any]) -> Run:
    """The baseline with only the measured cells that are asked for."""
    real = {d.name for d in baseline.drivers if not d.synthetic and d.twin_of is None}
    cells = [c for c in baseline.cells if c.driver in real and c.status == "ok"]
    if not cells:
        raise UserError(f"{flags['baseline']}: holds no measured cell of a driver")
    names = dict.fromkeys(c.driver for c in cells)
    drivers = select(names, flags["drivers"], "driver of the baseline")
    cells = [c for c in cells if c.driver in drivers]
    queries = select(
        dict.fromkeys(c.query for c in cells), flags["queries"], "query of the baseline"
    )
    return msgspec.structs.replace(
        baseline,
        drivers=[d for d in baseline.drivers if d.name in drivers],
        queries=[q for q in baseline.queries if q.name in queries],
        cells=[c for c in cells if c.query in queries],
    )


def _measure(task: _Task, request: session.Request) -> Judgement:
    """Measure the plan, then what looks slower once more; what fails is not measured."""
    task.check_machine(environment.describe())
    gating.check_baseline(task.baseline, len(task.baseline.cells) * len(task.metrics))
    try:
        first = _run(request, "measuring the baseline's plan")
        suspected = task.suspects(first)
        again = _again(request, suspected) if suspected else None
    except UserError as error:
        return Judgement(task.max_regression, (), (str(error),))
    return task.judge(first, again, confirm=True)


def _run(request: session.Request, what: str) -> Run:
    with signals.ending(), LogPresenter() as shown:
        shown.say(what)
        return session.run(request, shown, shown.say)


def _request(baseline: Run, flags: dict[str, Any]) -> session.Request:
    """The baseline's plan, for drivers and queries as they are today."""
    options = session.options_of(baseline)
    changes = {name: flags[name] for name in ("server", "timeout") if flags[name] is not None}
    options = msgspec.structs.replace(options, aa=None, precision=None, **changes)
    if options.server == "dsn":
        raise UserError("the baseline was measured on a server of yours: name it with --server")
    drivers = {driver.name: driver for driver in load_registry(flags["registry"])}
    queries = {query.name: query for query in load_queries(flags["queries_dir"])}
    return session.Request(
        options=options,
        drivers=[drivers[name] for name in _known(drivers, options.drivers, "driver")],
        queries=[queries[name] for name in _known(queries, options.queries, "query")],
        directory=flags["output"] or new_directory("gate-"),
        command=f"pgbench-drivers gate --baseline {flags['baseline']}",
        resume=False,
        only=frozenset(CellKey(c.driver, c.query, c.concurrency) for c in baseline.cells),
    )


def _known(there: Container[str], wanted: list[str], what: str) -> list[str]:
    for name in wanted:
        if name not in there:
            raise UserError(
                f"the {what} {name} of the baseline is not known here: leave it out with "
                f"--{'drivers' if what == 'driver' else 'queries'} '!{name}'"
            )
    return wanted


def _again(request: session.Request, cells: list[CellKey]) -> Run:
    """Measure some cells a second time, in an order of its own."""
    drivers, queries = {cell.driver for cell in cells}, {cell.query for cell in cells}
    second = replace(
        request,
        options=msgspec.structs.replace(request.options, seed=request.options.seed + 1),
        drivers=[driver for driver in request.drivers if driver.name in drivers],
        queries=[query for query in request.queries if query.name in queries],
        directory=request.directory / "again",
        only=frozenset(cells),
    )
    return _run(second, f"measuring again what looks slower: {', '.join(map(str, cells))}")


def _publish(judgement: Judgement, flags: dict[str, Any]) -> None:
    click.echo(words.text(judgement))
    summary = words.markdown(judgement)
    if flags["junit"]:
        write_junit(judgement, flags["junit"])
    if flags["summary"]:
        flags["summary"].write_text(summary, encoding="utf-8")
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(page).open("a", encoding="utf-8") as file:
            file.write(summary)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in words.workflow_commands(judgement):
            click.echo(line)
