"""The pool of connections."""

from __future__ import annotations

import asyncio
import logging
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pgstride.aio.connection import Connection
from pgstride.aio.deadline import Deadline, within
from pgstride.aio.pool_acquire import PoolAcquireContext
from pgstride.aio.pool_connector import PoolConnector
from pgstride.aio.pool_holder import PoolConnectionHolder
from pgstride.aio.pool_limits import PoolLimits
from pgstride.aio.pool_proxy import PoolConnectionProxy
from pgstride.aio.pool_queries import PoolQueries
from pgstride.aio.pool_queue import HolderQueue
from pgstride.aio.pool_statistics import PoolCounters, PoolStatistics, gathered
from pgstride.aio.pool_upkeep import PoolUpkeep
from pgstride.aio.tracing import (
    AcquireStarted,
    PoolStarted,
    Span,
    Tracer,
    default_tracer,
    traced,
)
from pgstride.core.rows import Record
from pgstride.exceptions import InterfaceError

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger("pgstride.pool")

# From when on a close() that waits for connections to come back says so.
LONG_CLOSE_SECONDS = 60.0


class Pool(PoolQueries):
    """A pool of connections; made by `create_pool()`.

    Connections are acquired, used and given back: `async with pool.acquire()
    as connection`. The pool's own query methods do that by themselves.
    """

    def __init__(
        self,
        *connect_args: Any,
        init_size: int | None = None,
        min_size: int,
        max_size: int,
        max_queries: int,
        max_inactive_connection_lifetime: float,
        connect: Callable[..., Awaitable[Connection]] | None = None,
        setup: Callable[[PoolConnectionProxy], Awaitable[Any]] | None = None,
        init: Callable[[Connection], Awaitable[Any]] | None = None,
        reset: Callable[[Connection], Awaitable[Any]] | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        connection_class: type[Connection],
        record_class: type[Record],
        check: Callable[[Connection], Awaitable[Any]] | None = None,
        check_timeout: float = 5.0,
        max_lifetime: float = 0.0,
        tracer: Tracer | None = None,
        **connect_kwargs: Any,
    ) -> None:
        self._limits = PoolLimits.checked(
            init_size,
            min_size,
            max_size,
            max_queries,
            max_inactive_connection_lifetime,
            max_lifetime,
            check_timeout,
        )
        if not issubclass(connection_class, Connection):
            raise TypeError(
                "connection_class is expected to be a subclass of pgstride.Connection, "
                f"got {connection_class!r}"
            )
        if not issubclass(record_class, Record):
            raise TypeError(
                "record_class is expected to be a subclass of pgstride.Record, "
                f"got {record_class!r}"
            )
        self._counters = PoolCounters()
        self._connector = PoolConnector(
            connect, init, connection_class, record_class, self._counters
        )
        self._connector.arguments = connect_args
        self._connector.keywords = connect_kwargs
        self._connector.tracer = tracer
        self._tracer = default_tracer() if tracer is None else tracer
        # What the tracer is told the end of.
        self._span = Span(None)
        self._setup = setup
        self._reset = reset
        self._check = check
        # Whether acquiring always takes more than lending a connection that is free.
        slowly = (setup, check, self._tracer)
        self._acquires_slowly = any(hook is not None for hook in slowly)

        self._given_loop = loop
        self._loop: asyncio.AbstractEventLoop
        self._initialized = False
        self._initializing = False
        self._closing = False
        self._closed = False
        self._generation = 0
        self._holders: list[PoolConnectionHolder] = []
        self._queue: HolderQueue
        self._upkeep: PoolUpkeep

    # -- its beginning

    def __await__(self) -> Generator[Any, None, Self]:
        return self._initialize().__await__()

    async def __aenter__(self) -> Self:
        return await self._initialize()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _initialize(self) -> Self:
        if self._initialized:
            return self
        if self._initializing:
            raise InterfaceError("pool is being initialized in another task")
        if self._closed:
            raise InterfaceError("pool is closed")
        self._initializing = True
        self._loop = self._given_loop or asyncio.get_running_loop()
        try:
            self._upkeep = PoolUpkeep(self)
            self._holders = [PoolConnectionHolder(self) for _ in range(self._limits.maximum)]
            self._queue = HolderQueue(self._loop, self._holders)
            await self._connect_first(self._holders[-self._limits.initial :])
        except BaseException:
            # None of the connections is left behind.
            self._closed = True
            for holder in self._holders:
                holder.terminate()
            self._upkeep.stop()
            raise
        finally:
            self._initializing = False
            self._initialized = True
            self._upkeep.keep_min_size()
        if self._tracer is not None:
            self._span = Span.start(self._tracer.pool, PoolStarted(self))
        return self

    async def _connect_first(self, holders: list[PoolConnectionHolder]) -> None:
        if not self._limits.initial:
            return
        # What is wrong with the connection's arguments shows with the first one.
        await holders.pop().connect()
        tasks = [self._loop.create_task(holder.connect()) for holder in holders]
        try:
            await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise

    # -- sizes

    def is_closing(self) -> bool:
        """Whether the pool is closed or being closed."""
        return self._closed or self._closing

    def _open_connections(self) -> list[Connection]:
        """The pool's connections, lent or not."""
        found = [holder.connection for holder in self._holders if holder.is_connected()]
        return [connection for connection in found if connection is not None]

    def get_size(self) -> int:
        """The number of connections."""
        return sum(holder.is_connected() for holder in self._holders)

    def get_init_size(self) -> int:
        """The number of connections that the pool starts with."""
        return self._limits.initial

    def get_min_size(self) -> int:
        """The number of connections that are kept even when idle."""
        return self._limits.minimum

    def get_max_size(self) -> int:
        """The number of connections that there may be."""
        return self._limits.maximum

    def get_idle_size(self) -> int:
        """The number of connections that nobody uses."""
        return sum(holder.is_connected() and not holder.lent for holder in self._holders)

    def statistics(self) -> PoolStatistics:
        """Sizes at this moment, and what has been counted since the pool began."""
        return gathered(self)

    def set_connect_args(self, dsn: str | None = None, **connect_kwargs: Any) -> None:
        """Set `connect()`'s arguments for all connections that are made from now on."""
        self._connector.arguments = (dsn,)
        self._connector.keywords = connect_kwargs

    async def expire_connections(self) -> None:
        """Have all connections replaced when they are acquired next."""
        self._generation += 1

    @staticmethod
    async def check_connection(connection: Connection) -> None:
        """A `check` for `create_pool()`: one round trip to the server."""
        await connection._query("", Deadline(connection._loop, None))

    # -- acquiring and releasing

    def acquire(self, *, timeout: float | None = None) -> PoolAcquireContext:
        """Acquire a connection: `async with` it, or await it and `release()` the connection.

        `timeout` is in seconds; raises asyncio.TimeoutError when none has become
        free, or connecting has not succeeded, by then.
        """
        return PoolAcquireContext(self, timeout)

    def _take_ready(self) -> PoolConnectionHolder | None:
        """A free holder whose connection can be lent at once, if the next one is such."""
        if self._acquires_slowly or self._closing or self._closed or not self._initialized:
            return None
        if get_running_loop() is not self._loop:
            self._check_loop()
        return self._queue.take_ready()

    async def _acquire(self, timeout: float | None) -> PoolConnectionProxy:
        if self._closing:
            raise InterfaceError("pool is closing")
        self._check_initialized()
        holder = self._take_ready()
        if holder is not None:
            return holder.lend(timeout)
        acquiring = within(timeout, self._acquire_slowly(timeout))
        if self._tracer is not None:
            acquiring = traced(self._tracer.acquire, AcquireStarted(self), acquiring)
        try:
            return await acquiring
        except asyncio.TimeoutError:
            self._counters.acquire_timeouts += 1
            raise
        except Exception:
            self._counters.acquire_errors += 1
            raise

    async def _acquire_slowly(self, timeout: float | None) -> PoolConnectionProxy:
        holder = self._queue.take() or await self._wait_for_holder()
        try:
            return await holder.acquire(timeout)
        except BaseException:
            self._queue.put(holder)
            self._upkeep.keep_min_size()
            raise

    async def _wait_for_holder(self) -> PoolConnectionHolder:
        counters, began = self._counters, self._loop.time()
        counters.waits += 1
        try:
            return await self._queue.wait()
        finally:
            counters.wait_seconds += self._loop.time() - began

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:
        """Give a connection back; what was made on it becomes invalid.

        A transaction that is still open is rolled back. `timeout` is in seconds
        (None: the one that it was acquired with) for what has to be waited for.
        """
        if type(connection) is not PoolConnectionProxy or connection._holder.pool is not self:
            raise InterfaceError(
                f"Pool.release() received invalid connection: {connection!r} "
                "is not a member of this pool"
            )
        raw = connection._con
        if raw is None:
            return
        self._check_initialized()
        holder = connection._holder
        if not holder.release_now(raw):
            await holder.release(raw, holder.timeout if timeout is None else timeout)

    # -- its end

    async def close(self) -> None:
        """Wait until all connections have been given back, and close them.

        When that fails or is cancelled, the connections are terminated.
        """
        if self._closed:
            return
        self._check_initialized()
        self._closing = True
        self._queue.refuse("pool is closing")
        warning = self._loop.call_later(LONG_CLOSE_SECONDS, self._warn_of_long_close)
        try:
            await self._upkeep.stop_connecting()
            await asyncio.gather(*(holder.wait_until_released() for holder in self._holders))
            await asyncio.gather(*(holder.close() for holder in self._holders))
        except (Exception, asyncio.CancelledError):
            self.terminate()
            raise
        finally:
            warning.cancel()
            self._closed = True
            self._closing = False
            self._upkeep.stop()
            self._span.end(None)

    def terminate(self) -> None:
        """Close all connections at once."""
        if self._closed:
            return
        if not self._initialized:
            self._check_initialized()
        self._closed = True
        self._queue.refuse("pool is closed")
        self._upkeep.stop()
        for holder in self._holders:
            holder.terminate()
        self._span.end(None)

    def _warn_of_long_close(self) -> None:
        logger.warning(
            "Pool.close() is taking over 60 seconds to complete. "
            "Check if you have any unreleased connections left. "
            "Use asyncio.wait_for() to set a timeout for Pool.close()."
        )

    def _check_initialized(self) -> None:
        if not self._initialized:
            if self._initializing:
                raise InterfaceError(
                    "pool is being initialized, but not yet ready: "
                    "likely there is a race between creating a pool and using it"
                )
            raise InterfaceError("pool is not initialized")
        if self._closed:
            raise InterfaceError("pool is closed")
        self._check_loop()

    def _check_loop(self) -> None:
        """Raise InterfaceError in another event loop: what the two do would go unnoticed."""
        if get_running_loop() is not self._loop:
            raise InterfaceError("cannot perform operation: the pool belongs to another event loop")
