"""What a pool does while nobody asks it to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgstride.aio.connection import Connection
    from pgstride.aio.pool import Pool
    from pgstride.aio.pool_holder import PoolConnectionHolder

logger = logging.getLogger("pgstride.pool")

# A connection that nobody uses for so long is reset without waiting for its
# next statement: locks and channels of whoever had it before do not linger.
RESET_AFTER_SECONDS = 0.001

# How long to wait before connecting again to keep `min_size`, at first and at most.
FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 60.0

# How long a server may take to hear of the end of a connection that is replaced.
CLOSE_SECONDS = 10.0


class PoolUpkeep:
    """Resets connections, closes those that are idle or old, and keeps `min_size` of them.

    One timer of each kind serves all connections, and is set when there is
    something to do.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._loop = pool._loop
        self._tasks: set[asyncio.Task[Any]] = set()
        self._connecting: asyncio.Task[None] | None = None
        self._reset_timer: asyncio.TimerHandle | None = None
        self._idle_timer: asyncio.TimerHandle | None = None
        self._age_timer: asyncio.TimerHandle | None = None
        self._age_timer_at = 0.0

    def in_background(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task that is kept alive until it is done."""
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def close_in_background(self, connection: Connection) -> None:
        """Close a connection that is the pool's no more; it does not matter how that goes."""
        self.in_background(_close_quietly(connection))

    def reset_soon(self) -> None:
        """See to it that a reset which waits for the next statement does not wait long."""
        if self._reset_timer is None:
            self._reset_timer = self._loop.call_later(RESET_AFTER_SECONDS, self._send_resets)

    def _send_resets(self) -> None:
        self._reset_timer = None
        for holder in self._pool._holders:
            if holder.is_connected():
                holder.send_reset()

    def watch_idle(self) -> None:
        """See to it that connections which stay idle are closed."""
        seconds = self._pool._limits.maximum_idle_seconds
        if seconds and self._idle_timer is None:
            self._idle_timer = self._loop.call_later(seconds, self._close_idle)

    def _close_idle(self) -> None:
        self._idle_timer = None
        pool = self._pool
        idle = sorted(
            (holder for holder in pool._queue if holder.is_connected()),
            key=lambda holder: holder.idle_since,
        )
        for holder in idle:
            if pool.get_size() <= pool.get_min_size():
                return
            left = holder.idle_since + pool._limits.maximum_idle_seconds - self._loop.time()
            if left > 0:
                self._idle_timer = self._loop.call_later(left, self._close_idle)
                return
            pool._counters.retired += 1
            holder.terminate()

    def watch_age(self, holder: PoolConnectionHolder) -> None:
        """See to it that the connection, which is new, is replaced when it is too old."""
        lifetime = self._pool._limits.lifetime()
        holder.expires_at = self._loop.time() + lifetime if lifetime else 0.0
        if lifetime:
            self._look_at_ages(holder.expires_at)

    def _look_at_ages(self, at: float) -> None:
        if self._age_timer is not None:
            if self._age_timer_at <= at:
                return
            self._age_timer.cancel()
        self._age_timer_at = at
        self._age_timer = self._loop.call_at(at, self._expire_old)

    def _expire_old(self) -> None:
        self._age_timer = None
        pool, now = self._pool, self._loop.time()
        aging = [holder for holder in pool._holders if holder.is_connected() and holder.expires_at]
        old = {holder for holder in aging if holder.expires_at <= now}
        for holder in old:
            holder.expire()
        for holder in pool._queue:
            if holder in old:
                holder.retire()
        self.keep_min_size()
        if left := [holder.expires_at for holder in aging if holder not in old]:
            self._look_at_ages(min(left))

    def keep_min_size(self) -> None:
        """Connect in the background while there are fewer connections than `min_size`."""
        pool = self._pool
        if (
            pool._initialized
            and not pool._initializing
            and not pool.is_closing()
            and self._connecting is None
            and pool.get_size() < pool.get_min_size()
        ):
            self._connecting = self.in_background(self._connect_missing())

    async def _connect_missing(self) -> None:
        pool = self._pool
        delay = FIRST_RETRY_SECONDS
        try:
            while not pool.is_closing() and pool.get_size() < pool.get_min_size():
                holder = pool._queue.take_disconnected()
                if holder is None:
                    return  # those who acquire connect the others
                try:
                    holder.forsake()
                    await holder.connect()
                    delay = FIRST_RETRY_SECONDS
                    continue
                except Exception:  # whatever it is, the pool needs connections
                    if pool.is_closing():
                        return
                    logger.warning("Failed to restore the pool's min_size; retrying", exc_info=True)
                finally:
                    pool._queue.put(holder)
                await asyncio.sleep(delay)
                delay = min(delay * 2, LAST_RETRY_SECONDS)
        finally:
            self._connecting = None

    async def stop_connecting(self) -> None:
        """Make no more connections in the background."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)

    def stop(self) -> None:
        """Do no more of anything."""
        if self._connecting is not None:
            self._connecting.cancel()
        for timer in (self._reset_timer, self._idle_timer, self._age_timer):
            if timer is not None:
                timer.cancel()


async def _close_quietly(connection: Connection) -> None:
    with contextlib.suppress(Exception):
        await connection.close(timeout=CLOSE_SECONDS)
