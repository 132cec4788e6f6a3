"""Cursors: rows of a query in portions, by the protocol's portals."""

from __future__ import annotations

import collections
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from pgstride.aio.base import STALE
from pgstride.aio.deadline import Deadline
from pgstride.aio.resource import ConnectionResource, guarded
from pgstride.exceptions import InterfaceError, NoActiveSQLTransactionError

if TYPE_CHECKING:
    from pgstride.aio.connection import Connection
    from pgstride.core.rows import Record
    from pgstride.core.statement import Statement

DEFAULT_PREFETCH_ROWS = 50


class StatementUser(ConnectionResource):
    """What refers to a statement (None: not yet prepared), and so keeps it from being closed."""

    __slots__ = ("_arguments", "_query", "_record_class", "_statement")

    def __init__(
        self,
        connection: Connection,
        query: str,
        statement: Statement | None,
        arguments: tuple[Any, ...],
        record_class: type[Record] | None,
    ) -> None:
        super().__init__(connection)
        self._query = query
        self._arguments = arguments
        self._record_class = record_class
        self._statement: Statement | None = None
        if statement is not None:
            self._refer_to(statement)

    def _refer_to(self, statement: Statement) -> None:
        statement.references += 1
        self._statement = statement

    def __del__(self) -> None:
        if self._statement is not None:
            self._connection._session.release(self._statement)


class CursorFactory(StatementUser):
    """A query to go through: `async for row in factory`, or `cursor = await factory`.

    Both need a transaction, which the server ends all cursors with.
    """

    __slots__ = ("_prefetch", "_timeout")

    def __init__(
        self,
        connection: Connection,
        query: str,
        statement: Statement | None,
        arguments: tuple[Any, ...],
        prefetch: int | None,
        timeout: float | None,
        record_class: type[Record] | None,
    ) -> None:
        super().__init__(connection, query, statement, arguments, record_class)
        self._prefetch = prefetch
        self._timeout = timeout

    @guarded
    def __aiter__(self) -> CursorIterator:
        prefetch = DEFAULT_PREFETCH_ROWS if self._prefetch is None else self._prefetch
        return CursorIterator(
            self._connection,
            self._query,
            self._statement,
            self._arguments,
            self._record_class,
            prefetch,
            self._timeout,
        )

    @guarded
    def __await__(self) -> Generator[Any, None, Cursor]:
        if self._prefetch is not None:
            raise InterfaceError("prefetch argument can only be specified for iterable cursor")
        cursor = Cursor(
            self._connection, self._query, self._statement, self._arguments, self._record_class
        )
        return cursor._open(self._timeout).__await__()


class BaseCursor(StatementUser):
    """A portal: a statement with arguments that the server gives the rows of, some at a time."""

    __slots__ = ("_exhausted", "_portal")

    def __init__(
        self,
        connection: Connection,
        query: str,
        statement: Statement | None,
        arguments: tuple[Any, ...],
        record_class: type[Record] | None,
    ) -> None:
        super().__init__(connection, query, statement, arguments, record_class)
        self._portal: str | None = None
        self._exhausted = False

    async def _prepare(self, timeout: float | None) -> None:
        if self._statement is None:
            connection = self._connection
            limit = Deadline(connection._loop, connection._effective(timeout))
            self._refer_to(await connection._statement(self._query, limit, named=True))

    def _check_ready(self) -> Statement:
        statement = self._statement
        if statement is None:
            raise InterfaceError("cursor: no associated prepared statement")
        if statement.closed:
            raise InterfaceError("cursor: the prepared statement is closed")
        if not self._connection.is_in_transaction():
            raise NoActiveSQLTransactionError("cursor cannot be created outside of a transaction")
        return statement

    async def _bind(self, row_limit: int, timeout: float | None) -> list[Record]:
        """Open the portal, and fetch its first rows (0: none)."""
        statement = self._check_ready()
        if self._portal is not None:
            raise InterfaceError("cursor already has an open portal")
        connection = self._connection
        session = connection._session
        limit = await self._free(timeout)
        self._portal = connection._new_name("portal")
        operation = session.open_portal(
            statement,
            self._portal.encode(),
            self._arguments,
            row_limit,
            self._record_class,
            connection._loop.create_future(),
        )
        running = connection._wait(session.start_operation(operation, limit.left()))
        try:
            await connection._observed(self._query, self._arguments, running)
        except STALE as error:
            connection._note_stale(error)
            raise
        if row_limit:
            self._exhausted = not operation.suspended
        return operation.rows

    async def _fetch(self, row_limit: int, timeout: float | None) -> list[Record]:
        """The next rows of the portal."""
        statement = self._check_ready()
        session = self._connection._session
        limit = await self._free(timeout)
        operation = session.execute_portal(
            statement,
            self._open_portal().encode(),
            row_limit,
            self._record_class,
            self._connection._loop.create_future(),
        )
        running = self._connection._wait(session.start_operation(operation, limit.left()))
        await self._connection._observed(self._query, self._arguments, running)
        self._exhausted = not operation.suspended
        return operation.rows

    async def _close_portal(self, timeout: float | None) -> None:
        self._check_ready()
        session = self._connection._session
        limit = await self._free(timeout)
        operation = session.close_portal(
            self._open_portal().encode(), self._connection._loop.create_future()
        )
        await self._connection._wait(session.start_operation(operation, limit.left()))
        self._portal = None

    async def _free(self, timeout: float | None) -> Deadline:
        """Wait until the session can take an operation."""
        connection = self._connection
        limit = Deadline(connection._loop, connection._effective(timeout))
        await connection._settle(limit)
        connection._session.check_free()
        return limit

    def _open_portal(self) -> str:
        if self._portal is None:
            raise InterfaceError("cursor does not have an open portal")
        return self._portal

    def __repr__(self) -> str:
        exhausted = "exhausted " if self._exhausted else ""
        return f'<pgstride.{type(self).__name__} "{self._query:.30}" {exhausted}{id(self):#x}>'


class CursorIterator(BaseCursor):
    """Rows one by one, fetched from the server in portions of `prefetch` rows."""

    __slots__ = ("_prefetch", "_rows", "_timeout")

    def __init__(
        self,
        connection: Connection,
        query: str,
        statement: Statement | None,
        arguments: tuple[Any, ...],
        record_class: type[Record] | None,
        prefetch: int,
        timeout: float | None,
    ) -> None:
        super().__init__(connection, query, statement, arguments, record_class)
        if prefetch <= 0:
            raise InterfaceError("prefetch argument must be greater than zero")
        self._rows: collections.deque[Record] = collections.deque()
        self._prefetch = prefetch
        self._timeout = timeout

    @guarded
    def __aiter__(self) -> CursorIterator:
        return self

    @guarded
    async def __anext__(self) -> Record:
        if not self._rows:
            await self._fetch_more()
        if self._rows:
            return self._rows.popleft()
        raise StopAsyncIteration

    async def _fetch_more(self) -> None:
        if self._statement is None:
            await self._prepare(self._timeout)
        if self._exhausted:
            return
        if self._portal is None:
            self._rows.extend(await self._bind(self._prefetch, self._timeout))
        else:
            self._rows.extend(await self._fetch(self._prefetch, self._timeout))
        if self._exhausted:
            await self._close_portal(self._timeout)


class Cursor(BaseCursor):
    """A position in the rows of a query; made by awaiting `Connection.cursor()`."""

    __slots__ = ()

    async def _open(self, timeout: float | None) -> Cursor:
        await self._prepare(timeout)
        await self._bind(0, timeout)
        return self

    @guarded
    async def fetch(self, n: int, *, timeout: float | None = None) -> list[Record]:
        """The next `n` rows; fewer at the end."""
        self._check_ready()
        if n <= 0:
            raise InterfaceError("n must be greater than zero")
        if self._exhausted:
            return []
        return await self._fetch(n, timeout)

    @guarded
    async def fetchrow(self, *, timeout: float | None = None) -> Record | None:
        """The next row, or None at the end."""
        self._check_ready()
        if self._exhausted:
            return None
        rows = await self._fetch(1, timeout)
        return rows[0] if rows else None

    @guarded
    async def forward(self, n: int, *, timeout: float | None = None) -> int:
        """Skip the next `n` rows; returns how many there were."""
        self._check_ready()
        if n <= 0:
            raise InterfaceError("n must be greater than zero")
        connection = self._connection
        limit = Deadline(connection._loop, connection._effective(timeout))
        tag = await connection._query(f"MOVE FORWARD {n:d} {self._open_portal()}", limit)
        moved = int(tag.split()[1])
        if moved < n:
            self._exhausted = True
        return moved
