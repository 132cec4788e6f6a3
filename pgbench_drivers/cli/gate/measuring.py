"""The gate's two measurements: everything once, and what looks slower once more."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from pgbench_drivers import signals
from pgbench_drivers.analysis.gating import Judgement
from pgbench_drivers.cli.gate.arrangement import Arrangement
from pgbench_drivers.cli.progress import LogPresenter
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution import environment, session
from pgbench_drivers.execution.request import Request
from pgbench_drivers.plan.plan import CellKey
from pgbench_drivers.results.model import Run
from pgbench_drivers.toolchains import UnknownVersionError


def measure(arrangement: Arrangement, request: Request, what: str) -> Judgement:
    """Measure and judge; what fails is not measured. Raises UserError for what cannot be meant."""
    arrangement.check(environment.describe())
    try:
        first = _run(request, what)
        suspected = arrangement.suspects(first)
        again = _again(request, suspected) if suspected else None
    except UnknownVersionError:
        raise
    except UserError as error:
        return Judgement(arrangement.rules.max_regression, (), (str(error),))
    return arrangement.judge(first, again, confirm=True)


def _run(request: Request, what: str) -> Run:
    with signals.ending(), LogPresenter() as shown:
        shown.say(what)
        return session.run(request, shown, shown.say)


def _again(request: Request, cells: list[CellKey]) -> Run:
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
