"""What psycopg2 and aiopg share: client-side arguments, and the cursor classes."""

from __future__ import annotations

import re
from typing import Any

import psycopg2
import psycopg2.extensions
import psycopg2.extras

from runner.job import BadJobError, Job, UnsupportedError
from runner.tls import libpq_arguments

CURSORS = {"tuple": None, "dict": psycopg2.extras.DictCursor}

_PARAMETER = re.compile(r"\$(\d+)")
_VALUES = re.compile(r"\(\s*\$\d+(?:\s*,\s*\$\d+)*\s*\)\s*$")


def components() -> dict[str, str]:
    """The version of libpq that psycopg2 is linked to."""
    number = psycopg2.extensions.libpq_version()
    return {"libpq": f"{number // 10000}.{number % 10000}"}


def cursor_class(job: Job) -> Any:
    """The cursor class that the registry's option `cursor` names; raises BadJobError."""
    name = job.options.get("cursor", "tuple")
    if name not in CURSORS:
        raise BadJobError(f"option cursor: expected one of {sorted(CURSORS)}, got {name!r}")
    return CURSORS[name]


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
    }


def client_side(sql: str, args: tuple[Any, ...]) -> tuple[str, dict[str, Any] | None]:
    """Statement and arguments with psycopg2's placeholders instead of PostgreSQL's."""
    if not args:
        return sql, None
    escaped = sql.replace("%", "%%")
    return _PARAMETER.sub(r"%(p\1)s", escaped), {f"p{i}": v for i, v in enumerate(args, start=1)}


def many_values(sql: str) -> tuple[str, str]:
    """An INSERT with `VALUES %s` for many rows, and the template of one row.

    Raises UnsupportedError for a statement that does not end in `($1, …, $n)`.
    """
    found = _VALUES.search(sql)
    if not found:
        raise UnsupportedError(
            "psycopg2's execute_values needs a statement that ends in VALUES ($1, …, $n)"
        )
    head = sql[: found.start()].replace("%", "%%")
    return f"{head}%s", _PARAMETER.sub("%s", found.group().strip())
