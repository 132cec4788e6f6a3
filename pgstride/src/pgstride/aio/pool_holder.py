"""A pool's places for connections."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pgstride.aio.connection import RESET_QUERY, Connection
from pgstride.aio.deadline import Deadline, within
from pgstride.aio.pool_proxy import PoolConnectionProxy
from pgstride.exceptions import (
    ConnectionDoesNotExistError,
    InterfaceError,
    InternalClientError,
)

if TYPE_CHECKING:
    from pgstride.aio.base import ConnectionBase
    from pgstride.aio.pool import Pool
    from pgstride.aio.transport import SocketSession


# A generation that no pool is ever in.
NEVER_AGAIN = -1


class PoolConnectionHolder:
    """A place for one connection, which comes and goes.

    A holder is in one of four hands: in the pool's list of those that are free;
    of a task that is acquiring it; lent (`lent` is true); or of a task that
    takes it back. Only the first and the last return it to the pool.
    """

    __slots__ = (
        "_generation",
        "_lazy_reset",
        "_released",
        "_returning",
        "_session",
        "connection",
        "expires_at",
        "idle_since",
        "lent",
        "pool",
        "proxy",
        "timeout",
    )

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.connection: Connection | None = None
        self.proxy: PoolConnectionProxy | None = None
        self.lent = False
        self.timeout: float | None = None
        # The loop's time, in seconds, from which on the connection has been idle.
        self.idle_since = 0.0
        # The loop's time from which on the connection is too old (0: never).
        self.expires_at = 0.0
        self._session: SocketSession | None = None
        self._generation = 0
        self._lazy_reset = False
        self._released: asyncio.Future[None] | None = None
        # Whether the connection is lent no more, but not back yet.
        self._returning = False

    def is_connected(self) -> bool:
        """Whether there is a connection that is not closed."""
        session = self._session
        return session is not None and session.broken is None and not session.closing

    def is_ready(self) -> bool:
        """Whether the connection can be lent at once."""
        return self.is_connected() and self._generation == self.pool._generation

    def acquires(self) -> int:
        """How often the connection has been lent."""
        if self.connection is None:
            return 0
        return self.connection._releases + (self.lent and not self._returning)

    # -- coming

    async def connect(self) -> None:
        """Connect; raises what `connect()` and the pool's `init` do."""
        if self.connection is not None:
            raise InternalClientError(
                "PoolConnectionHolder.connect() called while another connection already exists"
            )
        generation = self.pool._generation
        connection = await self.pool._connector.connect(self.pool._loop)
        if self.pool.is_closing():
            await connection.close()
            raise InterfaceError("pool is closing")
        if connection.is_closed():
            raise ConnectionDoesNotExistError("connection was closed during pool initialization")
        kind = type(connection)
        self.connection = connection
        self._session = connection._session
        self._generation = generation
        self._lazy_reset = (
            self.pool._reset is None
            and kind.reset is Connection.reset
            and kind.get_reset_query is Connection.get_reset_query
        )
        connection._holder = self
        self.pool._upkeep.watch_age(self)
        self.note_idle()

    async def acquire(self, timeout: float | None) -> PoolConnectionProxy:
        """Lend the connection, after the pool's `check`, connecting and `setup` where needed."""
        if self.connection is not None and not self.is_ready():
            self.retire()
        elif self.connection is not None and self.pool._check is not None:
            await self._check(self.connection)
        if self.connection is None:
            await self.connect()
        proxy = self.lend(timeout)
        if self.pool._setup is not None:
            await self._set_up(proxy)
        return proxy

    async def _check(self, connection: Connection) -> None:
        """Have the pool's `check` look at the connection, and close it unless it passes."""
        pool = self.pool
        assert pool._check is not None
        try:
            verdict = await within(pool._limits.check_timeout_seconds, pool._check(connection))
        except Exception:  # noqa: BLE001 - whatever it is, the connection is not to be lent
            verdict = False
        except BaseException:
            # Cancelled: nobody knows what state it is in.
            connection.terminate()
            raise
        if verdict is False and self.connection is connection:
            pool._counters.check_failures += 1
            connection.terminate()

    async def _set_up(self, proxy: PoolConnectionProxy) -> None:
        assert self.pool._setup is not None
        assert self.connection is not None
        connection = self.connection
        # Until it is set up, a lost connection does not make the holder free.
        self.lent = False
        try:
            await self.pool._setup(proxy)
            if self.connection is None:
                raise ConnectionDoesNotExistError("connection was closed during its setup")
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - raised again
            # Nobody knows what state it is in.
            proxy._detach()
            try:
                await connection.close()
            finally:
                raise error
        self.lent = True

    def lend_directly(self) -> Connection:
        """Lend the connection, which is ready, to the pool itself."""
        assert self.connection is not None
        self.lent = True
        self.timeout = None
        return self.connection

    def lend(self, timeout: float | None) -> PoolConnectionProxy:
        """Lend the connection, which is ready."""
        assert self.connection is not None
        self.lent = True
        self.timeout = timeout
        self.proxy = proxy = PoolConnectionProxy(self, self.connection)
        self.connection._proxy = proxy
        return proxy

    # -- going

    def release_now(self, connection: Connection) -> bool:
        """Take the connection back if that takes no waiting; returns whether it did.

        Its reset then travels with the next statement. A connection that is not
        the holder's any more has been taken back when it was lost.
        """
        if self.connection is not connection:
            return True
        connection._note_release()
        session = connection._session
        if session.broken is not None or session.closing:
            self._returning = True
            self._note_lost(connection)
            connection.terminate()
            return True
        pool = self.pool
        if not (
            self._lazy_reset
            and self._generation == pool._generation
            and connection._transaction is None
            and session.reset_when_free(RESET_QUERY, pool._limits.queries)
        ):
            self._returning = True
            return False
        connection._clear_listeners()
        self._free()
        pool._upkeep.reset_soon()
        return True

    async def release(self, connection: Connection, timeout: float | None) -> None:
        """Take the connection back after it has been reset; close it if that fails.

        `timeout` is in seconds; raises asyncio.TimeoutError when it is over.
        Goes on when who waits for it is cancelled.
        """
        await asyncio.shield(self.pool._upkeep.in_background(self._release(connection, timeout)))

    async def _release(self, connection: Connection, timeout: float | None) -> None:
        pool = self.pool
        try:
            if connection._session.executions >= pool._limits.queries or not self.is_ready():
                pool._counters.retired += self.is_connected()
                await connection.close(timeout=timeout)
                return
            limit = Deadline(connection._loop, timeout)
            await connection._settle(limit)
            if pool._reset is None:
                await within(limit.left(), connection.reset())
            else:
                await within(limit.left(), self._reset(connection))
        except (Exception, asyncio.CancelledError):
            if self.connection is connection:
                connection.terminate()
            raise
        if self.connection is connection:
            self._returning = False
            self._free()

    async def _reset(self, connection: Connection) -> None:
        assert self.pool._reset is not None
        await connection._reset(Deadline(connection._loop, None))
        await self.pool._reset(connection)

    def connection_lost(self, connection: ConnectionBase) -> None:
        """The connection is closed, by whomever."""
        if self.connection is connection:
            self._note_lost(connection)
            self.pool._counters.acquires += self.lent and not self._returning
            self._returning = False
            self._drop()
            if self.lent:
                self._free()
            self.pool._upkeep.keep_min_size()

    def _note_lost(self, connection: ConnectionBase) -> None:
        """Count a connection that has ended, unless that was our doing."""
        self.pool._counters.lost += not connection._session.closing

    def expire(self) -> None:
        """Lend the connection no more; close it when nobody uses it."""
        self._generation = NEVER_AGAIN
        self.expires_at = 0.0

    def forsake(self) -> None:
        """Part with a connection that has ended, whether its end has been told or not."""
        if self.connection is not None:
            self._note_lost(self.connection)
            self.connection.terminate()

    def retire(self) -> None:
        """Part with the connection, which is not lent, and have it closed in the background."""
        connection = self.connection
        self._drop()
        if connection is None:
            return
        if connection.is_closed():
            self._note_lost(connection)
        else:
            self.pool._counters.retired += 1
            self.pool._upkeep.close_in_background(connection)

    def _drop(self) -> None:
        connection, self.connection, self._session = self.connection, None, None
        if connection is not None:
            self.pool._counters.acquires += connection._releases
            connection._holder = None

    def _free(self) -> None:
        self.lent = False
        if self.proxy is not None:
            self.proxy._detach()
            self.proxy = None
        if self.connection is not None:
            self.connection._proxy = None
            self.note_idle()
        if self._released is not None:
            self._released.set_result(None)
            self._released = None
        self.pool._queue.put(self)

    def note_idle(self) -> None:
        """The connection is idle from now on."""
        self.idle_since = self.pool._loop.time()
        self.pool._upkeep.watch_idle()

    def send_reset(self) -> None:
        """Send the reset that waits for the next statement, if there is one."""
        session = self._session
        if session is not None and session.reset_pending:
            session.send_reset()
            session.send()

    # -- the pool's end

    async def wait_until_released(self) -> None:
        """Wait until the connection is not lent any more."""
        if self.lent:
            if self._released is None:
                self._released = self.pool._loop.create_future()
            await asyncio.shield(self._released)

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self.connection is not None:
            await self.connection.close()

    def terminate(self) -> None:
        """Close the connection at once, if there is one."""
        if self.connection is not None:
            self.connection.terminate()
