"""aiopg: psycopg2 in its asynchronous mode."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import aiopg
import psycopg2

from runner.adapter import AsyncAdapter, Rows
from runner.adapters import psycopg2_common as common
from runner.job import Query, Target, UnsupportedError

MODES = {
    "fetch": "Cursor.execute: simple protocol, arguments merged by the client, text results",
    "batch": "rows merged by Cursor.mogrify into one INSERT, simple protocol",
    "copy": "not supported",
}


class AiopgAdapter(AsyncAdapter):
    def versions(self) -> tuple[str, str, dict[str, str]]:
        psycopg2_version = psycopg2.__version__.split()[0]
        return "aiopg", aiopg.__version__, {"psycopg2": psycopg2_version, **common.components()}

    def mode(self, kind: str) -> str:
        return MODES[kind]

    async def connect(self) -> Any:
        # Cursors are made once per connection: aiopg allows one at a time.
        connection = await aiopg.connect(**common.connect_arguments(self.job))
        cursor = await connection.cursor(cursor_factory=common.cursor_class(self.job))
        return connection, cursor

    async def close(self, connection: Any) -> None:
        connection[1].close()
        await connection[0].close()

    async def fetch(self, connection: Any, query: Query) -> Rows:
        _, cursor = connection
        await cursor.execute(*common.client_side(query.sql, query.args))
        rows: Rows = await cursor.fetchall()
        return rows

    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], Awaitable[int]]:
        _, cursor = connection
        sql, args = common.client_side(query.sql, query.args)

        async def operation() -> int:
            await cursor.execute(sql, args)
            return len(await cursor.fetchall())

        return operation

    def batch_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        _, cursor = connection
        statement, template = common.many_values(query.sql)
        head = statement.removesuffix("%s").replace("%%", "%").encode()
        rows = target.rows

        async def operation() -> int:
            mogrify = cursor.mogrify
            await cursor.execute(head + b",".join([mogrify(template, row) for row in rows]))
            return len(rows)

        return operation

    def copy_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        raise UnsupportedError("aiopg cannot COPY: psycopg2 does not in its asynchronous mode")
