"""The journal of a run: every step on disk at once, and the document made from it.

One JSON object a line. The first line is a header (the document without its
cells), each further line one step, flushed and synced before the next step
starts. A last line that a crash has cut short is dropped.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pgbench_drivers.errors import UserError
from pgbench_drivers.results.document import Document
from pgbench_drivers.results.model import Cell, CellStatus, Driver, Failure, Round, Run

JOURNAL_NAME = "journal.jsonl"


class Identity(Document, frozen=True):
    """What a running driver said of itself."""

    version: str
    runtime: str
    components: dict[str, str]
    mode: str


class StepRecord(Document, frozen=True):
    """The outcome of one step: a round or a failure."""

    driver: str
    query: str
    concurrency: int
    identity: Identity | None
    round: Round | None
    failure: Failure | None
    per_second: float | None = None


class Journal:
    """An open journal; raises UserError when it cannot be written (the disk is full, say)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise self._refusal(error) from error

    @classmethod
    def create(cls, path: Path, header: Run) -> Journal:
        """Start a new journal with its header."""
        journal = cls(path)
        journal._write(msgspec.json.encode(header))
        return journal

    def append(self, record: StepRecord) -> None:
        """Write one step; it is on disk when this returns."""
        self._write(msgspec.json.encode(record))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, line: bytes) -> None:
        size = os.fstat(self._file.fileno()).st_size
        left = memoryview(line + b"\n")
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            # No half a line: what was written before stays readable.
            with contextlib.suppress(OSError):
                self._file.truncate(size)
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> UserError:
        return UserError(
            f"{self._path}: cannot be written: {error.strerror}; what was measured before is "
            f"kept: when that is put right, --resume {self._path.parent} continues"
        )


def read(path: Path) -> tuple[Run, list[StepRecord]]:
    """Header and steps of a journal; raises UserError.

    Cuts off an incomplete last line, so that the journal can be continued.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    complete = content[: content.rfind(b"\n") + 1]
    if len(complete) < len(content):
        os.truncate(path, len(complete))
    lines = complete.splitlines()
    if not lines:
        raise UserError(f"{path}: is empty; start the run anew")
    try:
        header = msgspec.json.decode(lines[0], type=Run)
        return header, [msgspec.json.decode(line, type=StepRecord) for line in lines[1:]]
    except msgspec.DecodeError as error:
        raise UserError(f"{path}: is not a journal of this version: {error}") from error


def assemble(header: Run, records: Sequence[StepRecord], finished_at: str) -> Run:
    """The document of a run: the header's cells filled with what was measured.

    The header's cells are empty, with the status "unfinished", "not-run" or
    "unsupported", or also "failed" where no rate was found for them.
    """
    by_cell: dict[_Key, list[StepRecord]] = {}
    for record in records:
        by_cell.setdefault(_key(record), []).append(record)
    cells = [_fill_cell(cell, by_cell.get(_key(cell), []), header) for cell in header.cells]
    return msgspec.structs.replace(
        header,
        finished_at=finished_at,
        complete=all(cell.status != "unfinished" for cell in cells),
        drivers=[_fill_driver(driver, records) for driver in header.drivers],
        cells=cells,
    )


_Key = tuple[str, str, int, float | None]


def _key(item: Cell | StepRecord) -> _Key:
    return item.driver, item.query, item.concurrency, item.per_second


def _fill_cell(cell: Cell, records: Sequence[StepRecord], header: Run) -> Cell:
    if not records:
        return cell
    rounds = sorted((r.round for r in records if r.round), key=lambda r: r.index)
    failures = [r.failure for r in records if r.failure]
    modes = [r.identity.mode for r in records if r.identity]
    status, reason = _status(rounds, failures, header.options.rounds)
    return msgspec.structs.replace(
        cell,
        status=status,
        reason=reason,
        mode=modes[-1] if modes else None,
        rounds=rounds,
        failures=failures,
    )


def _status(
    rounds: Sequence[Round], failures: Sequence[Failure], wanted: int
) -> tuple[CellStatus, str | None]:
    if failures:
        first = failures[0]
        return ("unsupported" if first.kind == "unsupported" else "failed"), first.reason
    if len(rounds) < wanted:
        return "unfinished", f"interrupted after {len(rounds)} of {wanted} rounds"
    return "ok", None


def _fill_driver(driver: Driver, records: Sequence[StepRecord]) -> Driver:
    for record in records:
        if record.driver == driver.name and record.identity:
            found = record.identity
            return msgspec.structs.replace(
                driver, version=found.version, runtime=found.runtime, components=found.components
            )
    return driver
