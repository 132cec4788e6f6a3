"""What OpenTelemetry can ask of pools at any time, after its semantic conventions.

https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#connection-pools
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from opentelemetry.metrics import CallbackOptions, Observation

if TYPE_CHECKING:
    from pgstride.aio.pool_statistics import PoolStatistics
    from pgstride.pool import Pool

POOL_NAME = "db.client.connection.pool.name"
STATE = "db.client.connection.state"

# Of a pool that has never had a connection.
UNKNOWN_NAME = "unknown"

# Attributes beside the pool's name, and a number.
Reading = Callable[["PoolStatistics"], Iterable[tuple[dict[str, str], int]]]


class PoolMetrics:
    """Instruments that read the pools which have been added, whenever they are collected.

    Pools with the same name, such as two of one program for one database, are
    read as one. Collecting may happen in any thread.
    """

    def __init__(self, meter: Any) -> None:
        self._lock = threading.Lock()
        self._names: WeakKeyDictionary[Pool, str] = WeakKeyDictionary()
        changing, rising = (
            meter.create_observable_up_down_counter,
            meter.create_observable_counter,
        )
        for create, name, unit, description, reading in (
            (changing, "count", "{connection}", "Connections that are open, by their state.",
             lambda now: [({STATE: "idle"}, now.idle), ({STATE: "used"}, now.in_use)]),
            (changing, "idle.min", "{connection}", "Connections that are kept even when idle.",
             lambda now: [({}, now.min_size)]),
            (changing, "max", "{connection}", "Connections that there may be.",
             lambda now: [({}, now.max_size)]),
            (changing, "pending_requests", "{request}", "Tasks that wait for a connection.",
             lambda now: [({}, now.waiting)]),
            (rising, "timeouts", "{timeout}", "How often acquiring took longer than its time-out.",
             lambda now: [({}, now.acquire_timeouts)]),
        ):  # fmt: skip
            create(
                f"db.client.connection.{name}",
                callbacks=[self._callback(reading)],
                unit=unit,
                description=description,
            )

    def add(self, pool: Pool) -> None:
        """Read a pool from now on."""
        with self._lock:
            self._names[pool] = UNKNOWN_NAME

    def remove(self, pool: Pool) -> None:
        """Read a pool no more."""
        with self._lock:
            self._names.pop(pool, None)

    def clear(self) -> None:
        """Read none of them any more."""
        with self._lock:
            self._names.clear()

    def name(self, pool: Pool) -> str:
        """A pool's name, made of its server and database as the conventions ask for."""
        with self._lock:
            if self._names.get(pool, UNKNOWN_NAME) == UNKNOWN_NAME:
                found = _name(pool)
                if pool in self._names:
                    self._names[pool] = found
                return found
            return self._names[pool]

    def _callback(self, reading: Reading) -> Callable[[CallbackOptions], Iterator[Observation]]:
        def observe(_: CallbackOptions) -> Iterator[Observation]:
            with self._lock:
                pools = list(self._names)
            sums: Counter[tuple[tuple[str, str], ...]] = Counter()
            for pool in pools:
                for attributes, number in reading(pool.statistics()):
                    key = ((POOL_NAME, self.name(pool)), *attributes.items())
                    sums[key] += number
            for key, number in sums.items():
                yield Observation(number, dict(key))

        return observe


def _name(pool: Pool) -> str:
    for connection in pool._open_connections():  # noqa: SLF001 - of ours
        database = connection._parameters.database  # noqa: SLF001 - of ours
        return f"{connection._endpoint}/{database}"  # noqa: SLF001 - of ours
    return UNKNOWN_NAME
