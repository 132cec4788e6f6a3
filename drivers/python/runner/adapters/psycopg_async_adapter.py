"""psycopg 3 for asyncio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

from runner.adapter import AsyncAdapter, Rows
from runner.adapters import psycopg_common as common
from runner.job import Query, Target


class PsycopgAsyncAdapter(AsyncAdapter):
    def versions(self) -> tuple[str, str, dict[str, str]]:
        return common.versions()

    def mode(self, kind: str) -> str:
        return common.MODES[kind]

    async def connect(self) -> Any:
        return await psycopg.AsyncConnection.connect(
            **common.connect_arguments(self.job), cursor_factory=psycopg.AsyncRawCursor
        )

    async def close(self, connection: Any) -> None:
        await connection.close()

    async def fetch(self, connection: Any, query: Query) -> Rows:
        cursor = connection.cursor(binary=True)
        await cursor.execute(query.sql, query.args, prepare=True)
        rows: Rows = await cursor.fetchall()
        return rows

    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], Awaitable[int]]:
        cursor = connection.cursor(binary=True)
        sql, args = query.sql, query.args

        async def operation() -> int:
            await cursor.execute(sql, args, prepare=True)
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
