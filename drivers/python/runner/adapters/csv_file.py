"""Rows as a CSV file in memory, for drivers whose COPY takes a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

NULL_MARK = r"\N"
FORMAT = f"(FORMAT csv, NULL '{NULL_MARK}')"


def writer(rows: list[tuple[Any, ...]]) -> Callable[[], io.StringIO]:
    """A function that writes the rows into a new file, which is read from its start."""
    has_nulls = any(value is None for row in rows for value in row)

    def write() -> io.StringIO:
        file = io.StringIO()
        csv.writer(file).writerows(_marked(rows) if has_nulls else rows)
        file.seek(0)
        return file

    return write


def _marked(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    return (tuple(NULL_MARK if value is None else value for value in row) for row in rows)
