"""Time-outs that several steps share."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Deadline:
    """What is left of a time-out of so many seconds (None: there is none)."""

    __slots__ = ("_at", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float | None) -> None:
        """Raises ValueError for what is no number, asyncio.TimeoutError if it is not positive."""
        self._loop = loop
        self._at: float | None = None
        if seconds is not None:
            checked = checked_seconds(seconds)
            if checked <= 0:
                raise asyncio.TimeoutError
            self._at = loop.time() + checked

    def left(self) -> float | None:
        """Seconds that are left, 0 when it is over; None: no time-out."""
        return None if self._at is None else max(0.0, self._at - self._loop.time())


async def within(seconds: float | None, awaitable: Awaitable[T]) -> T:
    """The result of `awaitable`; raises asyncio.TimeoutError after so many seconds (None: never).

    Before Python 3.12, asyncio.wait_for() loses a cancellation that comes in
    the same turn of the loop as the result.
    """
    if seconds is None:
        return await awaitable
    if sys.version_info < (3, 11):
        return await _before_timer(seconds, awaitable)
    async with asyncio.timeout(seconds):
        return await awaitable


async def _before_timer(seconds: float, awaitable: Awaitable[T]) -> T:
    """What asyncio.timeout() does from Python 3.11 on."""
    task = asyncio.current_task()
    assert task is not None
    expired = False

    def expire() -> None:
        nonlocal expired
        expired = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, expire)
    try:
        return await awaitable
    except asyncio.CancelledError:
        if expired:
            raise asyncio.TimeoutError from None
        raise
    finally:
        timer.cancel()


def checked_seconds(seconds: float) -> float:
    """The time-out as a float; raises ValueError for a bool and for what is no number."""
    try:
        if isinstance(seconds, bool):
            raise ValueError
        return float(seconds)
    except ValueError:
        raise ValueError(
            f"invalid timeout value: expected non-negative float (got {seconds!r})"
        ) from None
