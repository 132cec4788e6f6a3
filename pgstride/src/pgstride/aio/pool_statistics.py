"""What a pool can tell of itself, and what it has counted for that."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgstride.aio.pool import Pool


@dataclass(frozen=True)
class PoolStatistics:
    """A pool at one moment; made by `Pool.statistics()`.

    The first numbers are of that moment, the others count from the pool's
    beginning. Seconds are sums, so that a difference of two divided by the
    difference of their counts is an average.
    """

    size: int
    """Connections that are open."""
    idle: int
    """Those of them that nobody uses."""
    in_use: int
    """Those of them that are lent."""
    waiting: int
    """Tasks that wait for a connection to become free."""
    min_size: int
    max_size: int

    acquires: int
    """How often a connection was lent, the pool's own queries included."""
    waits: int
    """How often a task had to wait until a connection was free."""
    wait_seconds: float
    """How long they waited, together."""
    acquire_timeouts: int
    """How often acquiring took longer than its time-out."""
    acquire_errors: int
    """How often acquiring failed otherwise, cancellations apart."""
    connects: int
    """Connections that were made."""
    connect_seconds: float
    """How long that took, together, `init` included."""
    connect_errors: int
    """How often connecting failed, in the background too."""
    check_failures: int
    """Connections that `check` refused."""
    lost: int
    """Connections that ended without being closed from this side."""
    retired: int
    """Connections closed for their age, their number of queries, or as expired."""


@dataclass
class PoolCounters:
    """What a pool counts while it works; nothing of it when a free connection is lent.

    `acquires` are only those of connections that the pool has no more: the
    others are counted by the connections themselves.
    """

    acquires: int = 0
    waits: int = 0
    wait_seconds: float = 0.0
    acquire_timeouts: int = 0
    acquire_errors: int = 0
    connects: int = 0
    connect_seconds: float = 0.0
    connect_errors: int = 0
    check_failures: int = 0
    lost: int = 0
    retired: int = 0


def gathered(pool: Pool) -> PoolStatistics:
    """The statistics of a pool, whether it has begun, runs or is closed."""
    counted = asdict(pool._counters)
    counted["acquires"] += sum(holder.acquires() for holder in pool._holders)
    size, idle = pool.get_size(), pool.get_idle_size()
    return PoolStatistics(
        size=size,
        idle=idle,
        in_use=size - idle,
        waiting=pool._queue.waiting if pool._holders else 0,
        min_size=pool.get_min_size(),
        max_size=pool.get_max_size(),
        **counted,
    )
