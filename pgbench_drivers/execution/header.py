"""The header of a run's document, and the options that it was made with."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from pgbench_drivers.config.options import Options
from pgbench_drivers.contract.messages import JobQuery
from pgbench_drivers.execution import environment, facts
from pgbench_drivers.execution.preparing import Prepared
from pgbench_drivers.execution.request import Request
from pgbench_drivers.plan.plan import CellKey
from pgbench_drivers.results import journal as journals
from pgbench_drivers.results import model
from pgbench_drivers.server import shown_spec
from pgbench_drivers.server.embedded import PROGRAMS


def new_header(
    request: Request, prepared: Prepared, server: model.Server, job_queries: Mapping[str, JobQuery]
) -> model.Run:
    """Everything that is known before anything is measured; nothing has been, in any cell."""
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


def arrivals(options: Options) -> model.ArrivalProcess | None:
    """The process by which queries are due, or None for a closed loop."""
    return None if options.rate is None else options.arrivals or "poisson"


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
