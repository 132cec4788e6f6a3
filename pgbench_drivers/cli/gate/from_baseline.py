"""`gate --baseline`: the plan of a result that exists, for drivers as they are today."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import msgspec

from pgbench_drivers.analysis.comparable import check_closed_loop
from pgbench_drivers.cli.gate.arrangement import AgainstFile, Rules
from pgbench_drivers.cli.run import new_directory
from pgbench_drivers.config.options import select
from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution.header import options_of
from pgbench_drivers.execution.request import Request
from pgbench_drivers.plan.plan import CellKey
from pgbench_drivers.results import storage
from pgbench_drivers.results.model import Run


def against_baseline(rules: Rules, flags: dict[str, Any]) -> AgainstFile:
    """The measured cells of the baseline that are asked for; raises UserError."""
    baseline = _restricted(storage.read(flags["baseline"]), flags)
    return AgainstFile(rules, baseline, flags["any_machine"])


def request_of(baseline: Run, flags: dict[str, Any]) -> Request:
    """The baseline's plan; raises UserError for what is no longer here."""
    options = options_of(baseline)
    changes = {name: flags[name] for name in ("server", "timeout") if flags[name] is not None}
    options = msgspec.structs.replace(options, aa=None, precision=None, **changes)
    if options.server == "dsn":
        raise UserError("the baseline was measured on a server of yours: name it with --server")
    drivers = {driver.name: driver for driver in load_registry(flags["registry"])}
    queries = {query.name: query for query in load_queries(flags["queries_dir"])}
    return Request(
        options=options,
        drivers=[drivers[name] for name in _known(drivers, options.drivers, "driver")],
        queries=[queries[name] for name in _known(queries, options.queries, "query")],
        directory=flags["output"] or new_directory("gate-"),
        command=f"pgbench-drivers gate --baseline {flags['baseline']}",
        resume=False,
        only=frozenset(CellKey(c.driver, c.query, c.concurrency) for c in baseline.cells),
    )


def _restricted(baseline: Run, flags: dict[str, Any]) -> Run:
    check_closed_loop(baseline)
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


def _known(there: Container[str], wanted: list[str], what: str) -> list[str]:
    for name in wanted:
        if name not in there:
            raise UserError(
                f"the {what} {name} of the baseline is not known here: leave it out with "
                f"--{'drivers' if what == 'driver' else 'queries'} '!{name}'"
            )
    return wanted
