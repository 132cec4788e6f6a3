"""psqlpy: tokio-postgres below, in threads of its own; everything is binary.

A worker keeps a connection of the pool, as the documentation advises for load.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import metadata
from typing import Any

import psqlpy

from runner.adapter import AsyncAdapter, Rows
from runner.job import Job, Query, Target

MODES = {
    "fetch": "Connection.execute: statement prepared once and cached, binary, rows as tuples",
    "batch": "Connection.execute_many: prepared, atomic, binary",
    "copy": "Connection.copy_records_to_table: binary COPY",
}
SMALLEST_POOL = 2


class PsqlpyAdapter(AsyncAdapter):
    def __init__(self, job: Job) -> None:
        super().__init__(job)
        where = job.connection
        self._pool = psqlpy.ConnectionPool(
            host=where["host"],
            port=where["port"],
            username=where["user"],
            password=where["password"],
            db_name=where["database"],
            **_tls(where["tls"]),
            max_db_pool_size=max(job.concurrency, SMALLEST_POOL),
        )

    def versions(self) -> tuple[str, str, dict[str, str]]:
        return "psqlpy", metadata.version("psqlpy"), {}

    def mode(self, kind: str) -> str:
        return MODES[kind]

    async def connect(self) -> Any:
        return await self._pool.connection()

    async def close(self, connection: Any) -> None:
        connection.close()
        if self._pool.status().available == self.job.concurrency:
            self._pool.close()

    async def fetch(self, connection: Any, query: Query) -> Rows:
        result = await connection.execute(query.sql, list(query.args))
        rows: Rows = result.result(as_tuple=True)
        return rows

    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], Awaitable[int]]:
        execute, sql, args = connection.execute, query.sql, list(query.args)

        async def operation() -> int:
            result = await execute(sql, args)
            return len(result.result(as_tuple=True))

        return operation

    def batch_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        execute_many, sql = connection.execute_many, query.sql
        rows = [list(row) for row in target.rows]

        async def operation() -> int:
            await execute_many(sql, rows)
            return len(rows)

        return operation

    def copy_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        columns = [column.name for column in query.columns]

        async def operation() -> int:
            await connection.copy_records_to_table(
                table_name=target.table,
                schema_name=target.schema,
                columns=columns,
                records=target.rows,
            )
            return len(target.rows)

        return operation


def _tls(tls: dict[str, Any] | None) -> dict[str, Any]:
    if tls is None:
        return {"ssl_mode": psqlpy.SslMode.Disable}
    return {"ssl_mode": psqlpy.SslMode.VerifyFull, "ca_file": tls["ca_file"]}
