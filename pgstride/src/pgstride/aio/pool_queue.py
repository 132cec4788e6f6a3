"""Who gets the next of a pool's holders that is free."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgstride.exceptions import InterfaceError

if TYPE_CHECKING:
    from pgstride.aio.pool_holder import PoolConnectionHolder


class HolderQueue:
    """The holders that are free, and the tasks that wait for one.

    The last that came back is the first to go, and who has waited longest gets
    it. While anybody waits, none is free: nobody can overtake.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, holders: list[PoolConnectionHolder]
    ) -> None:
        self._loop = loop
        self._free = list(holders)
        self._waiters: deque[asyncio.Future[PoolConnectionHolder]] = deque()

    def __iter__(self) -> Iterator[PoolConnectionHolder]:
        """Those that are free."""
        return iter(self._free)

    def take_ready(self) -> PoolConnectionHolder | None:
        """The next holder, if its connection can be lent at once."""
        free = self._free
        if free and free[-1].is_ready():
            return free.pop()
        return None

    def take_disconnected(self) -> PoolConnectionHolder | None:
        """A free holder without a connection."""
        for holder in self._free:
            if not holder.is_connected():
                self._free.remove(holder)
                return holder
        return None

    @property
    def waiting(self) -> int:
        """How many tasks wait."""
        return sum(not waiter.done() for waiter in self._waiters)

    def take(self) -> PoolConnectionHolder | None:
        """The next free holder, one with a connection where there is one."""
        for position in reversed(range(len(self._free))):
            if self._free[position].is_connected():
                return self._free.pop(position)
        return self._free.pop() if self._free else None

    async def wait(self) -> PoolConnectionHolder:
        """The next holder that becomes free, when none is.

        Raises InterfaceError when waiting is refused.
        """
        waiter: asyncio.Future[PoolConnectionHolder] = self._loop.create_future()
        self._waiters.append(waiter)
        try:
            return await waiter
        except BaseException:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            elif not waiter.cancelled() and waiter.exception() is None:
                # Cancelled after it had been given one.
                self.put(waiter.result())
            raise

    def put(self, holder: PoolConnectionHolder) -> None:
        """The holder is free."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(holder)
                return
        self._free.append(holder)

    def refuse(self, reason: str) -> None:
        """Have all that wait fail with an InterfaceError."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(InterfaceError(reason))
