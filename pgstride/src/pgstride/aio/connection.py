"""Connection: what an application does with one server session."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pgstride.aio.base import ConnectionProxy
from pgstride.aio.copying import Copying
from pgstride.aio.cursor import CursorFactory
from pgstride.aio.deadline import Deadline, within
from pgstride.aio.listeners import Listening
from pgstride.aio.prepared import PreparedStatement
from pgstride.aio.server_facts import ConnectionSettings, server_version
from pgstride.aio.statements import UNNAMED
from pgstride.aio.transaction import Transaction
from pgstride.core.statement import check_record_class
from pgstride.exceptions import InvalidCachedStatementError

if TYPE_CHECKING:
    from pgstride.aio.transport import SocketSession
    from pgstride.codecs.registry import TypeRegistry
    from pgstride.connecting import ClientOptions, ConnectionParameters, Endpoint
    from pgstride.core.rows import Record
    from pgstride.types import ServerVersion

RESET_QUERY = "SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;"


class ConnectionMeta(type):
    """Makes a pool's proxy an instance of the class of the connection that it stands for."""

    def __instancecheck__(cls, instance: object) -> bool:
        if isinstance(instance, ConnectionProxy):
            return issubclass(instance.connection_class, cls)
        return super().__instancecheck__(instance)


class Connection(Copying, Listening, metaclass=ConnectionMeta):
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
        endpoint: Endpoint,
        parameters: ConnectionParameters,
        options: ClientOptions,
        record_class: type[Record] | None,
    ) -> None:
        super().__init__(session, registry, endpoint, parameters, options, record_class)
        session.tell(notice=self._on_notice, notification=self._on_notification, lost=self._on_lost)

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
            return await self._run_logged(query, args, 0, timeout, record_class)
        try:
            return await waiter
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
            return await self._run_logged(query, args, 1, timeout, record_class)
        try:
            return await waiter
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
        limit = Deadline(self._loop, self._effective(timeout))
        running = self._execute_once(query, args, limit) if args else self._query(query, limit)
        return await self._logged(query, args, timeout, running)

    async def executemany(
        self, command: str, args: Iterable[Sequence[Any]], *, timeout: float | None = None
    ) -> None:
        """Run a statement once for each element of `args`, all of it or nothing."""
        await self.fetchmany(command, args, timeout=timeout)

    async def fetchmany(
        self,
        query: str,
        args: Iterable[Sequence[Any]],
        *,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
    ) -> list[Record]:
        """Run a query once for each element of `args`, and return all their rows."""
        limit = Deadline(self._loop, self._effective(timeout))
        running = self._prepare_and_run_many(query, args, limit, record_class)
        return await self._logged(query, args, timeout, running)

    async def prepare(
        self,
        query: str,
        *,
        name: str | None = None,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
    ) -> PreparedStatement:
        """Prepare a statement, to run it several times or to look at its types.

        `name` is its name on the server; without it, the driver chooses one, or
        none where there is no cache of statements.
        """
        self._check_open()
        if record_class is not None:
            check_record_class(record_class)
        limit = Deadline(self._loop, self._effective(timeout))
        if name is not None:
            chosen: bytes | None = name.encode()
        else:
            chosen = None if self._options.statement_cache_size else UNNAMED
        statement = await self._prepare(query, chosen, limit)
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
        limit = Deadline(self._loop, timeout)
        await self._reset(limit)
        if reset_query := self.get_reset_query():
            await self.execute(reset_query, timeout=limit.left())

    async def _reset(self, limit: Deadline) -> None:
        """Roll back whatever transaction is open, and remove listeners."""
        self._check_open()
        self._clear_listeners()
        await self._settle(limit)
        session = self._session
        transaction, self._transaction = self._transaction, None
        if transaction is None and not session.in_transaction:
            return
        if transaction is None or not transaction.managed:
            # Whoever is in `async with` rolls back; of others it is a mistake.
            self._loop.call_exception_handler(
                {"message": f"Resetting connection with an active transaction {self!r}"}
            )
        session.forget_begin()
        if session.in_transaction:
            await self._query("ROLLBACK;", limit)

    async def close(self, *, timeout: float | None = None) -> None:
        """Close the connection; raises asyncio.TimeoutError, and drops it, when over `timeout`.

        A statement that is under way is cancelled.
        """
        session = self._session
        try:
            if not self.is_closed():
                limit = Deadline(self._loop, self._effective(timeout))
                session.closing = True
                if session.waited:
                    session.cancel_on_server()
                await self._settle(limit)
                session.terminate()
                session.send()
                session.transport.close()
                await within(limit.left(), asyncio.shield(session.closed_waiter))
        except (Exception, asyncio.CancelledError):
            session.abort()
            raise
        finally:
            self._on_lost()

    def terminate(self) -> None:
        """Close the connection at once, without telling the server."""
        self._session.closing = True
        self._session.abort()
        self._on_lost()

    def __del__(self) -> None:
        # Not even half made where connecting has failed.
        if "_session" in self.__dict__ and not self.is_closed():
            warnings.warn(
                f"unclosed connection {self!r}", ResourceWarning, stacklevel=1, source=self
            )
            if not self._loop.is_closed():
                self._holder = None
                self.terminate()
