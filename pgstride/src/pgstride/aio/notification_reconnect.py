"""A stream of notifications that outlives its connection."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING

from pgstride.aio.deadline import within
from pgstride.aio.notification_stream import BaseNotificationStream
from pgstride.aio.notifications import Inbox, Notification, NotificationGap
from pgstride.exceptions import (
    CannotConnectNowError,
    ConnectionDoesNotExistError,
    InterfaceError,
    OperatorInterventionError,
    PostgresConnectionError,
    TargetServerAttributeNotMatched,
    TooManyConnectionsError,
)

if TYPE_CHECKING:
    from pgstride.aio.connection import Connection

logger = logging.getLogger("pgstride.notifications")

# How long to wait before connecting again, at first and at most.
FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 30.0

# A server that restarts or fails over gives these; any other error would come again.
PASSING_ERRORS = (
    OSError,
    asyncio.TimeoutError,
    PostgresConnectionError,
    OperatorInterventionError,
    CannotConnectNowError,
    TooManyConnectionsError,
    TargetServerAttributeNotMatched,
)


class ReconnectingNotificationStream(BaseNotificationStream[Notification | NotificationGap]):
    """Notifications, and a `NotificationGap` wherever some may be missing.

    When the connection is lost, another one is made with the same arguments,
    which is the stream's own and closed with it. It is tried again and again,
    with longer and longer pauses, after errors that may pass; others are
    raised. Connections that are closed from this side end the stream.
    """

    def __init__(self, connection: Connection, channels: tuple[str, ...], max_pending: int) -> None:
        super().__init__(connection, channels, max_pending)
        if connection._reopen is None:
            raise InterfaceError("reconnect=True needs a connection that connect() has made")
        self._reopen = connection._reopen
        self._own: Connection | None = None
        self._ended = asyncio.Event()

    async def aclose(self) -> None:
        """Listen no more, and close the connection that is the stream's own."""
        own, self._own = self._own, None
        self._stop()
        if own is not None:
            await own.close()

    def _stop(self) -> None:
        super()._stop()
        self._ended.set()
        if self._own is not None:
            self._own.terminate()

    def _abandon(self) -> None:
        super()._abandon()
        if self._own is not None and not self._own._loop.is_closed():
            self._own._loop.call_soon_threadsafe(self._own.terminate)

    def _item(self, notification: Notification) -> Notification | NotificationGap:
        return notification

    def _after_overflow(self, inbox: Inbox) -> NotificationGap:
        inbox.overflowed = False
        return NotificationGap("overflow")

    async def _after_end(self, inbox: Inbox) -> Notification | NotificationGap | None:
        if not isinstance(inbox.error, ConnectionDoesNotExistError):
            return await super()._after_end(inbox)
        delay = FIRST_RETRY_SECONDS
        while not self._closed:
            try:
                await self._listen_anew()
            except PASSING_ERRORS as error:
                logger.warning(
                    "listening to %s again failed, retrying: %r", ", ".join(self._channels), error
                )
                await self._pause(delay)
                delay = min(delay * 2, LAST_RETRY_SECONDS)
            except BaseException as error:
                if isinstance(error, Exception):
                    self._stop()
                raise
            else:
                return NotificationGap("reconnected")
        return None

    async def _listen_anew(self) -> None:
        connection = await self._reopen()
        try:
            inbox = Inbox(connection._loop, self._max_pending)
            await connection._listen_into(inbox, self._channels)
        except BaseException:
            connection.terminate()
            raise
        if self._closed:
            connection.terminate()
            return
        self._connection = self._own = connection
        self._inbox = inbox

    async def _pause(self, seconds: float) -> None:
        """Wait for about so long, or until the stream is closed."""
        try:
            await within(seconds * random.uniform(0.5, 1.0), self._ended.wait())
        except asyncio.TimeoutError:
            return
