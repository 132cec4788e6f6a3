"""Preparing: Parse and Describe, and codecs for the types that they name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

from pgstride.codecs.introspection import INTROSPECTION_QUERY
from pgstride.core.rows import RowDecoder
from pgstride.core.statement import Statement

if TYPE_CHECKING:
    from pgstride.aio.transport import SocketSession
    from pgstride.codecs.registry import TypeRegistry

# A type may depend on types that depend on others; PostgreSQL's query finds
# all of them at once, so a second pass means a type was dropped meanwhile.
UNNAMED = b""


class Preparer:
    """Makes statements on one session.

    `fetch` runs a query of the driver's own on the same session.
    """

    def __init__(
        self,
        session: SocketSession,
        registry: TypeRegistry,
        fetch: Callable[..., Awaitable[list[Any]]],
    ) -> None:
        self._session = session
        self._registry = registry
        self._fetch = fetch
        self._made = 0

    def new_name(self) -> bytes:
        """A name that no statement of this session has had."""
        self._made += 1
        return b"__pgstride_%x__" % self._made

    async def prepare(
        self,
        query: str,
        name: bytes,
        wait: Callable[[asyncio.Future[Any]], Awaitable[Any]],
        timeout: float | None,
    ) -> Statement:
        """Prepare `query` as `name`; unknown types are introspected first.

        Raises what the server says against the query, and
        UnsupportedClientFeatureError for a type that has no codec.
        """
        described = await self._describe(query, name, wait, timeout)
        oids = [*described.parameter_oids, *(oid for _, oid in described.columns or ())]
        if await self.learn(oids) and name == UNNAMED:
            # The introspection has taken the unnamed statement's place.
            described = await self._describe(query, name, wait, timeout)
        return self._statement(query, name, described)

    async def learn(self, oids: Iterable[int]) -> bool:
        """Introspect those of the types that are unknown; returns whether there were any."""
        missing = self._registry.missing(oids)
        if missing:
            self._registry.learn(await self._fetch(INTROSPECTION_QUERY, missing))
        return bool(missing)

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
