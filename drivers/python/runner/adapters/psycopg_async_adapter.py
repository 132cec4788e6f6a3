"""psycopg 3 for asyncio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

from runner.adapter import AsyncAdapter, Rows
from runner.adapters import psycopg_common as common
from runner.job import Job, Query, Target


class PsycopgAsyncAdapter(AsyncAdapter):
    def __init__(self, job: Job) -> None:
        super().__init__(job)
        # None leaves it to the connection's `prepare_threshold`.
        self._prepare = True if job.options.get("prepare", True) else None

    def versions(self) -> tuple[str, str, dict[str, str]]:
        return common.versions()

    def mode(self, kind: str) -> str:
        return (common.MODES if self._prepare else common.UNPREPARED_MODES)[kind]

    async def connect(self) -> Any:
        arguments = common.connect_arguments(self.job)
        if not self._prepare:
            arguments["prepare_threshold"] = None
        return await psycopg.AsyncConnection.connect(
            **arguments, cursor_factory=psycopg.AsyncRawCursor
        )

    async def close(self, connection: Any) -> None:
        await connection.close()

    async def fetch(self, connection: Any, query: Query) -> Rows:
        cursor = connection.cursor(binary=True)
        await cursor.execute(query.sql, query.args, prepare=self._prepare)
        rows: Rows = await cursor.fetchall()
        return rows

    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], Awaitable[int]]:
        cursor = connection.cursor(binary=True)
        sql, args, prepare = query.sql, query.args, self._prepare

        async def operation() -> int:
            await cursor.execute(sql, args, prepare=prepare)
            return len(await cursor.fetchall())

        return operation

    def batch_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        cursor = connection.cursor()

        async def operation() -> int:
            async with connection.transaction():
                await cursor.executemany(query.sql, target.rows)
            return len(target.rows)

        return operation

    def copy_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        cursor = connection.cursor()
        statement = common.copy_statement(query)
        types = [column.type for column in query.columns]

        async def operation() -> int:
            async with cursor.copy(statement) as copy:
                copy.set_types(types)
                for row in target.rows:
                    await copy.write_row(row)
            return len(target.rows)

        return operation
