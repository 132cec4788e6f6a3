"""What psycopg 3's two faces share."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import pq

from runner.job import Job, Query
from runner.tls import libpq_arguments

# Raw cursors take PostgreSQL's own $1 placeholders; `prepare=True` prepares at
# the first execution instead of after the fifth.
MODES = {
    "fetch": "raw cursor, binary=True, prepare=True: prepared once, binary results, tuples",
    "batch": "executemany in a transaction: prepared, pipelined",
    "copy": "Cursor.copy with write_row: binary COPY",
}

# With `prepare_threshold=None` nothing is prepared by name, which is what the
# documentation says for a pooler that has no statements of its own.
UNPREPARED_MODES = {
    "fetch": "raw cursor, binary=True, prepare_threshold=None: never prepared by name, tuples",
    "batch": "executemany in a transaction, prepare_threshold=None: pipelined",
    "copy": MODES["copy"],
}


def versions() -> tuple[str, str, dict[str, str]]:
    """psycopg's version, its implementation (C or Python) and its libpq's version."""
    number = pq.version()
    libpq = f"{number // 10000}.{number % 10000}"
    return "psycopg", psycopg.__version__, {"psycopg implementation": pq.__impl__, "libpq": libpq}


def connect_arguments(job: Job) -> dict[str, Any]:
    """Arguments of `connect`: libpq's names."""
    connection = job.connection
    return {
        "host": connection["host"],
        "port": connection["port"],
        "user": connection["user"],
        "password": connection["password"],
        "dbname": connection["database"],
        **libpq_arguments(connection),
        "gssencmode": "disable",
        "autocommit": True,
    }


def copy_statement(query: Query) -> str:
    """The job's COPY in the binary format."""
    return f"{query.sql} (FORMAT binary)"
