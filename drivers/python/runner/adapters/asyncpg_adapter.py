"""asyncpg, and pgstride, which has its interface.

`fetch` prepares and caches statements by itself; everything is binary. With
`options.statement_cache_size` 0 it uses the unnamed statement, as both drivers
document for connection poolers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, ClassVar

from runner.adapter import AsyncAdapter, Rows
from runner.job import BadJobError, Job, Query, Target
from runner.tls import ssl_context

MODES = {
    "fetch": "Connection.fetch: statement prepared once and cached, binary",
    "batch": "Connection.executemany: prepared, pipelined, atomic, binary",
    "copy": "Connection.copy_records_to_table: binary COPY",
}


UNCACHED_MODES = {
    "fetch": "Connection.fetch with statement_cache_size=0: prepared for each query, binary",
    "batch": "Connection.executemany with statement_cache_size=0: pipelined, atomic, binary",
    "copy": "Connection.copy_records_to_table with statement_cache_size=0: binary COPY",
}


class AsyncpgAdapter(AsyncAdapter):
    module_name: ClassVar[str] = "asyncpg"

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._module = import_module(self.module_name)
        size = job.options.get("statement_cache_size")
        if size not in (None, 0):
            raise BadJobError(f"options.statement_cache_size is {size!r}, expected 0 or none")
        self._arguments = {} if size is None else {"statement_cache_size": size}
        self._ssl = ssl_context(job.connection) or False
        self._where = {name: value for name, value in job.connection.items() if name != "tls"}

    def versions(self) -> tuple[str, str, dict[str, str]]:
        return self.module_name, self._module.__version__, {}

    def mode(self, kind: str) -> str:
        return UNCACHED_MODES[kind] if self._arguments else MODES[kind]

    async def connect(self) -> Any:
        return await self._module.connect(**self._where, ssl=self._ssl, **self._arguments)

    async def close(self, connection: Any) -> None:
        await connection.close()

    async def fetch(self, connection: Any, query: Query) -> Rows:
        rows: Rows = await connection.fetch(query.sql, *query.args)
        return rows

    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], Awaitable[int]]:
        fetch, sql, args = connection.fetch, query.sql, query.args

        async def operation() -> int:
            return len(await fetch(sql, *args))

        return operation

    def batch_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        executemany, sql, rows = connection.executemany, query.sql, target.rows

        async def operation() -> int:
            await executemany(sql, rows)
            return len(rows)

        return operation

    def copy_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        columns = [column.name for column in query.columns]

        async def operation() -> int:
            await connection.copy_records_to_table(
                target.table, schema_name=target.schema, columns=columns, records=target.rows
            )
            return len(target.rows)

        return operation


class PgstrideAdapter(AsyncpgAdapter):
    module_name = "pgstride"
