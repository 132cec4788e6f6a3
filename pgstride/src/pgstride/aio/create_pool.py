"""create_pool(), with its defaults."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pgstride.aio.connection import Connection
from pgstride.aio.pool import Pool
from pgstride.aio.pool_proxy import PoolConnectionProxy
from pgstride.aio.tracing import Tracer
from pgstride.core.rows import Record

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pgstride.aio.connect_arguments import ConnectArguments


def create_pool(
    dsn: str | None = None,
    *,
    init_size: int | None = None,
    min_size: int = 10,
    max_size: int = 10,
    max_queries: int = 50000,
    max_inactive_connection_lifetime: float = 300.0,
    connect: Callable[..., Awaitable[Connection]] | None = None,
    setup: Callable[[PoolConnectionProxy], Awaitable[Any]] | None = None,
    init: Callable[[Connection], Awaitable[Any]] | None = None,
    reset: Callable[[Connection], Awaitable[Any]] | None = None,
    loop: asyncio.AbstractEventLoop | None = None,
    connection_class: type[Connection] = Connection,
    record_class: type[Record] = Record,
    check: Callable[[Connection], Awaitable[Any]] | None = None,
    check_timeout: float = 5.0,
    max_lifetime: float = 0.0,
    tracer: Tracer | None = None,
    **connect_kwargs: Unpack[ConnectArguments],
) -> Pool:
    """Make a pool: `async with` it, or await it and `close()` it.

    There are never more than `max_size` connections. The pool starts with
    `init_size` of them (None: `min_size`), and keeps `min_size`. A connection
    is closed after `max_queries` queries, and above `min_size` when it has been
    idle for `max_inactive_connection_lifetime` seconds (0: never).

    `dsn` and `connect_kwargs` are what `pgstride.connect()` takes, which explains
    each; `connect` is called instead of it, with the same arguments. `init` is called with each new
    connection, `setup` with each one before it is lent, and `reset` with each
    one that comes back, in place of `Connection.reset()`.

    `check` is called with each connection that was idle before it is lent; when
    it raises, returns False, or takes longer than `check_timeout` seconds, the
    connection is replaced by a new one. `Pool.check_connection` is one that
    asks the server. A connection is replaced after `max_lifetime` seconds (0:
    never) or up to a tenth earlier, and not while it is lent.

    `tracer` is told of acquiring, and of what the connections do.

    Raises ValueError for sizes that contradict each other; awaiting the pool
    raises what connecting does.
    """
    return Pool(
        dsn,
        init_size=init_size,
        min_size=min_size,
        max_size=max_size,
        max_queries=max_queries,
        max_inactive_connection_lifetime=max_inactive_connection_lifetime,
        connect=connect,
        setup=setup,
        init=init,
        reset=reset,
        loop=loop,
        connection_class=connection_class,
        record_class=record_class,
        check=check,
        check_timeout=check_timeout,
        max_lifetime=max_lifetime,
        tracer=tracer,
        **connect_kwargs,
    )
