"""How statements run on a connection: what all its methods are made of."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pgstride.aio.deadline import Deadline, within
from pgstride.aio.statements import UNNAMED, Preparer
from pgstride.codecs.registry import TypeRegistry
from pgstride.core.statement import check_argument_count
from pgstride.exceptions import (
    DuplicatePreparedStatementError,
    InterfaceError,
    InvalidCachedStatementError,
    InvalidSQLStatementNameError,
)

if TYPE_CHECKING:
    from pgstride.aio.callbacks import Callback, Listener
    from pgstride.aio.pool_holder import PoolConnectionHolder
    from pgstride.aio.pool_proxy import PoolConnectionProxy
    from pgstride.aio.transaction import Transaction
    from pgstride.aio.transport import SocketSession
    from pgstride.connecting import ClientOptions, ConnectionParameters, Endpoint
    from pgstride.core.rows import Record
    from pgstride.core.statement import Statement
    from pgstride.exceptions import PostgresError

# The driver's own queries, on all connections, have built-in types only, and no
# codecs that the user has set.
OWN_TYPES = TypeRegistry()

# What a cached statement may fail by though it could be run.
STALE = (InvalidCachedStatementError, InvalidSQLStatementNameError)

# How much executemany() encodes before it hands it to the transport.
BATCH_BYTES = 64 * 1024


class ConnectionProxy:
    """What stands for a connection; `connection_class` is that connection's class."""

    connection_class: type[ConnectionBase]


class ConnectionBase:
    """The state of a connection, and the steps that its methods share.

    `_transaction` is the outermost `Transaction` that has begun; `_releases`
    counts how often a pool has taken the connection back, so that what was made
    before can tell that it has become invalid.
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
        self._session = session
        self._loop: asyncio.AbstractEventLoop = session.loop
        self._registry = registry
        self._endpoint = endpoint
        self._parameters = parameters
        self._options = options
        self._record_class = record_class
        self._command_timeout = options.command_timeout
        self._preparer = Preparer(session, registry)
        self._own_preparer = Preparer(session, OWN_TYPES)
        self._named = 0
        # No other session's names begin so, even on a server that a pooler shares.
        self._name_prefix = f"__pgstride_{os.urandom(4).hex()}_"
        self._names_get_lost = False
        self._transaction: Transaction | None = None
        self._query_loggers: set[Callback] = set()
        self._listeners: dict[str, set[Listener]] = {}
        self._log_listeners: set[Callback] = set()
        self._termination_listeners: set[Callback] = set()
        self._releases = 0
        self._holder: PoolConnectionHolder | None = None
        self._proxy: PoolConnectionProxy | None = None

    def is_closed(self) -> bool:
        """Whether the connection is closed or broken."""
        return self._session.broken is not None or self._session.closing

    async def _run(
        self,
        query: str,
        args: tuple[Any, ...],
        row_limit: int,
        timeout: float | None,
        record_class: type[Record] | None,
    ) -> list[Record]:
        """Run a query that takes more than sending: its statement is not cached, say."""
        check_argument_count(len(args))
        limit = Deadline(self._loop, self._effective(timeout))
        statement = await self._statement(query, limit)
        try:
            rows: list[Record] = await self._wait(
                self._session.start_statement(
                    statement, args, row_limit, record_class or self._record_class, limit.left()
                )
            )
        except STALE as error:
            return await self._run_again(error, query, args, row_limit, limit.left(), record_class)
        return rows

    async def _run_again(
        self,
        error: PostgresError,
        query: str,
        args: tuple[Any, ...],
        row_limit: int,
        timeout: float | None,
        record_class: type[Record] | None,
    ) -> list[Record]:
        """The same once more, after an error of a cached statement."""
        self._recover(error)
        return await self._run(query, args, row_limit, timeout, record_class)

    def _recover(self, error: PostgresError) -> None:
        """Get ready to prepare a statement anew; raises `error` where that is of no use."""
        if not self._note_stale(error):
            raise error

    def _note_stale(self, error: PostgresError) -> bool:
        """A cached statement has failed by `error`: may it succeed when it is prepared anew?

        A pooler that gives us another server for each transaction loses statements
        that have names. From then on, each is parsed with its execution.
        """
        again = not self._session.in_transaction
        if isinstance(error, InvalidSQLStatementNameError):
            # Unless the query itself names it, `EXECUTE` by `EXECUTE`.
            ours = self._name_prefix in str(error) and self._name_prefix not in (error.query or "")
            again = again and ours
            self._names_get_lost = self._names_get_lost or ours
        self._forget_statements()
        return again

    async def _execute_once(self, query: str, args: tuple[Any, ...], limit: Deadline) -> str:
        """Run a query with arguments; returns its command tag."""
        check_argument_count(len(args))
        statement = await self._statement(query, limit)
        try:
            operation = await self._execute(statement, args, 0, limit)
        except STALE as error:
            self._recover(error)
            return await self._execute_once(query, args, limit)
        return (operation.tag or b"").decode()

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

    async def _statement(
        self,
        query: str,
        limit: Deadline,
        *,
        named: bool = False,
        preparer: Preparer | None = None,
    ) -> Statement:
        """The statement of a query: cached, or prepared and then cached.

        One that cannot be cached is the server's unnamed statement, unless it
        is to be `named`.
        """
        await self._settle(limit)
        session, options = self._session, self._options
        found: Statement | None = session.find_statement(query)
        if found is not None:
            return found
        longest = options.max_cacheable_statement_size
        cached = options.statement_cache_size > 0 and (not longest or len(query) <= longest)
        kept = named or (cached and not self._names_get_lost)
        name = None if kept else UNNAMED
        statement = await self._prepare(query, name, limit, preparer or self._preparer)
        if kept and self._names_get_lost:
            if named:  # good for this transaction only
                return statement
            # That was found out when its types were asked for.
            session.close_statement(statement)
            return await self._statement(query, limit, preparer=preparer)
        if cached:
            session.remember(statement)
        return statement

    async def _prepare(
        self, query: str, name: bytes | None, limit: Deadline, preparer: Preparer
    ) -> Statement:
        """Prepare a statement under a name (None: a new one)."""
        await self._settle(limit)
        chosen = self._new_name("statement").encode() if name is None else name
        try:
            return await preparer.prepare(query, chosen, self._fetch_own, self._wait, limit.left())
        except DuplicatePreparedStatementError:
            if name is not None or self._session.in_transaction:
                raise
        chosen = self._new_name("statement").encode()
        return await preparer.prepare(query, chosen, self._fetch_own, self._wait, limit.left())

    async def _prepare_and_run_many(
        self,
        query: str,
        args: Iterable[Sequence[Any]],
        limit: Deadline,
        record_class: type[Record] | None,
    ) -> list[Record]:
        statement = await self._statement(query, limit)
        try:
            return await self._many(statement, args, limit, record_class)
        except STALE as error:
            # What an iterator has given is gone.
            if not self._note_stale(error) or iter(args) is args:
                raise
        return await self._prepare_and_run_many(query, args, limit, record_class)

    async def _many(
        self,
        statement: Statement,
        args: Iterable[Sequence[Any]],
        limit: Deadline,
        record_class: type[Record] | None = None,
    ) -> list[Record]:
        """Execute a statement for each element, in one group that the transport paces."""
        self._check_exclusive("executemany() or fetchmany()")
        session = self._session
        session.check_free()
        waiter = self._loop.create_future()
        operation = session.begin_many(statement, record_class or self._record_class, waiter)
        session.start_operation(operation, limit.left())
        iterator, position = iter(args), 0
        try:
            while position >= 0 and not waiter.done() and not operation.failed:
                position = session.put_many(statement, iterator, position, BATCH_BYTES)
                session.send()
                if (room := session.wait_for_room()) is not None:
                    await asyncio.wait((room, waiter), return_when=asyncio.FIRST_COMPLETED)
            # Whatever has ended it early, what has been executed must not be committed.
            self._end_many(operation, undo=position >= 0)
        except asyncio.CancelledError:
            self._end_many(operation, undo=True)
            session.cancel_waiting(waiter)
            raise
        except BaseException:
            self._end_many(operation, undo=True)
            await self._wait_quietly(waiter)
            raise
        return await self._wait(waiter)  # type: ignore[no-any-return]

    def _end_many(self, operation: Any, *, undo: bool) -> None:
        if not self.is_closed():
            self._session.end_many(operation, undo)
            self._session.send()

    async def _query(self, text: str, limit: Deadline) -> str:
        """Run statements by the simple protocol; returns the last one's tag."""
        await self._settle(limit)
        await self._begin_now(limit)
        session = self._session
        session.check_free()
        operation = session.query(text, self._loop.create_future())
        tag: str = await self._wait(session.start_operation(operation, limit.left()))
        return tag

    async def _begin_now(self, limit: Deadline) -> None:
        """Send a BEGIN that would travel with the next statement, if there is one."""
        session = self._session
        if session.begin_pending:
            session.check_free()
            operation = session.begin_now(self._loop.create_future())
            await self._wait(session.start_operation(operation, limit.left()))

    async def _wait(self, waiter: asyncio.Future[Any]) -> Any:
        """The result of an operation, which is cancelled on the server when we are."""
        try:
            return await waiter
        except asyncio.CancelledError:
            self._session.cancel_waiting(waiter)
            raise

    async def _wait_quietly(self, waiter: asyncio.Future[Any]) -> None:
        """Wait for an operation that is being undone; its own error does not matter."""
        try:
            await self._wait(waiter)
        except Exception:  # noqa: BLE001 - the error that is being raised says more
            return

    async def _settle(self, limit: Deadline) -> None:
        """Wait until a cancelled statement has ended."""
        while (hold := self._session.hold) is not None:
            await within(limit.left(), asyncio.shield(hold))

    async def _fetch_own(self, query: str, *args: Any) -> list[Any]:
        """Run a query of the driver's own, which no codec that the user has set concerns."""
        limit = Deadline(self._loop, self._command_timeout)
        statement = await self._statement(query, limit, preparer=self._own_preparer)
        waiter = self._session.start_statement(statement, args, 0, None, limit.left())
        try:
            rows: list[Any] = await self._wait(waiter)
        except STALE as error:
            self._recover(error)
            return await self._fetch_own(query, *args)
        return rows

    def _siblings(self) -> Sequence[ConnectionBase]:
        """The connections that share a pool with this one, and itself."""
        if self._holder is None:
            return [self]
        return self._holder.pool._open_connections()

    def _forget_statements(self) -> None:
        """The results of cached statements have changed."""
        for connection in self._siblings():
            connection._session.forget_all()

    def _forget_schema(self) -> None:
        """Types have changed."""
        for connection in self._siblings():
            connection._registry.forget()
            connection._session.forget_all()

    def _check_open(self) -> None:
        if self.is_closed():
            raise InterfaceError("connection is closed")

    def _check_exclusive(self, what: str) -> None:
        """Raise InterfaceError where other tasks' statements may come in between."""
        if self._session.shared:
            raise InterfaceError(
                f"{what} needs a connection of its own: this one was opened with "
                "implicit_pipelining=True, so other tasks' statements may come in between"
            )

    def _new_name(self, kind: str) -> str:
        """A name that nothing on this session has had."""
        self._named += 1
        return f"{self._name_prefix}{kind}_{self._named:x}__"

    def _effective(self, timeout: float | None) -> float | None:
        return self._command_timeout if timeout is None else timeout
