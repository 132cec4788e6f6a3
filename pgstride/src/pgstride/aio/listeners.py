"""Listeners: functions that are told of notifications, of notices, and of the connection's end."""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from pgstride.aio.callbacks import Callback, Listener
from pgstride.aio.deadline import Deadline
from pgstride.aio.notification_reconnect import ReconnectingNotificationStream
from pgstride.aio.notification_stream import DEFAULT_MOST_PENDING, NotificationStream
from pgstride.aio.notifications import Inbox
from pgstride.aio.query_loggers import QueryLogging
from pgstride.aio.sql import quote_identifier
from pgstride.exceptions import ConnectionDoesNotExistError, InterfaceError, InterfaceWarning

if TYPE_CHECKING:
    from pgstride.aio.connection import Connection

# How long to wait before looking again whether nothing is under way.
UNLISTEN_RETRY_SECONDS = 0.05


class Listening(QueryLogging):
    """A connection's listeners.

    What they are called with first is the connection as the application knows
    it: the pool's proxy where there is one. `_reopen` makes another connection
    with the same arguments.
    """

    _reopen: Callable[[], Awaitable[Connection]] | None = None

    async def add_listener(self, channel: str, callback: Callable[..., Any]) -> None:
        """Have `callback(connection, pid, channel, payload)` called for each notification.

        `callback` is a function or a coroutine function; `pid` is the process
        id of the server's backend that notified.
        """
        self._check_open()
        if channel not in self._listeners:
            await self._fetch_own(f"LISTEN {quote_identifier(channel)}")
            self._listeners[channel] = set()
        self._listeners[channel].add(Callback.of(callback))

    @overload
    def notifications(
        self, *channels: str, reconnect: Literal[False] = False, max_pending: int = ...
    ) -> NotificationStream: ...

    @overload
    def notifications(
        self, *channels: str, reconnect: Literal[True], max_pending: int = ...
    ) -> ReconnectingNotificationStream: ...

    def notifications(
        self,
        *channels: str,
        reconnect: bool = False,
        max_pending: int = DEFAULT_MOST_PENDING,
    ) -> NotificationStream | ReconnectingNotificationStream:
        """The notifications of channels, to `async for` over.

        Up to `max_pending` wait for a consumer that is slower than they come.
        With `reconnect`, a connection that is lost is replaced by one with the
        same arguments, and a `NotificationGap` stands wherever notifications
        may be missing; without, both end the stream with an error.

        LISTEN is sent with the first step of the iteration, or by `async with`.
        In a transaction, it takes effect when that is committed.
        """
        self._check_open()
        connection = cast("Connection", self)
        if reconnect:
            return ReconnectingNotificationStream(connection, channels, max_pending)
        return NotificationStream(connection, channels, max_pending)

    async def remove_listener(self, channel: str, callback: Callable[..., Any]) -> None:
        """Call it no more for this channel."""
        callbacks = self._listeners.get(channel, set())
        listener = Callback.of(callback)
        if self.is_closed() or listener not in callbacks:
            return
        callbacks.remove(listener)
        if not callbacks:
            del self._listeners[channel]
            await self._fetch_own(f"UNLISTEN {quote_identifier(channel)}")

    def add_log_listener(self, callback: Callable[..., Any]) -> None:
        """Have `callback(connection, message)` called for each notice, warning or log message."""
        if self.is_closed():
            raise InterfaceError("connection is closed")
        self._log_listeners.add(Callback.of(callback))

    def remove_log_listener(self, callback: Callable[..., Any]) -> None:
        """Call it no more."""
        self._log_listeners.discard(Callback.of(callback))

    def add_termination_listener(self, callback: Callable[..., Any]) -> None:
        """Have `callback(connection)` called once the connection is closed."""
        self._termination_listeners.add(Callback.of(callback))

    def remove_termination_listener(self, callback: Callable[..., Any]) -> None:
        """Call it no more."""
        self._termination_listeners.discard(Callback.of(callback))

    # -- the session's calls

    def _on_notice(self, message: Any) -> None:
        """The server has sent a notice."""
        self._schedule(self._log_listeners, message)

    def _on_notification(self, pid: int, channel: str, payload: str) -> None:
        """The server has sent a notification."""
        self._schedule(self._listeners.get(channel, ()), pid, channel, payload)

    def _on_lost(self) -> None:
        """The connection is over, however it ended; does what that takes once."""
        self._schedule(self._termination_listeners)
        self._termination_listeners.clear()
        self._end_streams(None if self._session.closing else self._lost_error())
        self._clear_listeners()
        self._query_loggers.clear()
        if self._transaction is not None:
            self._transaction._abandon(
                self._session.broken or InterfaceError("the connection was closed")
            )
        holder, self._holder = self._holder, None
        if holder is not None:
            holder.connection_lost(self)

    def _lost_error(self) -> Exception:
        error = ConnectionDoesNotExistError("connection was closed while listening")
        error.__cause__ = self._session.broken
        return error

    def _schedule(self, callbacks: Collection[Listener], *args: Any) -> None:
        for callback in callbacks:
            callback.schedule(self._loop, self._proxy or self, *args)

    # -- streams

    async def _listen_into(self, inbox: Inbox, channels: Iterable[str]) -> None:
        """Have the channels' notifications put into the inbox."""
        new = [channel for channel in dict.fromkeys(channels) if channel not in self._listeners]
        if new:
            self._session.check_free()
        # Before LISTEN: the first notification may come with its answer.
        for channel in channels:
            self._listeners.setdefault(channel, set()).add(inbox)
        if not new:
            return
        statements = "; ".join(f"LISTEN {quote_identifier(channel)}" for channel in new)
        try:
            await self._query(statements, Deadline(self._loop, self._effective(None)))
        except BaseException:
            self._listen_no_more(inbox)
            raise

    def _listen_no_more(self, inbox: Inbox) -> None:
        """Put no more into the inbox, and UNLISTEN what nobody else listens to."""
        for channel in [name for name, found in self._listeners.items() if inbox in found]:
            self._listeners[channel].remove(inbox)
            if not self._listeners[channel]:
                del self._listeners[channel]
                self._unlisten_soon(channel, self._releases)

    def _unlisten_soon(self, channel: str, release: int) -> None:
        """UNLISTEN without waiting for it, once nothing is under way.

        A transaction that is rolled back would undo it, or has failed already.
        A pool that has taken the connection back meanwhile has reset it.
        """
        session = self._session
        if channel in self._listeners or self._releases != release:
            return
        if self.is_closed() or session.forked or self._loop.is_closed():
            return
        if session.waited or session.hold is not None or session.in_transaction:
            retry = self._loop.call_later
            retry(UNLISTEN_RETRY_SECONDS, self._unlisten_soon, channel, release)
        else:
            session.query(f"UNLISTEN {quote_identifier(channel)}", None)
            session.send()

    def _clear_listeners(self) -> None:
        """Forget all listeners, since the session is reset."""
        if self._listeners:
            self._end_streams(InterfaceError("listening has ended: the connection has been reset"))
            self._listeners.clear()
        self._log_listeners.clear()

    def _end_streams(self, error: Exception | None) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                if isinstance(listener, Inbox):
                    listener.end(error)

    def _note_release(self) -> None:
        """The pool takes the connection back: warn of listeners that are left."""
        self._releases += 1
        if not (self._listeners or self._log_listeners):
            return
        left = {
            "notification": sum(len(callbacks) for callbacks in self._listeners.values()),
            "log": len(self._log_listeners),
        }
        for kind, count in left.items():
            if count:
                warnings.warn(
                    InterfaceWarning(
                        f"{self!r} is being released to the pool but has {count} active "
                        f"{kind} listener{'s' if count > 1 else ''}"
                    ),
                    stacklevel=2,
                )
