"""Listening as a stream: what `Connection.notifications()` returns."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from pgstride.aio.notifications import Inbox, Notification
from pgstride.aio.resource import ConnectionResource
from pgstride.exceptions import InterfaceError

if TYPE_CHECKING:
    from typing_extensions import Self

    from pgstride.aio.connection import Connection

Item = TypeVar("Item")

# Some megabytes of usual ones; as many fit into few reads from a fast server.
DEFAULT_MOST_PENDING = 32_768


class BaseNotificationStream(ConnectionResource, Generic[Item]):
    """Notifications of some channels, in the order in which the server sent them.

    `async for` them. It listens from the first step on, or from the start of
    `async with`, and stops with the end of that, with `aclose()`, or when
    nothing refers to the stream any more.
    """

    def __init__(self, connection: Connection, channels: tuple[str, ...], max_pending: int) -> None:
        if not channels:
            raise InterfaceError("notifications() needs the name of at least one channel")
        if max_pending < 1:
            raise ValueError("max_pending is expected to be greater than zero")
        super().__init__(connection)
        self._channels = channels
        self._max_pending = max_pending
        self._inbox: Inbox | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        await self._start()
        while not self._closed and self._inbox is not None:
            inbox = self._inbox
            await inbox.wait()
            if inbox.pending:
                return self._item(inbox.pending.popleft())
            item = self._after_overflow(inbox) if inbox.overflowed else await self._after_end(inbox)
            if item is not None:
                return item
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Listen no more; a task that waits for the next notification comes to the end."""
        self._stop()

    async def _start(self) -> None:
        if self._inbox is None and not self._closed:
            self._check_valid("__anext__")
            self._inbox = inbox = Inbox(self._connection._loop, self._max_pending)
            try:
                await self._connection._listen_into(inbox, self._channels)
            except BaseException:
                self._inbox = None
                inbox.end(None)
                raise

    def _stop(self) -> None:
        self._closed = True
        if self._inbox is not None:
            self._connection._listen_no_more(self._inbox)
            self._inbox.end(None)

    def _item(self, notification: Notification) -> Item:
        raise NotImplementedError

    def _after_overflow(self, inbox: Inbox) -> Item | None:
        """All that was kept has been taken, and others were dropped."""
        raise NotImplementedError

    async def _after_end(self, inbox: Inbox) -> Item | None:
        """All has been taken, and no more will come by this connection."""
        self._stop()
        if inbox.error is not None:
            raise inbox.error
        return None

    def __del__(self) -> None:
        # Not set when the constructor has refused its arguments.
        if getattr(self, "_inbox", None) is not None and not self._closed:
            self._abandon()

    def _abandon(self) -> None:
        """Stop from wherever the garbage collector has found the stream, as the loop allows."""
        loop, inbox = self._connection._loop, self._inbox
        if inbox is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._connection._listen_no_more, inbox)


class NotificationStream(BaseNotificationStream[Notification]):
    """Notifications, as long as the connection lasts.

    It ends when the connection is closed from this side, raises
    ConnectionDoesNotExistError when it is lost otherwise, and InterfaceError
    when it is given back to its pool, or when more than `max_pending`
    notifications waited: all that came before are yielded first.
    """

    def _item(self, notification: Notification) -> Notification:
        return notification

    def _after_overflow(self, inbox: Inbox) -> Notification | None:
        self._stop()
        raise InterfaceError(
            f"more than {self._max_pending} notifications were waiting; some have been dropped"
        )
