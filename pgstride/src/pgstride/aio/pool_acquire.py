"""Acquiring a connection of a pool for a while."""

from __future__ import annotations

from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pgstride.exceptions import InterfaceError

if TYPE_CHECKING:
    from pgstride.aio.pool import Pool
    from pgstride.aio.pool_proxy import PoolConnectionProxy


class PoolAcquireContext:
    """What `Pool.acquire()` returns: `async with` it, or await it."""

    __slots__ = ("connection", "done", "pool", "timeout")

    def __init__(self, pool: Pool, timeout: float | None) -> None:
        self.pool = pool
        self.timeout = timeout
        self.connection: PoolConnectionProxy | None = None
        self.done = False

    async def __aenter__(self) -> PoolConnectionProxy:
        if self.connection is not None or self.done:
            raise InterfaceError("a connection is already acquired")
        holder = self.pool._take_ready()
        if holder is not None:
            self.connection = connection = holder.lend(self.timeout)
        else:
            self.connection = connection = await self.pool._acquire(self.timeout)
        return connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.done = True
        connection, self.connection = self.connection, None
        await self.pool.release(connection)

    def __await__(self) -> Generator[Any, None, PoolConnectionProxy]:
        self.done = True
        return self.pool._acquire(self.timeout).__await__()
