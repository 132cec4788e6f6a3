"""May the figures of two runs be compared at all, and with what care?"""

from __future__ import annotations

from pgbench_drivers.errors import UserError
from pgbench_drivers.results.model import Environment, Query, Run


class IncomparableError(UserError):
    """The figures of these two runs say nothing of each other."""


def check_closed_loop(*runs: Run) -> None:
    """Raise IncomparableError for an open loop."""
    for run in runs:
        if run.is_open_loop:
            raise IncomparableError(
                f"the run of {run.started_at} is an open loop: its throughput is the rate that "
                "was asked for, and CPU time went into waiting, so that nothing can be ranked "
                "or compared by them; its report shows latency against load"
            )


def other_machine(was: Environment, now: Environment) -> str | None:
    """In what the two machines differ, in words, or None."""
    if was.cpu_model != now.cpu_model:
        return f"another CPU ({was.cpu_model}, now {now.cpu_model})"
    if was.cpu_cores != now.cpu_cores:
        return f"another number of cores ({was.cpu_cores}, now {now.cpu_cores})"
    return None


def changed_queries(base: Run, new: Run) -> dict[str, str]:
    """Queries that have one name in both runs and are not the same, with the difference."""
    before = {query.name: query for query in base.queries}
    found = {}
    for query in new.queries:
        difference = _difference(before.get(query.name, query), query)
        if difference:
            found[query.name] = f"is another query in the two runs: {difference}"
    return found


def cautions(base: Run, new: Run) -> tuple[str, ...]:
    """What besides the drivers differs between two runs of one machine."""
    was, now = base.options, new.options
    differences = (
        ("PostgreSQL", base.server.version, new.server.version),
        ("server", base.server.backend, new.server.backend),
        ("mode", was.mode, now.mode),
        ("transport", was.transport, now.transport),
        ("client CPUs", was.pin_client, now.pin_client),
        ("server CPUs", was.pin_server, now.pin_server),
        ("kernel", base.environment.kernel, new.environment.kernel),
        ("governor", base.environment.cpu_governor, new.environment.cpu_governor),
        ("seconds measured per round", _window(base), _window(new)),
    )
    found = [
        f"{what} differs: {before}, now {after}"
        for what, before, after in differences
        if before != after
    ]
    if base.run_id == new.run_id:
        found.append("both files hold the same run")
    return tuple(found)


def _difference(base: Query, new: Query) -> str | None:
    if " ".join(base.sql.split()) != " ".join(new.sql.split()):
        return "its SQL is another"
    if (base.rows, base.columns) != (new.rows, new.columns):
        return (
            f"its answer has another shape ({base.rows} rows of {base.columns} columns, "
            f"now {new.rows} of {new.columns})"
        )
    return None


def _window(run: Run) -> str:
    return f"{run.options.measure_seconds / run.options.rounds:.3g}"
