"""Listeners: functions that are told of notifications, of notices, and of the connection's end."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection
from typing import Any

from pgstride.aio.callbacks import Callback
from pgstride.aio.query_loggers import QueryLogging
from pgstride.aio.sql import quote_identifier
from pgstride.exceptions import InterfaceError, InterfaceWarning


class Listening(QueryLogging):
    """A connection's listeners.

    What they are called with first is the connection as the application knows
    it: the pool's proxy where there is one.
    """

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
        self._clear_listeners()
        self._query_loggers.clear()
        holder, self._holder = self._holder, None
        if holder is not None:
            holder.connection_lost(self)

    def _schedule(self, callbacks: Collection[Callback], *args: Any) -> None:
        for callback in callbacks:
            callback.schedule(self._loop, self._proxy or self, *args)

    def _clear_listeners(self) -> None:
        self._listeners.clear()
        self._log_listeners.clear()

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
