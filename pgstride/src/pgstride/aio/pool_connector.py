"""How a pool makes its connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pgstride.aio.connect import connect as connect_to_server
from pgstride.aio.connection import Connection
from pgstride.exceptions import InterfaceError

if TYPE_CHECKING:
    from pgstride.aio.pool_statistics import PoolCounters
    from pgstride.aio.tracing import Tracer
    from pgstride.core.rows import Record


class PoolConnector:
    """Calls the pool's `connect` with its arguments, and its `init`; counts and measures that.

    `arguments` and `keywords` are for the connections that are made from now on.
    """

    def __init__(
        self,
        connect: Callable[..., Awaitable[Connection]] | None,
        init: Callable[[Connection], Awaitable[Any]] | None,
        connection_class: type[Connection],
        record_class: type[Record],
        counters: PoolCounters,
    ) -> None:
        self._connect: Callable[..., Awaitable[Connection]] = connect or connect_to_server
        self._init = init
        self._connection_class = connection_class
        self._record_class = record_class
        self._counters = counters
        self.arguments: tuple[Any, ...] = ()
        self.keywords: dict[str, Any] = {}
        self.tracer: Tracer | None = None

    async def connect(self, loop: asyncio.AbstractEventLoop) -> Connection:
        """A new connection; raises what `connect` and `init` do."""
        counters, began = self._counters, loop.time()
        try:
            connection = await self._made(loop)
        except Exception:
            counters.connect_errors += 1
            raise
        counters.connects += 1
        counters.connect_seconds += loop.time() - began
        return connection

    async def _made(self, loop: asyncio.AbstractEventLoop) -> Connection:
        connection = await self._connect(
            *self.arguments,
            loop=loop,
            connection_class=self._connection_class,
            record_class=self._record_class,
            # A `connect` that knows of no tracers works with a pool that has none.
            **({} if self.tracer is None else {"tracer": self.tracer}),
            **self.keywords,
        )
        if not isinstance(connection, self._connection_class):
            raise InterfaceError(
                "expected pool connect callback to return an instance of "
                f"'{_name(self._connection_class)}', got '{_name(type(connection))}'"
            )
        if self._init is not None:
            try:
                await self._init(connection)
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - raised again
                # Nobody knows what state it is in.
                try:
                    await connection.close()
                finally:
                    raise error
        return connection


def _name(kind: type) -> str:
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
