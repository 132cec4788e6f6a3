"""Prepared statements."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pgstride.aio.cursor import CursorFactory
from pgstride.aio.deadline import Deadline
from pgstride.aio.resource import ConnectionResource, guarded
from pgstride.exceptions import InterfaceError
from pgstride.types import Attribute, Type

if TYPE_CHECKING:
    from pgstride.aio.connection import Connection
    from pgstride.core.codec import Codec
    from pgstride.core.rows import Record
    from pgstride.core.statement import Statement


class PreparedStatement(ConnectionResource):
    """A statement that the server has parsed; made by `Connection.prepare()`.

    It is closed on the server once nobody refers to it any more. Time-outs are
    as in `Connection`'s methods.
    """

    __slots__ = ("_record_class", "_statement", "_tag")

    def __init__(
        self, connection: Connection, statement: Statement, record_class: type[Record] | None
    ) -> None:
        super().__init__(connection)
        statement.references += 1
        self._statement = statement
        self._record_class = record_class
        self._tag: bytes | None = None

    @guarded
    def get_name(self) -> str:
        """The statement's name on the server."""
        return self._statement.name.decode()

    @guarded
    def get_query(self) -> str:
        """The statement's text."""
        return self._statement.query

    @guarded
    def get_statusmsg(self) -> str | None:
        """The command tag of the last execution, such as 'SELECT 1'."""
        return None if self._tag is None else self._tag.decode()

    @guarded
    def get_parameters(self) -> tuple[Type, ...]:
        """The types of the parameters."""
        return tuple(type_of(codec) for codec in self._statement.parameter_codecs)

    @guarded
    def get_attributes(self) -> tuple[Attribute, ...]:
        """The names and types of the result's columns."""
        decoder = self._statement.decoder
        if decoder is None:
            return ()
        return tuple(
            Attribute(name, type_of(codec))
            for name, codec in zip(decoder.names, decoder.codecs, strict=True)
        )

    @guarded
    def cursor(
        self, *args: Any, prefetch: int | None = None, timeout: float | None = None
    ) -> CursorFactory:
        """A cursor over the statement's rows, as `Connection.cursor()` makes them."""
        self._connection._check_exclusive("a cursor")
        return CursorFactory(
            self._connection,
            self._statement.query,
            self._statement,
            args,
            prefetch,
            timeout,
            self._record_class,
        )

    @guarded
    async def explain(self, *args: Any, analyze: bool = False) -> Any:
        """The execution plan, as EXPLAIN (FORMAT JSON, VERBOSE) tells it, decoded.

        With `analyze`, the statement is executed too, in a transaction that is
        rolled back.
        """
        connection = self._connection
        options = "FORMAT JSON, VERBOSE, ANALYZE" if analyze else "FORMAT JSON, VERBOSE"
        query = f"EXPLAIN ({options}) {self._statement.query}"
        if not analyze:
            return _plan(await connection.fetchval(query, *args))
        transaction = connection.transaction()
        await transaction.start()
        try:
            plan = await connection.fetchval(query, *args)
        finally:
            await transaction.rollback()
        return _plan(plan)

    @guarded
    def fetch(self, *args: Any, timeout: float | None = None) -> Coroutine[Any, Any, list[Record]]:
        """Execute the statement and return its rows."""
        return self._execute(args, 0, timeout)

    @guarded
    async def fetchval(self, *args: Any, column: int = 0, timeout: float | None = None) -> Any:
        """Execute the statement and return one value of its first row, or None without rows."""
        rows = await self._execute(args, 1, timeout)
        return rows[0][column] if rows else None

    @guarded
    async def fetchrow(self, *args: Any, timeout: float | None = None) -> Record | None:
        """Execute the statement and return its first row, or None when there is none."""
        rows = await self._execute(args, 1, timeout)
        return rows[0] if rows else None

    @guarded
    async def fetchmany(
        self, args: Iterable[Sequence[Any]], *, timeout: float | None = None
    ) -> list[Record]:
        """Execute the statement once for each element of `args`, and return all rows."""
        connection = self._connection
        limit = Deadline(connection._loop, connection._effective(timeout))
        await connection._settle(limit)
        running = connection._many(self._statement, args, limit, self._record_class)
        return await connection._observed(self._statement.query, args, running, many=True)

    @guarded
    async def executemany(
        self, args: Iterable[Sequence[Any]], *, timeout: float | None = None
    ) -> None:
        """Execute the statement once for each element of `args`, all of it or nothing."""
        await self.fetchmany(args, timeout=timeout)

    async def _execute(
        self, args: tuple[Any, ...], row_limit: int, timeout: float | None
    ) -> list[Record]:
        connection = self._connection
        session = connection._session
        effective = connection._effective(timeout)
        if session.hold is not None:
            limit = Deadline(connection._loop, effective)
            await connection._settle(limit)
            effective = limit.left()
        waiter = session.start_statement(
            self._statement, args, row_limit, self._record_class, effective, True
        )
        running: Awaitable[Any] = waiter
        if connection._tracer is not None:
            running = connection._observed(self._statement.query, args, waiter)
        try:
            operation = await running
        except asyncio.CancelledError:
            session.cancel_waiting(waiter)
            raise
        self._tag = operation.tag
        return operation.rows  # type: ignore[no-any-return]

    def _check_valid(self, method: str) -> None:
        if self._statement.closed:
            raise InterfaceError(
                f"cannot call PreparedStmt.{method}(): the prepared statement is closed"
            )
        super()._check_valid(method)

    def __del__(self) -> None:
        # Not set when the constructor has refused its arguments.
        if hasattr(self, "_statement"):
            self._connection._session.release(self._statement)


def _plan(value: Any) -> Any:
    """Of a str, or of what a codec that the user has set for json has made of it."""
    return json.loads(value) if isinstance(value, str) else value


def type_of(codec: Codec) -> Type:
    """The type that a codec is of."""
    return Type(codec.oid, codec.name, codec.kind, codec.schema)
