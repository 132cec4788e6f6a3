"""psycopg2: arguments are merged into the statement, results are text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg2
import psycopg2.extras

from runner.adapter import BlockingAdapter, Rows
from runner.adapters import csv_file
from runner.adapters import psycopg2_common as common
from runner.job import Query, Target

MODES = {
    "fetch": "Cursor.execute: simple protocol, arguments merged by the client, text results",
    "batch": "extras.execute_values: one INSERT with all rows, simple protocol",
    "copy": "Cursor.copy_expert with a CSV file written by the csv module",
}


class Psycopg2Adapter(BlockingAdapter):
    def versions(self) -> tuple[str, str, dict[str, str]]:
        return "psycopg2", psycopg2.__version__.split()[0], common.components()

    def mode(self, kind: str) -> str:
        return MODES[kind]

    def connect(self) -> Any:
        connection = psycopg2.connect(**common.connect_arguments(self.job))
        connection.autocommit = True
        return connection

    def close(self, connection: Any) -> None:
        connection.close()

    def fetch(self, connection: Any, query: Query) -> Rows:
        cursor = connection.cursor(cursor_factory=common.cursor_class(self.job))
        cursor.execute(*common.client_side(query.sql, query.args))
        rows: Rows = cursor.fetchall()
        return rows

    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], int]:
        cursor = connection.cursor(cursor_factory=common.cursor_class(self.job))
        sql, args = common.client_side(query.sql, query.args)

        def operation() -> int:
            cursor.execute(sql, args)
            return len(cursor.fetchall())

        return operation

    def batch_operation(self, connection: Any, query: Query, target: Target) -> Callable[[], int]:
        cursor = connection.cursor()
        statement, template = common.many_values(query.sql)
        rows = target.rows

        def operation() -> int:
            psycopg2.extras.execute_values(cursor, statement, rows, template, page_size=len(rows))
            return len(rows)

        return operation

    def copy_operation(self, connection: Any, query: Query, target: Target) -> Callable[[], int]:
        cursor = connection.cursor()
        statement = f"{query.sql} {csv_file.FORMAT}"
        write = csv_file.writer(target.rows)

        def operation() -> int:
            cursor.copy_expert(statement, write())
            return len(target.rows)

        return operation
