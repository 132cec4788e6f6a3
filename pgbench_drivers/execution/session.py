"""A whole run: runners prepared, server started, cells measured, document written."""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psycopg

from pgbench_drivers import signals
from pgbench_drivers.audit.usage import RULED
from pgbench_drivers.config.options import Options
from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.config.registry import DriverSpec
from pgbench_drivers.contract.messages import JobQuery
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution import auditing, environment, facts, reference, sweep
from pgbench_drivers.execution.executor import Bench, Observer, execute
from pgbench_drivers.execution.network import Reached, connection_to, reached
from pgbench_drivers.execution.recording import record
from pgbench_drivers.execution.refine import Goal, refine
from pgbench_drivers.execution.runner_process import RunnerCommand
from pgbench_drivers.execution.stage import LiveStage, ReplayStage
from pgbench_drivers.plan.plan import CellKey, Step, Windows, make_cells, make_steps
from pgbench_drivers.replay.replay_server import ReplayServer
from pgbench_drivers.results import journal as journals
from pgbench_drivers.results import model, storage
from pgbench_drivers.results.audit import Audit
from pgbench_drivers.results.journal import Journal, StepRecord
from pgbench_drivers.results.model import Failure
from pgbench_drivers.server import Server, choose_server, shown_spec
from pgbench_drivers.server.admin import admin_connection, temporary_schema
from pgbench_drivers.server.base import DELAY, one_line
from pgbench_drivers.server.embedded import PROGRAMS
from pgbench_drivers.toolchains import TOOLCHAINS, ToolchainError, UnsuitableError
from pgbench_drivers.toolchains.alone import alone
from pgbench_drivers.toolchains.c import build_replay_server
from pgbench_drivers.toolchains.variant import Variant
from pgbench_drivers.transports import delay_ms

Say = Callable[[str], None]

RECORDING_NAME = "recording"


@dataclass(frozen=True)
class Request:
    """What to run, and where to leave it.

    `resume` continues the journal in `directory`; `command` is what the user
    typed, for the report. `only` restricts the plan to some of the cells. With
    `audit`, what each driver sends is looked at before anything is measured.
    """

    options: Options
    drivers: Sequence[DriverSpec]
    queries: Sequence[QuerySpec]
    directory: Path
    command: str
    resume: bool
    only: frozenset[CellKey] | None = None
    audit: bool = False

    def cells(self) -> list[CellKey]:
        """Every cell that is to be measured, or to be given a reason why it is not."""
        every = make_cells(
            [driver.name for driver in self.drivers],
            [query.name for query in self.queries],
            self.options.concurrency,
            self.options.rates,
        )
        return [cell for cell in every if self.only is None or cell in self.only]


@dataclass(frozen=True)
class Prepared:
    """Runners by driver name, and why the other drivers cannot run.

    Nothing would help the `unsuitable` ones among these on this machine.
    """

    runners: dict[str, RunnerCommand]
    not_run: dict[str, str]
    unsuitable: frozenset[str]

    @property
    def missing(self) -> list[str]:
        """The drivers that could run if what is missing were there."""
        return [driver for driver in self.not_run if driver not in self.unsuitable]


def prepare_runners(drivers: Sequence[DriverSpec], say: Say) -> Prepared:
    """Make every language's runner ready; a language that fails takes only its drivers away."""
    runners: dict[str, RunnerCommand] = {}
    not_run: dict[str, str] = {}
    unsuitable: set[str] = set()
    outcomes: dict[tuple[str, str, Variant | None], RunnerCommand | ToolchainError] = {}
    for driver in drivers:
        key = (driver.entry.language, driver.entry.environment, driver.variant)
        if key not in outcomes:
            outcomes[key] = _prepare(*key, say)
        outcome = outcomes[key]
        if isinstance(outcome, RunnerCommand):
            runners[driver.name] = outcome
            continue
        not_run[driver.name] = str(outcome)
        if isinstance(outcome, UnsuitableError):
            unsuitable.add(driver.name)
    return Prepared(runners, not_run, frozenset(unsuitable))


def _prepare(
    language: str, environment_name: str, variant: Variant | None, say: Say
) -> RunnerCommand | ToolchainError:
    toolchain = TOOLCHAINS.get(language)
    if toolchain is None:
        return ToolchainError(f"the toolbench has no toolchain for the language {language!r}")
    try:
        with alone(say):
            if variant:
                command = toolchain.prepare_variant(environment_name, variant, say)
            else:
                command = toolchain.prepare(environment_name, say)
    except ToolchainError as error:
        parts = [environment_name] if environment_name != "default" else []
        parts += [str(variant)] if variant else []
        which = f"{language} ({', '.join(parts)})" if parts else language
        say(f"{which}: cannot be run: {error}")
        return error
    return RunnerCommand(command.argv, command.directory, command.environment)


def run(request: Request, observer: Observer, say: Say) -> model.Run:
    """Run the request and return its document, which is on disk as `result.json`.

    Ctrl-C (KeyboardInterrupt) and errors end server and runners; the document
    of what was measured until then is written all the same before they are
    raised again.
    """
    _check_directory(request)
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
    with admin_connection(server.endpoint) as admin, temporary_schema(admin) as schema:
        say("asking the server for the right answers")
        job_queries = {
            spec.name: reference.job_query(admin, spec, schema) for spec in request.queries
        }
        options = request.options
        windows = Windows.spread(options.warmup, options.duration, options.rounds)
        bench = Bench(
            drivers={d.name: d for d in request.drivers},
            queries={q.name: q for q in request.queries},
            job_queries=job_queries,
            runners=prepared.runners,
            schema=schema,
            connection=connection_to(way.endpoint),
            admin=admin,
            windows=windows,
            seed=options.seed,
            timeout_seconds=options.timeout,
            client_cpus=frozenset(options.pin_client) if options.pin_client else None,
            server_cpu=server.cpu_seconds,
            arrivals=arrivals(options),
        )

        def complete(header: model.Run) -> model.Run:
            audited = msgspec.structs.replace(header, audits=_audits(bench, request, prepared, say))
            return _with_rates(audited, bench, options, say)

        answering = facts.server_facts(server, way.details)
        header, earlier, journal = _open_journal(
            request, prepared, answering, job_queries, complete
        )
        bench = dataclasses.replace(
            bench,
            stage=LiveStage(admin, schema, alone=server.info.backend != "dsn"),
            sent={(one.driver, one.query): one.sent for one in header.audits if one.sent},
        )
        steps = make_steps(planned_cells(header, prepared), options.rounds, options.seed)
        for warning in header.warnings:
            say(f"note: {warning}")
        observer.planned(steps, windows)
        ranked = headline_cells(request, prepared)
        try:
            with _answering(server, request, bench, say) as measured:
                _measure(
                    measured,
                    steps=steps,
                    earlier=earlier,
                    ranked=ranked,
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


def arrivals(options: Options) -> model.ArrivalProcess | None:
    """The process by which queries are due, or None for a closed loop."""
    return None if options.rate is None else options.arrivals or "poisson"


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
            connection=connection_to(way.endpoint),
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


def finish(directory: Path, header: model.Run) -> model.Run:
    """Write `result.json` from the journal in `directory`, and return it."""
    _, records = journals.read(directory / journals.JOURNAL_NAME)
    document = journals.assemble(header, records, facts.now())
    storage.write(document, directory / storage.RESULT_NAME)
    return document


def _check_directory(request: Request) -> None:
    if not request.resume and (request.directory / journals.JOURNAL_NAME).exists():
        raise UserError(
            f"{request.directory} holds a run already: continue it with --resume, "
            "or choose another directory with --output"
        )


def _open_journal(
    request: Request,
    prepared: Prepared,
    server: model.Server,
    job_queries: dict[str, JobQuery],
    complete: Callable[[model.Run], model.Run],
) -> tuple[model.Run, list[StepRecord], Journal]:
    """Header, what was measured earlier, and the journal; a new one's header is completed first."""
    path = request.directory / journals.JOURNAL_NAME
    header = _header(request, prepared, server, job_queries)
    if not request.resume:
        # After the header, whose load is that of the machine before we did anything.
        header = complete(header)
        request.directory.mkdir(parents=True, exist_ok=True)
        journal = Journal.create(path, header)
        broken = _breaches(request, header)
        for record in broken:
            journal.append(record)
        return header, broken, journal
    earlier, records = journals.read(path)
    if earlier.server.version != header.server.version:
        raise UserError(
            f"{request.directory} was measured on PostgreSQL {earlier.server.version}, this is "
            f"{header.server.version}: figures of two servers do not belong into one run"
        )
    return earlier, records, Journal(path)


def _breaches(request: Request, header: model.Run) -> list[StepRecord]:
    """The failure of every cell whose driver does not keep what its row declares."""
    reasons = {(audit.driver, audit.query): audit.breach for audit in header.audits if audit.breach}
    originals = {driver.name: driver.twin_of or driver.name for driver in request.drivers}
    return [
        StepRecord(
            cell.driver,
            cell.query,
            cell.concurrency,
            identity=None,
            round=None,
            failure=Failure(0, "usage", reason),
            per_second=cell.per_second,
        )
        for cell in header.cells
        if (reason := reasons.get((originals[cell.driver], cell.query)))
    ]


def _header(
    request: Request, prepared: Prepared, server: model.Server, job_queries: dict[str, JobQuery]
) -> model.Run:
    machine = environment.describe()
    started = facts.now()
    return model.Run(
        format_version=model.FORMAT_VERSION,
        run_id=secrets.token_hex(8),
        started_at=started,
        finished_at=started,
        complete=False,
        options=_options(request),
        environment=machine,
        server=server,
        queries=[facts.query_facts(spec, job_queries[spec.name]) for spec in request.queries],
        drivers=[facts.driver_facts(spec, prepared.not_run) for spec in request.drivers],
        cells=_empty_cells(request, prepared),
        warnings=environment.warnings(machine),
    )


def _empty_cells(request: Request, prepared: Prepared) -> list[model.Cell]:
    return [_empty_cell(key, prepared) for key in request.cells()]


def _empty_cell(key: CellKey, prepared: Prepared) -> model.Cell:
    status: model.CellStatus = "unfinished"
    if key.driver in prepared.not_run:
        status = "unsupported" if key.driver in prepared.unsuitable else "not-run"
    return model.Cell(
        driver=key.driver,
        query=key.query,
        concurrency=key.concurrency,
        status=status,
        reason=prepared.not_run.get(key.driver, "interrupted before its first round"),
        mode=None,
        rounds=[],
        failures=[],
        per_second=key.per_second,
    )


def _options(request: Request) -> model.Options:
    options = request.options
    return model.Options(
        concurrency=options.concurrency,
        warmup_seconds=options.warmup,
        measure_seconds=options.duration,
        rounds=options.rounds,
        seed=options.seed,
        server=shown_spec(options.server),
        transport=options.transport,
        mode=options.mode,
        pin_client=options.pin_client,
        pin_server=options.pin_server,
        command=request.command,
        aa=options.aa,
        precision=options.precision,
        max_time_seconds=options.max_time if options.precision else None,
        arrivals=arrivals(options),
        rate=options.rate,
    )


def resumed_options(directory: Path) -> tuple[model.Run, Options]:
    """Header and options of the run in `directory`, for `--resume`; raises UserError."""
    header, _ = journals.read(directory / journals.JOURNAL_NAME)
    return header, options_of(header)


def options_of(measured: model.Run) -> Options:
    """The options with which a run is measured again."""
    asked, server = measured.options, measured.server
    # The tag of the image, where there was one: postgres:17-alpine.
    pg_version = server.details.get("image", "").partition(":")[2] or Options().pg_version
    return msgspec.convert(
        {
            "drivers": [d.name for d in measured.drivers if d.twin_of is None],
            "queries": [query.name for query in measured.queries],
            "concurrency": asked.concurrency,
            "warmup": asked.warmup_seconds,
            "duration": asked.measure_seconds,
            "rounds": asked.rounds,
            "seed": asked.seed,
            # What `auto` chose then: it might choose another today.
            "server": server.details.get(PROGRAMS, server.backend),
            "pg_version": pg_version,
            "transport": asked.transport,
            "mode": asked.mode,
            "pin_client": asked.pin_client,
            "pin_server": asked.pin_server,
            "aa": asked.aa,
            "precision": asked.precision,
            "max_time": asked.max_time_seconds or Options().max_time,
            "rate": asked.rate,
            "arrivals": asked.arrivals,
        },
        Options,
    )
