"""Functions of the application's that are called when something happens."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from pgstride.exceptions import InterfaceError

# The event loop keeps only weak references to tasks.
_running: set[asyncio.Task[Any]] = set()


class Listener(Protocol):
    """What is told when something happens."""

    def schedule(self, loop: asyncio.AbstractEventLoop, /, *args: Any) -> None:
        """It has happened."""


class Callback(NamedTuple):
    """A function, or a coroutine function; equal when they are."""

    function: Callable[..., Any]
    is_async: bool

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Callback:
        """Raises InterfaceError for what cannot be called."""
        if not callable(function):
            raise InterfaceError(f"expected a callable or an `async def` function,got {function!r}")
        return cls(function, inspect.iscoroutinefunction(function))

    def schedule(self, loop: asyncio.AbstractEventLoop, *args: Any) -> None:
        """Have the loop call it."""
        if self.is_async:
            task = loop.create_task(self.function(*args))
            _running.add(task)
            task.add_done_callback(_running.discard)
        else:
            loop.call_soon(self.function, *args)
