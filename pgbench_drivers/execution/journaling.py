"""The journal of a run: begun or continued, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pgbench_drivers.contract.messages import JobQuery
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution import facts
from pgbench_drivers.execution.header import new_header
from pgbench_drivers.execution.preparing import Prepared
from pgbench_drivers.execution.request import Request
from pgbench_drivers.results import journal as journals
from pgbench_drivers.results import model, storage
from pgbench_drivers.results.journal import Journal, StepRecord
from pgbench_drivers.results.model import Failure


def check_directory(request: Request) -> None:
    """Raises UserError where a run would be written over another."""
    if not request.resume and (request.directory / journals.JOURNAL_NAME).exists():
        raise UserError(
            f"{request.directory} holds a run already: continue it with --resume, "
            "or choose another directory with --output"
        )


def open_journal(
    request: Request,
    prepared: Prepared,
    server: model.Server,
    job_queries: Mapping[str, JobQuery],
    complete: Callable[[model.Run], model.Run],
) -> tuple[model.Run, list[StepRecord], Journal]:
    """Header, what was measured earlier, and the journal; a new one's header is completed first."""
    path = request.directory / journals.JOURNAL_NAME
    header = new_header(request, prepared, server, job_queries)
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


def finish(directory: Path, header: model.Run) -> model.Run:
    """Write `result.json` from the journal in `directory`, and return it."""
    _, records = journals.read(directory / journals.JOURNAL_NAME)
    document = journals.assemble(header, records, facts.now())
    storage.write(document, directory / storage.RESULT_NAME)
    return document
