"""A whole run: runners prepared, server started, cells measured, document written."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import psycopg

from pgbench_drivers import signals
from pgbench_drivers.audit.usage import RULED
from pgbench_drivers.config.options import Options
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution import auditing, facts, sweep
from pgbench_drivers.execution.bench import Bench, bench_on
from pgbench_drivers.execution.executor import Observer, execute
from pgbench_drivers.execution.header import arrivals
from pgbench_drivers.execution.journaling import check_directory, finish, open_journal
from pgbench_drivers.execution.network import Reached, reached
from pgbench_drivers.execution.preparing import Prepared, Say, prepare_runners
from pgbench_drivers.execution.recording import record
from pgbench_drivers.execution.refine import Goal, refine
from pgbench_drivers.execution.request import Request
from pgbench_drivers.execution.stage import LiveStage, ReplayStage
from pgbench_drivers.plan.plan import CellKey, Step, Windows, make_steps
from pgbench_drivers.replay.replay_server import ReplayServer
from pgbench_drivers.results import model
from pgbench_drivers.results.audit import Audit
from pgbench_drivers.results.journal import Journal, StepRecord
from pgbench_drivers.server import Server, choose_server
from pgbench_drivers.server.base import DELAY, one_line
from pgbench_drivers.toolchains import ToolchainError
from pgbench_drivers.toolchains.c import build_replay_server
from pgbench_drivers.transports import delay_ms

RECORDING_NAME = "recording"


def run(request: Request, observer: Observer, say: Say) -> model.Run:
    """Run the request and return its document, which is on disk as `result.json`.

    Ctrl-C (KeyboardInterrupt) and errors end server and runners; the document
    of what was measured until then is written all the same before they are
    raised again.
    """
    check_directory(request)
    prepared = prepare_runners(request.drivers, say)
    if not prepared.runners:
        reasons = "; ".join(sorted(set(prepared.not_run.values())))
        raise UserError(f"no driver can run here: {reasons}")
    try:
        with (
            _server(request.options, say) as server,
            _reached(server, request.options, say) as way,
        ):
            return _run_on(server, way, request, prepared=prepared, observer=observer, say=say)
    except psycopg.Error as error:
        raise UserError(f"the server failed: {one_line(error)}") from error


def _reached(
    server: Server, options: Options, say: Say
) -> contextlib.AbstractContextManager[Reached]:
    delay = server.info.details.get(DELAY)
    if delay:
        say(f"round trips take longer: {delay}")
    return reached(server.endpoint, options, say, is_delayed=delay is not None)


@contextlib.contextmanager
def _server(options: Options, say: Say) -> Iterator[Server]:
    # A server that is only recorded need not be far away itself.
    is_near = options.mode == "replay" and delay_ms(options.transport) > 0
    server = choose_server(
        options.server,
        pg_version=options.pg_version,
        transport="tcp" if is_near else options.transport,
        connections=max(*options.concurrency, auditing.CONNECTIONS),
        say=say,
    )
    with server:
        if options.pin_server:
            server.set_affinity(frozenset(options.pin_server))
        yield server


def _run_on(
    server: Server,
    way: Reached,
    request: Request,
    *,
    prepared: Prepared,
    observer: Observer,
    say: Say,
) -> model.Run:
    options = request.options
    with bench_on(
        server,
        drivers=request.drivers,
        queries=request.queries,
        runners=prepared.runners,
        windows=request.windows(),
        seed=options.seed,
        timeout_seconds=options.timeout,
        say=say,
        client_cpus=frozenset(options.pin_client) if options.pin_client else None,
        arrivals=arrivals(options),
    ) as bench:
        return _run_with(
            dataclasses.replace(bench, connection=way.endpoint.as_connection()),
            server=server,
            details=way.details,
            request=request,
            prepared=prepared,
            observer=observer,
            say=say,
        )


def _run_with(
    bench: Bench,
    *,
    server: Server,
    details: Mapping[str, str],
    request: Request,
    prepared: Prepared,
    observer: Observer,
    say: Say,
) -> model.Run:
    options = request.options

    def complete(header: model.Run) -> model.Run:
        audited = msgspec.structs.replace(header, audits=_audits(bench, request, prepared, say))
        return _with_rates(audited, bench, options, say)

    answering = facts.server_facts(server, details)
    header, earlier, journal = open_journal(
        request, prepared, answering, bench.job_queries, complete
    )
    watched = dataclasses.replace(
        bench,
        stage=LiveStage(bench.admin, bench.schema, alone=server.info.backend != "dsn"),
        sent={(one.driver, one.query): one.sent for one in header.audits if one.sent},
    )
    steps = make_steps(planned_cells(header, prepared), options.rounds, options.seed)
    for warning in header.warnings:
        say(f"note: {warning}")
    observer.planned(steps, bench.windows)
    try:
        with _answering(server, request, watched, say) as measured:
            _measure(
                measured,
                steps=steps,
                earlier=earlier,
                ranked=headline_cells(request, prepared),
                options=options,
                journal=journal,
                observer=observer,
                say=say,
            )
    except BaseException:
        signals.hold()
        say("ending the run: runners, tables and server are put away")
        journal.close()
        # The journal holds everything even if the document cannot be written.
        with contextlib.suppress(UserError):
            finish(request.directory, header)
        raise
    signals.hold()
    journal.close()
    return finish(request.directory, header)


def _with_rates(header: model.Run, bench: Bench, options: Options, say: Say) -> model.Run:
    """The header with the rates of a sweep, which are found for it."""
    if options.rate != "sweep":
        return header
    say(f"finding the throughput of {len(header.cells)} cells, of which the rates are shares")
    cells, left_out = sweep.with_rates(bench, header.cells)
    return msgspec.structs.replace(header, cells=cells, warnings=[*header.warnings, *left_out])


def _audits(bench: Bench, request: Request, prepared: Prepared, say: Say) -> list[Audit]:
    """What each driver sends; when that was not asked for, of those that promise something."""
    asked = [d for d in request.drivers if request.audit or d.entry.usage in RULED]
    pairs = auditing.auditable(asked, request.queries, prepared.runners)
    if pairs:
        say(f"looking at what drivers send: {auditing.plan_text(pairs)}")
    return list(auditing.audit_all(bench, pairs))


def _measure(
    bench: Bench,
    *,
    steps: Sequence[Step],
    earlier: Sequence[StepRecord],
    ranked: Sequence[CellKey],
    options: Options,
    journal: Journal,
    observer: Observer,
    say: Say,
) -> None:
    goal = _goal(options, bench.windows)

    def measure_more(more: Sequence[Step], known: Sequence[StepRecord]) -> list[StepRecord]:
        observer.extended(more)
        return execute(bench, more, known, journal, observer)

    records = execute(bench, steps, earlier, journal, observer)
    if goal:
        refine(goal, ranked, records, measure_more, say)


@contextlib.contextmanager
def _answering(server: Server, request: Request, bench: Bench, say: Say) -> Iterator[Bench]:
    """The bench with what answers its queries: the server itself, or a replay of it."""
    options = request.options
    if options.mode == "live":
        yield bench
        return
    program = _replay_program(say)
    path = request.directory / RECORDING_NAME
    cells = _recorded_cells(request, bench)
    say(f"recording what the server answers: {len(cells)} pairs of a driver and a query")
    record(bench, server.endpoint, cells, path, say)
    cpus = frozenset(options.pin_server) if options.pin_server else None
    with (
        ReplayServer(program, path, server.endpoint, options.transport, cpus) as replay,
        reached(replay.endpoint, options, say) as way,
    ):
        yield dataclasses.replace(
            bench,
            connection=way.endpoint.as_connection(),
            server_cpu=replay.cpu_seconds,
            stage=ReplayStage(replay),
        )


def _replay_program(say: Say) -> Path:
    try:
        return build_replay_server(say)
    except ToolchainError as error:
        raise UserError(f"--mode replay: {error}") from error


def _recorded_cells(request: Request, bench: Bench) -> list[tuple[str, str]]:
    """Every real driver with every query; a twin asks what its driver asks."""
    real = {d.name for d in request.drivers if not d.synthetic and d.twin_of is None}
    cells = [cell for cell in request.cells() if cell.driver in real & bench.runners.keys()]
    return list(dict.fromkeys((cell.driver, cell.query) for cell in cells))


def runnable_cells(request: Request, prepared: Prepared) -> list[CellKey]:
    """The cells of the drivers that can run."""
    return [cell for cell in request.cells() if cell.driver in prepared.runners]


def planned_cells(header: model.Run, prepared: Prepared) -> list[CellKey]:
    """The cells of a run's header that can be measured: in an open loop, those with a rate."""
    return [
        CellKey(cell.driver, cell.query, cell.concurrency, cell.per_second)
        for cell in header.cells
        if cell.driver in prepared.runners
        if (cell.per_second is not None) == header.is_open_loop
    ]


def headline_cells(request: Request, prepared: Prepared) -> list[CellKey]:
    """The cells by which real drivers are ranked."""
    real = {driver.name for driver in request.drivers if not driver.synthetic}
    marked = {query.name for query in request.queries if query.file.headline}
    counted = marked or {query.name for query in request.queries}
    level = request.options.concurrency[0]
    return [
        cell
        for cell in runnable_cells(request, prepared)
        if cell.driver in real and cell.query in counted and cell.concurrency == level
    ]


def _goal(options: Options, windows: Windows) -> Goal | None:
    if options.precision is None:
        return None
    return Goal(options.precision, time.monotonic() + options.max_time, windows, options.seed)
