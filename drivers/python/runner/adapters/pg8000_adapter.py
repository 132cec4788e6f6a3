"""pg8000 by its native interface: prepared statements, everything is text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pg8000
import pg8000.native

from runner.adapter import BlockingAdapter, Rows
from runner.adapters import csv_file
from runner.job import Query, Target
from runner.tls import ssl_context

MODES = {
    "fetch": "Connection.prepare: prepared once, text results, rows as lists",
    "batch": "a prepared statement for each row in a transaction, one after the other",
    "copy": "Connection.run with a CSV file written by the csv module",
}

_PARAMETER = re.compile(r"\$(\d+)")


class Pg8000Adapter(BlockingAdapter):
    def versions(self) -> tuple[str, str, dict[str, str]]:
        return "pg8000", pg8000.__version__, {}

    def mode(self, kind: str) -> str:
        return MODES[kind]

    def connect(self) -> Any:
        where = self.job.connection
        socket = f"{where['host']}/.s.PGSQL.{where['port']}"
        is_socket = where["host"].startswith("/")
        return pg8000.native.Connection(
            where["user"],
            host=None if is_socket else where["host"],
            unix_sock=socket if is_socket else None,
            port=where["port"],
            database=where["database"],
            password=where["password"],
            ssl_context=ssl_context(where) or False,
        )

    def close(self, connection: Any) -> None:
        connection.close()

    def fetch(self, connection: Any, query: Query) -> Rows:
        statement = connection.prepare(_named(query.sql))
        rows: Rows = statement.run(**_arguments(query.args))
        return rows

    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], int]:
        statement = connection.prepare(_named(query.sql))
        arguments = _arguments(query.args)

        def operation() -> int:
            return len(statement.run(**arguments))

        return operation

    def batch_operation(self, connection: Any, query: Query, target: Target) -> Callable[[], int]:
        statement = connection.prepare(_named(query.sql))
        rows = [_arguments(row) for row in target.rows]

        def operation() -> int:
            connection.run("START TRANSACTION")
            for row in rows:
                statement.run(**row)
            connection.run("COMMIT")
            return len(rows)

        return operation

    def copy_operation(self, connection: Any, query: Query, target: Target) -> Callable[[], int]:
        statement = f"{query.sql} {csv_file.FORMAT}"
        write = csv_file.writer(target.rows)

        def operation() -> int:
            connection.run(statement, stream=write())
            return len(target.rows)

        return operation


def _named(sql: str) -> str:
    """The statement with pg8000's placeholders instead of PostgreSQL's."""
    return _PARAMETER.sub(r":p\1", sql)


def _arguments(values: tuple[Any, ...]) -> dict[str, Any]:
    return {f"p{index}": value for index, value in enumerate(values, start=1)}
