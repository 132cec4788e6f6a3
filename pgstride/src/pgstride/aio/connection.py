"""Connection: what an application does with one server session."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from pgstride.aio.base import STALE, ConnectionProxy
from pgstride.aio.copying import Copying
from pgstride.aio.cursor import CursorFactory
from pgstride.aio.deadline import Deadline, within
from pgstride.aio.listeners import Listening
from pgstride.aio.pipeline import Pipeline
from pgstride.aio.prepared import PreparedStatement
from pgstride.aio.row_types import make_rows
from pgstride.aio.server_facts import ConnectionSettings, server_version
from pgstride.aio.statements import UNNAMED
from pgstride.aio.transaction import Transaction
from pgstride.aio.type_codecs import TypeCodecs
from pgstride.core.statement import check_record_class
from pgstride.exceptions import InterfaceError

if TYPE_CHECKING:
    from pgstride.aio.transport import SocketSession
    from pgstride.codecs.registry import TypeRegistry
    from pgstride.connecting import ClientOptions, ConnectionParameters, Endpoint
    from pgstride.core.rows import Record
    from pgstride.types import ServerVersion

T = TypeVar("T")

RESET_QUERY = "SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;"


class ConnectionMeta(type):
    """Makes a pool's proxy an instance of the class of the connection that it stands for."""

    def __instancecheck__(cls, instance: object) -> bool:
        if isinstance(instance, ConnectionProxy):
            return issubclass(instance.connection_class, cls)
        return super().__instancecheck__(instance)


class Connection(Copying, Listening, TypeCodecs, metaclass=ConnectionMeta):
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
        session.tell(
            notice=self._on_notice,
            notification=self._on_notification,
            outdated=self._forget_schema,
            lost=self._on_lost,
        )

    # -- queries

    @overload
    async def fetch(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: None = None,
    ) -> list[Record]: ...

    @overload
    async def fetch(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: Callable[..., T],
    ) -> list[T]: ...

    async def fetch(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: Callable[..., T] | None = None,
    ) -> list[Record] | list[T]:
        """Run a query and return its rows as a list of `Record`s.

        Or of what `row_type` returns when it is called with a row's columns as
        keyword arguments: a dataclass, a NamedTuple, or any other callable.
        """
        session = self._session
        waiter = session.start_query(
            query,
            args,
            0,
            record_class or self._record_class,
            self._command_timeout if timeout is None else timeout,
        )
        if waiter is None:
            rows = await self._run_logged(query, args, 0, timeout, record_class)
            return rows if row_type is None else make_rows(rows, row_type)
        try:
            rows = await waiter
        except asyncio.CancelledError:
            session.cancel_waiting(waiter)
            raise
        except STALE as error:
            rows = await self._run_again(error, query, args, 0, timeout, record_class)
        return rows if row_type is None else make_rows(rows, row_type)

    @overload
    async def fetchrow(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: None = None,
    ) -> Record | None: ...

    @overload
    async def fetchrow(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: Callable[..., T],
    ) -> T | None: ...

    async def fetchrow(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: Callable[..., T] | None = None,
    ) -> Record | T | None:
        """Run a query and return its first row, or None when there is none.

        `row_type` is as in `fetch()`.
        """
        rows = await self._first_row(query, args, timeout, record_class)
        if row_type is not None:
            made = make_rows(rows[:1], row_type)
            return made[0] if made else None
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
        except STALE as error:
            return await self._run_again(error, query, args, 1, timeout, record_class)

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        """Run a statement and return its command tag, such as 'INSERT 0 1'.

        Without arguments, `query` may hold several statements, separated by
        semicolons; the tag is the last one's.
        """
        session = self._session
        seconds = self._command_timeout if timeout is None else timeout
        waiter: asyncio.Future[Any] | None
        if args:
            waiter = session.start_execution(query, args, seconds)
        else:
            waiter = session.start_simple(query, seconds)
        if waiter is None:
            return await self._execute_logged(query, args, timeout)
        try:
            ended: Any = await waiter
        except asyncio.CancelledError:
            session.cancel_waiting(waiter)
            raise
        except STALE as error:
            if not args:
                raise
            self._recover(error)
            return await self._execute_logged(query, args, timeout)
        if not args:
            return str(ended)
        tag: bytes | None = ended.tag
        return (tag or b"").decode()

    async def _execute_logged(
        self, query: str, args: tuple[Any, ...], timeout: float | None
    ) -> str:
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
        return await self._logged(query, args, timeout, running, many=True)

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
        statement = await self._prepare(query, chosen, limit, self._preparer)
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
        self._check_exclusive("a cursor")
        return CursorFactory(
            self, query, None, args, prefetch, timeout, record_class or self._record_class
        )

    def pipeline(
        self, *, return_exceptions: bool = False, timeout: float | None = None
    ) -> Pipeline:
        """A context in which statements are sent together, for one round trip.

        ```python
        async with connection.pipeline() as pipeline:
            user = pipeline.fetchrow("SELECT * FROM users WHERE id = $1", 7)
            pipeline.execute("UPDATE visits SET n = n + 1 WHERE user_id = $1", 7)
        print(user.result())
        ```

        Leaving it raises the first error of a statement that nobody has asked the
        result of, unless `return_exceptions` is true.
        """
        self._check_open()
        return Pipeline(self, timeout, return_exceptions=return_exceptions)

    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False, deferrable: bool = False
    ) -> Transaction:
        """A transaction, or a savepoint within one: a context manager.

        `isolation` is 'serializable', 'repeatable_read', 'read_uncommitted' or
        'read_committed' (None: the server's default).
        """
        self._check_open()
        self._check_exclusive("a transaction")
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
        if transaction is not None:
            transaction._abandon(InterfaceError("the connection was reset"))
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
            if session.forked:
                session.closing = True  # for the parent process, it goes on
            if not self.is_closed():
                limit = Deadline(self._loop, self._effective(timeout))
                session.closing = True
                if session.waited:
                    session.cancel_on_server()
                await self._settle(limit)
                session.terminate()
                session.send()
                session.close_transport()
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
