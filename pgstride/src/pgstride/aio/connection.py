"""Connection: what an application does with one server session."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pgstride.aio.cursor import CursorFactory
from pgstride.aio.prepared import PreparedStatement
from pgstride.aio.statements import UNNAMED, Preparer
from pgstride.aio.transaction import Transaction
from pgstride.exceptions import InterfaceError, InvalidCachedStatementError
from pgstride.types import ServerVersion

if TYPE_CHECKING:
    from pgstride.aio.transport import SocketSession
    from pgstride.codecs.registry import TypeRegistry
    from pgstride.connecting import ClientOptions
    from pgstride.core.rows import Record
    from pgstride.core.statement import Statement

# How much executemany() encodes before it hands it to the transport.
BATCH_BYTES = 64 * 1024

RESET_QUERY = "SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;"

_VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:(beta|rc|devel)(\d*))?")


class ConnectionSettings:
    """The server's settings that it reports, as attributes."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> str:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    def __repr__(self) -> str:
        return f"<ConnectionSettings {self._values!r}>"


class Connection:
    """A session with a PostgreSQL server; made by `connect()`.

    One statement runs at a time. Every method that talks to the server takes
    `timeout` in seconds (None: the connection's `command_timeout`), and raises
    `asyncio.TimeoutError` when it is over; the statement is then cancelled on
    the server, and the connection stays usable.
    """

    def __init__(
        self,
        session: SocketSession,
        registry: TypeRegistry,
        options: ClientOptions,
        record_class: type[Record] | None,
    ) -> None:
        self._session = session
        self._registry = registry
        self._options = options
        self._record_class = record_class
        self._command_timeout = options.command_timeout
        self._preparer = Preparer(session, registry, self._fetch_own)
        self._transaction: Transaction | None = None

    # -- queries

    async def fetch(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
    ) -> list[Record]:
        """Run a query and return its rows as a list of `Record`s."""
        session = self._session
        waiter = session.start_query(
            query,
            args,
            0,
            record_class or self._record_class,
            self._command_timeout if timeout is None else timeout,
        )
        if waiter is None:
            return await self._run(query, args, 0, timeout, record_class)
        try:
            return await waiter  # type: ignore[no-any-return]
        except asyncio.CancelledError:
            session.cancel_waiting(waiter)
            raise
        except InvalidCachedStatementError as error:
            return await self._run_again(error, query, args, 0, timeout, record_class)

    async def fetchrow(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
    ) -> Record | None:
        """Run a query and return its first row, or None when there is none."""
        rows = await self._first_row(query, args, timeout, record_class)
        return rows[0] if rows else None

    async def fetchval(
        self, query: str, *args: Any, column: int = 0, timeout: float | None = None
    ) -> Any:
        """Run a query and return one value of its first row, or None when there is no row.

        `column` is a position; raises IndexError when the row has not that many.
        """
        rows = await self._first_row(query, args, timeout, None)
        return rows[0][column] if rows else None

    async def _first_row(
        self,
        query: str,
        args: tuple[Any, ...],
        timeout: float | None,
        record_class: type[Record] | None,
    ) -> list[Record]:
        session = self._session
        waiter = session.start_query(
            query,
            args,
            1,
            record_class or self._record_class,
            self._command_timeout if timeout is None else timeout,
        )
        if waiter is None:
            return await self._run(query, args, 1, timeout, record_class)
        try:
            return await waiter  # type: ignore[no-any-return]
        except asyncio.CancelledError:
            session.cancel_waiting(waiter)
            raise
        except InvalidCachedStatementError as error:
            return await self._run_again(error, query, args, 1, timeout, record_class)

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        """Run a statement and return its command tag, such as 'INSERT 0 1'.

        Without arguments, `query` may hold several statements, separated by
        semicolons; the tag is the last one's.
        """
        limit = Deadline(self._session.loop, self._effective(timeout))
        if args:
            statement = await self._statement(query, limit)
            operation = await self._execute(statement, args, 0, limit)
            return (operation.tag or b"").decode()
        await self._settle(limit)
        session = self._session
        session.check_free()
        operation = session.query(query, session.loop.create_future())
        tag: str = await self._wait(session.start_operation(operation, limit.left()))
        return tag

    async def executemany(
        self, command: str, args: Iterable[Sequence[Any]], *, timeout: float | None = None
    ) -> None:
        """Run a statement once for each element of `args`, all of it or nothing."""
        limit = Deadline(self._session.loop, self._effective(timeout))
        await self._many(await self._statement(command, limit), args, limit)

    async def fetchmany(
        self,
        query: str,
        args: Iterable[Sequence[Any]],
        *,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
    ) -> list[Record]:
        """Run a query once for each element of `args`, and return all their rows."""
        limit = Deadline(self._session.loop, self._effective(timeout))
        statement = await self._statement(query, limit)
        return await self._many(statement, args, limit, record_class)

    async def prepare(
        self,
        query: str,
        *,
        name: str | None = None,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
    ) -> PreparedStatement:
        """Prepare a statement, to run it several times or to look at its types.

        `name` is its name on the server; without it, the driver chooses one.
        """
        limit = Deadline(self._session.loop, self._effective(timeout))
        await self._settle(limit)
        chosen = self._preparer.new_name() if name is None else name.encode()
        statement = await self._preparer.prepare(query, chosen, self._wait, limit.left())
        return PreparedStatement(self, statement, record_class or self._record_class)

    def cursor(
        self,
        query: str,
        *args: Any,
        prefetch: int | None = None,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
    ) -> CursorFactory:
        """A cursor over a query's rows: `async for` it, or await it for a `Cursor`.

        `prefetch` is the number of rows that iteration fetches at once.
        """
        self._check_open()
        return CursorFactory(
            self, query, None, args, prefetch, timeout, record_class or self._record_class
        )

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False, deferrable: bool = False
    ) -> Transaction:
        """A transaction, or a savepoint within one: a context manager.

        `isolation` is 'serializable', 'repeatable_read', 'read_uncommitted' or
        'read_committed' (None: the server's default).
        """
        self._check_open()
        return Transaction(self, isolation, readonly, deferrable)

    # -- the session

    def is_closed(self) -> bool:
        """Whether the connection is closed or broken."""
        return self._session.broken is not None or self._session.closing

    def is_in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._session.in_transaction

    def get_server_pid(self) -> int:
        """The process id of the server's backend."""
        return self._session.backend_pid

    def get_server_version(self) -> ServerVersion:
        """The server's version."""
        return server_version(self._session.settings["server_version"])

    def get_settings(self) -> ConnectionSettings:
        """The settings that the server reports, such as `TimeZone`, as attributes."""
        return ConnectionSettings(self._session.settings)

    def get_reset_query(self) -> str:
        """The statements that put the session back to its initial state."""
        return RESET_QUERY

    async def reset(self, *, timeout: float | None = None) -> None:
        """Roll back, remove listeners, and put the session back to its initial state."""
        self._check_open()
        limit = Deadline(self._session.loop, self._effective(timeout))
        await self._settle(limit)
        self._transaction = None
        unsent = self._session.forget_begin()
        rollback = "ROLLBACK;\n" if self._session.in_transaction and not unsent else ""
        if text := rollback + self.get_reset_query():
            await self.execute(text, timeout=limit.left())

    async def close(self, *, timeout: float | None = None) -> None:
        """Close the connection; raises asyncio.TimeoutError, and drops it, when over `timeout`."""
        session = self._session
        if self.is_closed():
            return
        limit = Deadline(session.loop, timeout)
        try:
            await self._settle(limit)
            session.check_free()
            session.closing = True
            session.terminate()
            session.send()
            session.transport.close()
            await asyncio.wait_for(asyncio.shield(session.closed_waiter), limit.left())
        except (asyncio.CancelledError, asyncio.TimeoutError):
            session.abort()
            raise

    def terminate(self) -> None:
        """Close the connection at once, without telling the server."""
        self._session.closing = True
        self._session.abort()

    # -- how the above is done

    async def _run(
        self,
        query: str,
        args: tuple[Any, ...],
        row_limit: int,
        timeout: float | None,
        record_class: type[Record] | None,
    ) -> list[Record]:
        """Run a query that takes more than sending: its statement is not cached, say."""
        limit = Deadline(self._session.loop, self._effective(timeout))
        statement = await self._statement(query, limit)
        try:
            rows: list[Record] = await self._wait(
                self._session.start_statement(
                    statement, args, row_limit, record_class or self._record_class, limit.left()
                )
            )
        except InvalidCachedStatementError as error:
            return await self._run_again(error, query, args, row_limit, limit.left(), record_class)
        return rows

    async def _run_again(
        self,
        error: InvalidCachedStatementError,
        query: str,
        args: tuple[Any, ...],
        row_limit: int,
        timeout: float | None,
        record_class: type[Record] | None,
    ) -> list[Record]:
        """After a schema change: prepare anew, unless a transaction has failed by it."""
        self._session.forget_all()
        if self._session.in_transaction:
            raise error
        return await self._run(query, args, row_limit, timeout, record_class)

    async def _execute(
        self,
        statement: Statement,
        args: tuple[Any, ...],
        row_limit: int,
        limit: Deadline,
        record_class: type[Record] | None = None,
    ) -> Any:
        """Execute a statement; returns the operation, with `rows`, `tag` and `suspended`."""
        await self._settle(limit)
        waiter = self._session.start_statement(
            statement, args, row_limit, record_class, limit.left(), True
        )
        return await self._wait(waiter)

    async def _statement(self, query: str, limit: Deadline) -> Statement:
        """The statement of a query: cached, or prepared and then cached."""
        await self._settle(limit)
        session, options = self._session, self._options
        found: Statement | None = session.find_statement(query)
        if found is not None:
            return found
        longest = options.max_cacheable_statement_size
        cached = options.statement_cache_size > 0 and (not longest or len(query) <= longest)
        name = self._preparer.new_name() if cached else UNNAMED
        statement = await self._preparer.prepare(query, name, self._wait, limit.left())
        if cached:
            session.remember(statement)
            if options.max_cached_statement_lifetime:
                session.loop.call_later(
                    options.max_cached_statement_lifetime, session.forget, statement
                )
        return statement

    async def _many(
        self,
        statement: Statement,
        args: Iterable[Sequence[Any]],
        limit: Deadline,
        record_class: type[Record] | None = None,
    ) -> list[Record]:
        """Execute a statement for each element, in one group that the transport paces."""
        session = self._session
        session.check_free()
        waiter = session.loop.create_future()
        operation = session.begin_many(
            statement, record_class or self._record_class, waiter
        )
        session.start_operation(operation, limit.left())
        iterator, position = iter(args), 0
        try:
            while position >= 0 and not waiter.done() and not operation.failed:
                position = session.put_many(statement, iterator, position, BATCH_BYTES)
                session.send()
                if (room := session.wait_for_room()) is not None:
                    await asyncio.wait((room, waiter), return_when=asyncio.FIRST_COMPLETED)
            self._end_many(operation, undo=False)
        except BaseException:
            self._end_many(operation, undo=True)
            await self._wait_quietly(waiter)
            raise
        return await self._wait(waiter)  # type: ignore[no-any-return]

    def _end_many(self, operation: Any, *, undo: bool) -> None:
        if not self.is_closed():
            self._session.end_many(operation, undo)
            self._session.send()

    async def _wait_quietly(self, waiter: asyncio.Future[Any]) -> None:
        """Wait for an operation that is being undone; its own error does not matter."""
        try:
            await self._wait(waiter)
        except Exception:  # noqa: BLE001 - the error that is being raised says more
            return

    async def _wait(self, waiter: asyncio.Future[Any]) -> Any:
        """The result of an operation, which is cancelled on the server when we are."""
        try:
            return await waiter
        except asyncio.CancelledError:
            self._session.cancel_waiting(waiter)
            raise

    async def _settle(self, limit: Deadline) -> None:
        """Wait until a cancelled statement has ended."""
        while (hold := self._session.hold) is not None:
            await asyncio.wait_for(asyncio.shield(hold), limit.left())

    async def _fetch_own(self, query: str, *args: Any) -> list[Any]:
        """Run a query of the driver's own."""
        return await self._run(query, args, 0, None, None)

    def _check_open(self) -> None:
        if self.is_closed():
            raise InterfaceError("connection is closed")

    def _effective(self, timeout: float | None) -> float | None:
        return self._command_timeout if timeout is None else timeout


class Deadline:
    """What is left of a time-out that several steps share."""

    __slots__ = ("_at", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float | None) -> None:
        if seconds is not None and isinstance(seconds, bool):
            raise ValueError(f"invalid timeout value: expected non-negative float, got {seconds!r}")
        self._loop = loop
        self._at = None if seconds is None else loop.time() + float(seconds)

    def left(self) -> float | None:
        """Seconds that are left, 0 when it is over; None: no time-out."""
        return None if self._at is None else max(0.0, self._at - self._loop.time())


def server_version(text: str) -> ServerVersion:
    """The version in the server's setting `server_version`, such as '18.6 (Debian …)'."""
    found = _VERSION.match(text.strip())
    if found is None:
        raise InterfaceError(f"cannot understand the server's version {text!r}")
    major, second, third, level, serial = found.groups()
    # Since version 10 the second number is what the third was before.
    new_style = int(major) >= 10
    return ServerVersion(
        major=int(major),
        minor=0 if new_style else int(second or 0),
        micro=int((second if new_style else third) or 0),
        releaselevel=level or "final",
        serial=int(serial or 0),
    )
