"""Reading and writing result documents; both validate."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from pgbench_drivers.errors import UserError
from pgbench_drivers.results import histogram
from pgbench_drivers.results.document import Document
from pgbench_drivers.results.model import FORMAT_VERSION, Run

RESULT_NAME = "result.json"


class _Version(msgspec.Struct):
    format_version: int


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


def read(path: Path) -> Run:
    """Read a document; raises UserError that names the file, the key and what was expected."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
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
