"""From endpoints and parameters to a connection that is ready for queries."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from pgstride.aio.connection import Connection
from pgstride.aio.open_session import open_session
from pgstride.codecs.registry import TypeRegistry
from pgstride.connecting import (
    ClientOptions,
    Endpoint,
    LoadBalanceHosts,
    Resolved,
    SessionAttribute,
)
from pgstride.core.rows import Record
from pgstride.exceptions import (
    CannotConnectNowError,
    ConnectionDoesNotExistError,
    TargetServerAttributeNotMatched,
)


async def establish(
    resolved: Resolved,
    loop: asyncio.AbstractEventLoop,
    connection_class: type[Connection],
    record_class: type[Record] | None,
) -> Connection:
    """A connection to the first endpoint that can be reached and is of the wanted kind."""
    opened: list[Connection] = []
    try:
        chosen = await _choose(resolved, loop, connection_class, record_class, opened)
        for connection in opened:
            if connection is not chosen:
                await connection.close()
    except BaseException:
        for connection in opened:
            connection.terminate()
        raise
    if resolved.options.implicit_pipelining:
        chosen._session.share()
    return chosen


async def _choose(
    resolved: Resolved,
    loop: asyncio.AbstractEventLoop,
    connection_class: type[Connection],
    record_class: type[Record] | None,
    opened: list[Connection],
) -> Connection:
    """The same; `opened` are it and others that are still open."""
    wanted = resolved.parameters.target_session_attrs
    error: Exception | None = None
    for endpoint in _in_order(resolved):
        try:
            session = await open_session(endpoint, resolved, loop)
        except (OSError, ConnectionDoesNotExistError, CannotConnectNowError) as failure:
            error = failure
            continue
        connection = connection_class(
            session,
            _registry(resolved.options),
            endpoint,
            resolved.parameters,
            resolved.options,
            record_class,
        )
        opened.append(connection)
        if await _matches(connection, wanted):
            return connection
        # The first one is better than none where a standby is only preferred.
        if wanted is not SessionAttribute.prefer_standby or len(opened) > 1:
            await opened.pop().close()
    if opened:
        return opened[0]
    raise error or TargetServerAttributeNotMatched(
        f"None of the hosts match the target attribute requirement {wanted.value!r}"
    )


def _in_order(resolved: Resolved) -> Sequence[Endpoint]:
    """The endpoints in the order in which to try them this time."""
    endpoints = resolved.endpoints
    if resolved.parameters.load_balance_hosts is LoadBalanceHosts.random:
        return random.sample(endpoints, len(endpoints))
    return endpoints


def _registry(options: ClientOptions) -> TypeRegistry:
    registry = TypeRegistry()
    if options.json is not None:
        registry.decode_json(options.json.loads, options.json.dumps)
    return registry


async def _matches(connection: Connection, wanted: SessionAttribute) -> bool:
    if wanted is SessionAttribute.any:
        return True
    settings = connection.get_settings()
    standby = getattr(settings, "in_hot_standby", None)
    if standby is None:  # before PostgreSQL 14
        standby = "on" if await connection.fetchval("SELECT pg_is_in_recovery()") else "off"
    if wanted in (SessionAttribute.primary, SessionAttribute.standby):
        return (standby == "on") is (wanted is SessionAttribute.standby)
    if wanted is SessionAttribute.prefer_standby:
        return bool(standby == "on")
    readonly = getattr(settings, "default_transaction_read_only", None)
    if readonly is None:
        readonly = await connection.fetchval("SHOW default_transaction_read_only")
    return ("on" in (standby, readonly)) is (wanted is SessionAttribute.read_only)
