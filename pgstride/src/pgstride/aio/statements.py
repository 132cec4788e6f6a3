"""Preparing: Parse and Describe, and codecs for the types that they name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pgstride.codecs.introspection import INTROSPECTION_QUERY
from pgstride.core.rows import RowDecoder
from pgstride.core.statement import Statement

if TYPE_CHECKING:
    from pgstride.aio.transport import SocketSession
    from pgstride.codecs.registry import TypeRegistry

# The server's unnamed statement, which the next Parse replaces: it is parsed
# again with each execution.
UNNAMED = b""


class Preparer:
    """Makes statements on one session."""

    def __init__(self, session: SocketSession, registry: TypeRegistry) -> None:
        self._session = session
        self._registry = registry

    async def prepare(
        self,
        query: str,
        name: bytes,
        fetch: Callable[..., Awaitable[list[Any]]],
        wait: Callable[[asyncio.Future[Any]], Awaitable[Any]],
        timeout: float | None,
    ) -> Statement:
        """Prepare `query` as `name`; unknown types are introspected first.

        `fetch` runs a query of the driver's own on the same session, `wait`
        waits for an operation.

        Raises what the server says against the query, and
        UnsupportedClientFeatureError for a type that has no codec.
        """
        described = await self._describe(query, name, wait, timeout)
        oids = [*described.parameter_oids, *(oid for _, oid in described.columns or ())]
        try:
            missing = self._registry.missing(oids)
            if missing:
                self._registry.learn(await fetch(INTROSPECTION_QUERY, missing))
            return self._statement(query, name, described)
        except BaseException:
            # Nobody will ever ask the server for it.
            self._session.close_statement(Statement(query, name, (), None))
            raise

    async def _describe(
        self,
        query: str,
        name: bytes,
        wait: Callable[[asyncio.Future[Any]], Awaitable[Any]],
        timeout: float | None,
    ) -> Any:
        session = self._session
        session.check_free()
        operation = session.parse(query, name, session.loop.create_future())
        return await wait(session.start_operation(operation, timeout))

    def _statement(self, query: str, name: bytes, described: Any) -> Statement:
        find = self._registry.codec
        parameters = tuple(find(oid) for oid in described.parameter_oids)
        columns = described.columns
        if columns is None:
            return Statement(query, name, parameters, None)
        names = tuple(column for column, _ in columns)
        decoder = RowDecoder(names, tuple(find(oid) for _, oid in columns), None)
        return Statement(query, name, parameters, decoder)
