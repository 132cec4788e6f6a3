"""Notifications, and what keeps them until they are taken."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Literal, NamedTuple

from pgstride.exceptions import InterfaceError


class Notification(NamedTuple):
    """What NOTIFY has sent; `pid` is the process id of the backend that it ran in."""

    channel: str
    payload: str
    pid: int


class NotificationGap(NamedTuple):
    """Stands where notifications may be missing.

    `reason` is 'reconnected' when the connection was lost and another one
    listens from here on, and 'overflow' when more than `max_pending` waited.
    """

    reason: Literal["reconnected", "overflow"]


class Inbox:
    """Up to `limit` notifications that wait for one task to take them, in order.

    When there are more, those that come are dropped until all that wait have
    been taken: `overflowed` is true then, and says where they are missing.
    `over` is true once no more will come, with the `error` that has ended it.
    """

    __slots__ = ("_limit", "_loop", "_waiter", "error", "over", "overflowed", "pending")

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: int) -> None:
        self._loop = loop
        self._limit = limit
        self._waiter: asyncio.Future[None] | None = None
        self.pending: deque[Notification] = deque()
        self.overflowed = False
        self.over = False
        self.error: Exception | None = None

    def schedule(self, _: asyncio.AbstractEventLoop, *told: Any) -> None:
        """Take a notification as listeners are told it: at once, since nothing is called."""
        _connection, pid, channel, payload = told
        if self.over or self.overflowed:
            return
        if len(self.pending) >= self._limit:
            self.overflowed = True
        else:
            self.pending.append(Notification(channel, payload, pid))
        self._wake()

    def end(self, error: Exception | None) -> None:
        """No more will come."""
        if not self.over:
            self.over = True
            self.error = error
            self._wake()

    async def wait(self) -> None:
        """Wait until there is something to take, or it is over.

        Raises InterfaceError when another task waits already.
        """
        while not (self.pending or self.overflowed or self.over):
            if self._waiter is not None:
                raise InterfaceError(
                    "cannot perform operation: another task waits for these notifications"
                )
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
