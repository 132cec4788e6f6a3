"""Reading and writing result documents; both validate."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from pgbench_drivers.errors import UserError
from pgbench_drivers.results import histogram
from pgbench_drivers.results.cost import Cost
from pgbench_drivers.results.document import Document
from pgbench_drivers.results.model import FORMAT_VERSION, Run

RESULT_NAME = "result.json"


class _Version(msgspec.Struct):
    format_version: int


class _Kind(msgspec.Struct):
    kind: str = "run"


def write(document: Document, path: Path) -> None:
    """Write the document, validated, in one step: a crash leaves the old file or the new one.

    Raises UserError.
    """
    encoded = msgspec.json.encode(document)
    msgspec.json.decode(encoded, type=type(document))
    temporary = path.with_suffix(".part")
    try:
        temporary.write_bytes(msgspec.json.format(encoded, indent=1) + b"\n")
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UserError(f"{path}: cannot be written: {error.strerror}") from error


def read_any(path: Path) -> Run | Cost:
    """Read a document of a run or of cost; raises UserError as `read` does."""
    content = _content(path)
    try:
        if msgspec.json.decode(content, type=_Kind).kind != "cost":
            return _run(path, content)
        return msgspec.json.decode(content, type=Cost)
    except msgspec.DecodeError as error:
        raise UserError(f"{path}: is not a result document: {error}") from error


def read(path: Path) -> Run:
    """Read a document; raises UserError that names the file, the key and what was expected."""
    return _run(path, _content(path))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


def _run(path: Path, content: bytes) -> Run:
    try:
        version = msgspec.json.decode(content, type=_Version).format_version
        if version != FORMAT_VERSION:
            raise UserError(
                f"{path}: has result format {version}, this version reads {FORMAT_VERSION}"
            )
        run = msgspec.json.decode(content, type=Run)
        for cell in run.cells:
            for measured in cell.rounds:
                histogram.decode(measured.latency.histogram)
    except (msgspec.DecodeError, histogram.HistogramError) as error:
        raise UserError(f"{path}: is not a result document: {error}") from error
    return run
