"""The session on a real transport: sockets, and CancelRequest on its own connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pgstride.aio.session import Session

# A server that does not close the connection of a CancelRequest has not taken it.
CANCEL_TIMEOUT_SECONDS = 10.0

Opener = Callable[[type[asyncio.BaseProtocol]], Any]


class SocketSession(Session, asyncio.BufferedProtocol):
    """A Session whose connection can be opened a second time, to cancel.

    `notice` and `notification` are called with what comes unasked.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        statement_limit: int,
        send_cancel: Callable[[bytes], Any],
    ) -> None:
        self._send_cancel = send_cancel
        self._cancel_task: asyncio.Task[None] | None = None
        self.notice: Callable[[Any], None] | None = None
        self.notification: Callable[[int, str, str], None] | None = None
        self.lost: Callable[[], None] | None = None

    def request_cancel(self) -> None:
        """Send the CancelRequest in a task of its own."""
        request = self.cancel_request()
        assert request is not None, "no statement runs before start-up is over"
        self._cancel_task = self.loop.create_task(self._cancel(request))

    async def _cancel(self, request: bytes) -> None:
        try:
            await asyncio.wait_for(self._send_cancel(request), CANCEL_TIMEOUT_SECONDS)
        except (OSError, asyncio.TimeoutError):
            pass  # the statement ends by itself, or the connection does
        finally:
            self._cancel_task = None
            self.cancel_sent()

    def connection_lost(self, error: Exception | None) -> None:
        """The transport is closed."""
        super().connection_lost(error)
        if self.lost is not None:
            self.lost()

    def on_notice(self, message: Any) -> None:
        """Hand a notice on, outside of the reading."""
        if self.notice is not None:
            self.loop.call_soon(self.notice, message)

    def on_notification(self, pid: int, channel: str, payload: str) -> None:
        """Hand a notification on, outside of the reading."""
        if self.notification is not None:
            self.loop.call_soon(self.notification, pid, channel, payload)
