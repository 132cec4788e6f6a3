"""`pgbench-drivers cost`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from pgbench_drivers import signals
from pgbench_drivers.cli.parameters import queries_option, registry_option, timeout_option
from pgbench_drivers.cli.progress import presenter_of_steps
from pgbench_drivers.cli.run import new_directory, typed
from pgbench_drivers.config.options import Options, select
from pgbench_drivers.config.queries import QuerySpec, load_queries
from pgbench_drivers.config.registry import DriverSpec, load_registry, select_drivers
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution.cost_session import COST_NAME, CostRequest, measure
from pgbench_drivers.export.cost import write_cost_markdown
from pgbench_drivers.report.cost import write_cost_page
from pgbench_drivers.results.cost import Cost, CostOptions
from pgbench_drivers.server import shown_spec

EXIT_FAILED = 1
PAGE_NAME = "cost.html"
PROBE, LARGE = "one_plus_one", "large_result"
DEFAULT_COUNTED = (PROBE, "pg_type")


@click.command()
@click.option(
    "-d",
    "--drivers",
    multiple=True,
    metavar="GLOB",
    help="Drivers, as listed by `list drivers`; repeatable; a leading ! excludes.  [default: *, all but those marked -]",
)
@click.option(
    "-q",
    "--queries",
    multiple=True,
    metavar="GLOB",
    help=f"Queries in whose windows events are counted; repeatable.  [default: {', '.join(DEFAULT_COUNTED)}]",
)
@click.option(
    "-c",
    "--concurrency",
    type=click.IntRange(min=2),
    default=8,
    metavar="N",
    help="How many connections, beside one.  [default: 8]",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=3,
    metavar="N",
    help="Rounds; every driver is seen once, in a shuffled order, before any is seen again.  [default: 3]",
)
@click.option(
    "--warmup",
    type=click.FloatRange(min=0),
    default=0.5,
    metavar="SECONDS",
    help="Warm-up before a window in which events are counted.  [default: 0.5]",
)
@click.option(
    "--duration",
    type=click.FloatRange(min=0.05),
    default=1.0,
    metavar="SECONDS",
    help="Such a window.  [default: 1]",
)
@click.option(
    "--memory/--no-memory",
    default=True,
    help="Whether to fetch 1,000,000 rows as well, which takes longest.  [default: --memory]",
)
@click.option("--seed", type=int, default=1, metavar="N", help="Seed of the shuffle.  [default: 1]")
@click.option(
    "--server",
    metavar="auto|docker|embedded|DSN",
    default="auto",
    help="Which PostgreSQL, as for `run`.  [default: auto]",
)
@click.option(
    "--transport",
    type=click.Choice(["tcp", "unix"]),
    default="tcp",
    help="How clients reach the server.  [default: tcp]",
)
@timeout_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for cost.json and cost.html.  [default: results/cost-<time>]",
)
@registry_option
@queries_option
def cost(**flags: Any) -> int:
    """Measure what drivers cost beyond time: start-up, connecting, memory, switches.

    \b
    start-up      from the program's execution to the driver being loaded, and what
                  of it is the driver's: the language's null row is taken away
    connecting    until one connection, and until N, have answered SELECT 1+1
    memory        by how much 1,000,000 rows raise the peak above that of one row
    switches      context switches per query, voluntary and involuntary
    syscalls, instructions, cycles
                  where the kernel and the processor let them be counted; else
                  the reason why they are not
    allocations   of a row, and their bytes, in windows of their own, where the
                  language's runtime tells them

    All but allocations is seen from outside: by the clock, in /proc, and by the
    kernel's counters. docs/methodology.md says how far each figure can be trusted.

    \b
    pgbench-drivers cost -d asyncpg -d pgx
    pgbench-drivers cost -d 'psycopg*' -q pg_type --no-memory

    A Markdown table goes to stdout, and cost.json with cost.html to a directory.
    Ctrl-C ends runners and server, and keeps what was measured.

    Exit codes: 0 everything was measured; 1 a driver failed or could not be
    run; 2 wrong usage; 130 interrupted.
    """
    request = _request(flags)
    shown = presenter_of_steps()
    try:
        with signals.ending(), shown:
            document = measure(request, shown, shown.say)
    except (KeyboardInterrupt, UserError):
        if (request.directory / COST_NAME).exists():
            shown.say(f"what was measured is in {request.directory / COST_NAME}")
        raise
    write_cost_page(document, request.directory / PAGE_NAME)
    write_cost_markdown(document, sys.stdout)
    for name in (PAGE_NAME, COST_NAME):
        click.echo(request.directory / name, err=True)
    return EXIT_FAILED if _failed(document) else 0


def _failed(document: Cost) -> bool:
    not_run = any(driver.not_run_reason for driver in document.drivers)
    return not_run or any(not failure.unsupported for failure in document.failures)


def _request(flags: dict[str, Any]) -> CostRequest:
    registry = load_registry(flags["registry"])
    queries = {query.name: query for query in load_queries(flags["queries_dir"])}
    drivers = [d for d in select_drivers(registry, flags["drivers"]) if not d.synthetic]
    if not drivers:
        raise UserError("no driver is left: null and raw-drain rows are none")
    extra = {query.name for query in queries.values() if not query.file.default}
    counted = select(queries, flags["queries"] or DEFAULT_COUNTED, "query", only_if_named=extra)
    needed = [PROBE, *counted, *([LARGE] if flags["memory"] else [])]
    server = flags["server"]
    options = CostOptions(
        rounds=flags["rounds"],
        connections=flags["concurrency"],
        warmup_seconds=flags["warmup"],
        window_seconds=flags["duration"],
        seed=flags["seed"],
        server=shown_spec(server),
        transport=flags["transport"],
        probe=PROBE,
        counted=counted,
        large=LARGE if flags["memory"] else None,
        command=typed(server),
    )
    return CostRequest(
        options=options,
        drivers=drivers,
        nulls=_nulls(registry, drivers),
        queries={name: _query(queries, name) for name in dict.fromkeys(needed)},
        server=server,
        timeout_seconds=flags["timeout"] or Options().timeout,
        directory=flags["output"] or new_directory("cost-"),
    )


def _nulls(registry: Iterable[DriverSpec], drivers: list[DriverSpec]) -> list[DriverSpec]:
    languages = {driver.entry.language for driver in drivers}
    return [d for d in registry if d.entry.adapter == "null" and d.entry.language in languages]


def _query(queries: dict[str, QuerySpec], name: str) -> QuerySpec:
    if name not in queries:
        raise UserError(f"cost needs the query {name}, which is not in --queries-dir")
    return queries[name]
