"""`pgbench-drivers run`."""

from __future__ import annotations

import itertools
import shlex
import sys
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click
import msgspec

from pgbench_drivers import signals
from pgbench_drivers.cli.outcome import show_outcome, show_side_by_side
from pgbench_drivers.cli.parameters import (
    Duration,
    Modes,
    Percentage,
    Rates,
    plan_options,
    queries_option,
    registry_option,
    timeout_option,
)
from pgbench_drivers.cli.progress import Presenter, plan_text, presenter
from pgbench_drivers.cli.report import write_all
from pgbench_drivers.config.options import Options, load_options, select
from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.config.registry import DriverSpec, load_registry, select_drivers, twin
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution import session, sweep
from pgbench_drivers.execution.header import resumed_options
from pgbench_drivers.execution.request import Request
from pgbench_drivers.paths import BENCH_TOML, RESULTS
from pgbench_drivers.plan.plan import CellKey, make_steps
from pgbench_drivers.results import storage
from pgbench_drivers.server import automatic, check_transport, shown_spec

EXIT_FAILED = 1

# A resumed run keeps all options of which figures depend; the rest may change.
_CHANGED_BY_RESUME = ("server", "pg_version", "timeout", "max_time")
_FIXED_BY_THE_RUN = tuple(
    name for name in Options.__struct_fields__ if name not in _CHANGED_BY_RESUME
)


@click.command()
@click.option(
    "-d",
    "--drivers",
    multiple=True,
    metavar="GLOB",
    help="Drivers to run, as listed by `list drivers`; repeatable; a leading ! excludes.  [default: *, all but those marked -]",
)
@click.option(
    "-q",
    "--queries",
    multiple=True,
    metavar="GLOB",
    help="Queries to run, as listed by `list queries`; repeatable; a leading ! excludes.  [default: *, all but those marked -]",
)
@plan_options(Options(), several=True)
@click.option(
    "--mode",
    type=Modes(),
    metavar="live|replay|live,replay",
    help="replay: record what the server answers, and measure against a program that gives the same answers for much less CPU time. live,replay: one after the other, each in a directory of its own.  [default: live]",
)
@click.option(
    "--precision",
    type=Percentage(),
    help="Add rounds until every driver's headline figure (rows/s) is known to ± this, with 95 % confidence: 2%.",
)
@click.option(
    "--max-time",
    type=Duration(),
    help="Give up on --precision when measuring has taken so long: 90s, 20m, 2h.  [default: 1h]",
)
@click.option(
    "--aa",
    metavar="DRIVER",
    help="Measure this driver twice (A/A): differences that its two rows show are noise, and are printed as ~ for all drivers.",
)
@click.option(
    "--rate",
    type=Rates(),
    metavar="N,N,…|sweep",
    help="An open loop: so many queries/s are due, over all connections of a runner, whatever the answers take; several rates with commas. sweep: 10, 25, 50, 75, 90 and 100 % of what each driver does on each query in a short closed loop.  [default: a closed loop]",
)
@click.option(
    "--arrivals",
    type=click.Choice(["poisson", "constant"]),
    help="How the queries of --rate are due: at random, as from many independent users, or evenly spaced.  [default: poisson]",
)
@click.option(
    "--audit/--no-audit",
    default=None,
    help="Look at what each driver sends before anything is measured.  [default: --audit]",
)
@timeout_option
@click.option(
    "--quick",
    is_flag=True,
    help="Everything, in short windows: 0.25 s warm-up, 0.75 s measured, one round.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Options file; flags override it.  [default: bench.toml]",
)
@registry_option
@queries_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for result, report and figures.  [default: results/<time>]",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIRECTORY",
    help="Continue the interrupted run in this directory, with its options.",
)
@click.option("--dry-run", is_flag=True, help="Print the plan and the time it will take, and stop.")
def run(**flags: Any) -> int:
    """Run drivers × queries × concurrency levels and write a report.

    Every finished step is on disk at once. Ctrl-C ends runners and server and
    keeps what was measured; `--resume` continues.

    On a terminal a bar shows the progress; otherwise stdout carries one JSON
    object per finished step, and messages go to stderr.
    """
    requests = _requests(flags)
    if flags["dry_run"]:
        for request in requests:
            _show_plan(request)
        return 0
    codes = [_run(request, presenter()) for request in requests]
    if len(requests) > 1:
        show_side_by_side([storage.read(one.directory / storage.RESULT_NAME) for one in requests])
    return max(codes)


def _requests(flags: dict[str, Any]) -> list[Request]:
    """One for each transport in each mode, all checked before the first is measured.

    Several have a common directory, and in it each its own.
    """
    if flags["resume"]:
        return [_request(flags)]
    modes, transports = flags["mode"] or [None], flags["transport"] or [None]
    directory = flags["output"] or new_directory()
    requests = []
    for mode, transport in itertools.product(modes, transports):
        own = [*([mode] if len(modes) > 1 else []), *([transport] if len(transports) > 1 else [])]
        one = {"mode": mode, "transport": transport, "output": directory.joinpath(*own)}
        requests.append(_request({**flags, **one}))
    return _on_one_server(requests)


def _on_one_server(requests: list[Request]) -> list[Request]:
    """The requests on a server that has the transports of all; raises ServerError."""
    wanted = {one.options.transport for one in requests}
    if len(wanted) > 1 and requests[0].options.server == "auto":
        spec, reason = automatic(wanted)
        click.echo(f"server: {spec} ({reason})", err=True)
        requests = [
            replace(one, options=msgspec.structs.replace(one.options, server=spec))
            for one in requests
        ]
    for one in requests:
        if one.options.server != "auto":
            check_transport(one.options.server, one.options.transport)
    return requests


def _run(request: Request, shown: Presenter) -> int:
    try:
        with signals.ending(), shown:
            document = session.run(request, shown, shown.say)
    except (KeyboardInterrupt, UserError):
        _report_what_there_is(request.directory, shown)
        raise
    write_all(document, request.directory, shown.say)
    return EXIT_FAILED if show_outcome(document, request.directory) else 0


def _report_what_there_is(directory: Path, shown: Presenter) -> None:
    """After an interruption: what was measured gets its report too."""
    path = directory / storage.RESULT_NAME
    if not path.exists():
        return
    document = storage.read(path)
    if any(cell.rounds for cell in document.cells):
        write_all(document, directory, shown.say)
        shown.say(f"interrupted; continue with: pgbench-drivers run --resume {directory}")


def _request(flags: dict[str, Any]) -> Request:
    if flags["resume"]:
        return _resumed_request(flags)
    config = flags["config"] or (BENCH_TOML if BENCH_TOML.exists() else None)
    given = {
        name: (list(flags[name]) or None) if name in ("drivers", "queries") else flags[name]
        for name in Options.__struct_fields__
    }
    options = load_options(config, given, quick=flags["quick"])
    directory = flags["output"] or new_directory()
    return _make_request(flags, options, directory, typed(options.server), False)


def _resumed_request(flags: dict[str, Any]) -> Request:
    refused = [name for name in (*_FIXED_BY_THE_RUN, "quick", "config", "output") if flags[name]]
    if refused:
        name = refused[0].replace("_", "-")
        raise UserError(f"--resume continues a run with its own options: leave out --{name}")
    header, options = resumed_options(flags["resume"])
    changes = {name: flags[name] for name in _CHANGED_BY_RESUME if flags[name] is not None}
    options = msgspec.structs.replace(options, **changes)
    if options.server == "dsn":
        raise UserError("the run used a server of yours: give it again with --server")
    request = _make_request(flags, options, flags["resume"], header.options.command, True)
    cells = frozenset(CellKey(c.driver, c.query, c.concurrency, c.per_second) for c in header.cells)
    return replace(request, only=cells)


def _make_request(
    flags: dict[str, Any], options: Options, directory: Path, command: str, resume: bool
) -> Request:
    queries = {query.name: query for query in load_queries(flags["queries_dir"])}
    extra = {query.name for query in queries.values() if not query.file.default}
    chosen = select(queries, options.queries, "query", only_if_named=extra)
    drivers = select_drivers(load_registry(flags["registry"]), options.drivers)
    return Request(
        options=options,
        drivers=[*drivers, *_twins(drivers, options.aa)],
        queries=[queries[name] for name in chosen],
        directory=directory,
        command=command,
        resume=resume,
        audit=options.audit,
    )


def _twins(drivers: list[DriverSpec], name: str | None) -> list[DriverSpec]:
    found = [twin(driver) for driver in drivers if driver.name == name]
    if name is not None and not found:
        names = ", ".join(driver.name for driver in drivers)
        raise UserError(f"--aa {name}: is none of the drivers of this run: {names}")
    return found


def new_directory(prefix: str = "") -> Path:
    """Where a run goes that is not told where."""
    return RESULTS / f"{prefix}{_timestamp()}"


def _timestamp() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H-%M-%SZ")


def typed(server: str) -> str:
    """The command as the user typed it, without a DSN, which may hold a password."""
    words = ["pgbench-drivers", *sys.argv[1:]]
    if shown_spec(server) != server:
        words = [word.replace(server, "DSN") for word in words]
    return shlex.join(words)


def _show_plan(request: Request) -> None:
    options = request.options
    shares = sweep.SHARES if options.rate == "sweep" else (1.0,)
    steps = make_steps(request.cells() * len(shares), options.rounds, options.seed)
    for step in steps:
        click.echo(f"round {step.round + 1}  {step.cell}")
    click.echo(f"\n{plan_text(steps, request.windows())}, plus set-up")
    if options.rate == "sweep":
        each = ", ".join(f"{share:.0%}" for share in shares)
        click.echo(f"every cell at {each} of its throughput, which is measured first")
