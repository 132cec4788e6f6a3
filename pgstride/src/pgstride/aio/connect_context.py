"""What connect() returns: a coroutine that is a context manager as well."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from types import TracebackType
from typing import Any

from pgstride.aio.connection import Connection
from pgstride.exceptions import InterfaceError


class Connecting(Coroutine[Any, Any, Connection]):
    """Await it for a connection, or `async with` it, which closes the connection at the end.

    It is a real coroutine to `asyncio.create_task()` and its like, and warns as
    one when it is forgotten. Once only: raises InterfaceError when it is awaited
    or entered again.
    """

    __slots__ = ("_connection", "_coroutine", "_used")

    def __init__(self, coroutine: Coroutine[Any, Any, Connection]) -> None:
        self._coroutine = coroutine
        self._used = False
        self._connection: Connection | None = None

    def __repr__(self) -> str:
        return f"<pgstride.connect() {'used' if self._used else 'not awaited yet'}>"

    def __getattr__(self, name: str) -> Any:
        # What asyncio's reports of tasks and debuggers look at.
        if name.startswith("cr_") or name in {"__name__", "__qualname__"}:
            return getattr(self._coroutine, name)
        raise AttributeError(name)

    def _use(self) -> Coroutine[Any, Any, Connection]:
        if self._used:
            raise InterfaceError(
                "what connect() returned has been used already",
                hint="It makes one connection: call connect() again for another one.",
            )
        self._used = True
        return self._coroutine

    def __await__(self) -> Generator[Any, Any, Connection]:
        return self._use().__await__()

    async def __aenter__(self) -> Connection:
        self._connection = await self._use()
        return self._connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    # -- what asyncio.Task drives a coroutine by

    def send(self, value: Any) -> Any:
        """Go on to where the coroutine waits next."""
        self._used = True
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        """Raise an exception where the coroutine waits."""
        self._used = True
        return self._coroutine.throw(*error)

    def close(self) -> None:
        """Give up connecting, if it has not been awaited or is under way."""
        self._used = True
        self._coroutine.close()
