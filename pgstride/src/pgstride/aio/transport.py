"""The session on a real transport: sockets, and CancelRequest on its own connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakMethod

from pgstride.aio.deadline import within
from pgstride.aio.session import Session

# A server that does not close the connection of a CancelRequest has not taken it.
CANCEL_TIMEOUT_SECONDS = 10.0

Method = WeakMethod[Callable[..., None]] | None


class SocketSession(Session, asyncio.BufferedProtocol):
    """A Session whose connection can be opened a second time, to cancel."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        statement_limit: int,
        statement_lifetime: float,
        send_cancel: Callable[[asyncio.BaseTransport, bytes], Any],
    ) -> None:
        self._send_cancel = send_cancel
        self._cancel_task: asyncio.Task[None] | None = None
        self._notice: Method = None
        self._notification: Method = None
        self._outdated: Method = None
        self._lost: Method = None

    def tell(
        self,
        *,
        notice: Callable[[Any], None],
        notification: Callable[[int, str, str], None],
        outdated: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        """Have methods called with what comes unasked; their object is not kept alive."""
        self._notice = WeakMethod(notice)
        self._notification = WeakMethod(notification)
        self._outdated = WeakMethod(outdated)
        self._lost = WeakMethod(lost)

    def request_cancel(self) -> None:
        """Send the CancelRequest in a task of its own."""
        request = self.cancel_request()
        if request is None:  # some poolers give no key: the statement ends by itself
            self.cancel_sent()
        else:
            self._cancel_task = self.loop.create_task(self._cancel(request))

    async def _cancel(self, request: bytes) -> None:
        try:
            await within(CANCEL_TIMEOUT_SECONDS, self._send_cancel(self.transport, request))
        except (OSError, asyncio.TimeoutError):
            pass  # the statement ends by itself, or the connection does
        finally:
            self._cancel_task = None
            self.cancel_sent()

    def connection_lost(self, error: Exception | None) -> None:
        """The transport is closed."""
        super().connection_lost(error)
        _call(self._lost)

    def on_notice(self, message: Any) -> None:
        """Hand a notice on."""
        _call(self._notice, message)

    def on_notification(self, pid: int, channel: str, payload: str) -> None:
        """Hand a notification on."""
        _call(self._notification, pid, channel, payload)

    def on_outdated(self) -> None:
        """A value was not of the type that it had when the statement was prepared."""
        _call(self._outdated)


def _call(method: Method, *args: Any) -> None:
    function = None if method is None else method()
    if function is not None:
        function(*args)
