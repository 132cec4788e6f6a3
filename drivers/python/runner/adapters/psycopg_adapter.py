"""psycopg 3, blocking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg

from runner.adapter import BlockingAdapter, Rows
from runner.adapters import psycopg_common as common
from runner.job import Query, Target


class PsycopgAdapter(BlockingAdapter):
    def versions(self) -> tuple[str, str, dict[str, str]]:
        return common.versions()

    def mode(self, kind: str) -> str:
        return common.MODES[kind]

    def connect(self) -> Any:
        return psycopg.connect(
            **common.connect_arguments(self.job), cursor_factory=psycopg.RawCursor
        )

    def close(self, connection: Any) -> None:
        connection.close()

    def fetch(self, connection: Any, query: Query) -> Rows:
        rows: Rows = (
            connection.cursor(binary=True).execute(query.sql, query.args, prepare=True).fetchall()
        )
        return rows

    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], int]:
        cursor = connection.cursor(binary=True)
        sql, args = query.sql, query.args

        def operation() -> int:
            return len(cursor.execute(sql, args, prepare=True).fetchall())

        return operation

    def batch_operation(self, connection: Any, query: Query, target: Target) -> Callable[[], int]:
        cursor = connection.cursor()

        def operation() -> int:
            with connection.transaction():
                cursor.executemany(query.sql, target.rows)
            return len(target.rows)

        return operation

    def copy_operation(self, connection: Any, query: Query, target: Target) -> Callable[[], int]:
        cursor = connection.cursor()
        statement = common.copy_statement(query)
        types = [column.type for column in query.columns]

        def operation() -> int:
            with cursor.copy(statement) as copy:
                copy.set_types(types)
                for row in target.rows:
                    copy.write_row(row)
            return len(target.rows)

        return operation
