"""The closed loop: what a window is, and what is taken of it."""

from __future__ import annotations

import math
import resource
from array import array
from collections import Counter
from dataclasses import dataclass
from typing import Any

from hdrh.histogram import HdrHistogram

LOWEST_NS = 1
HIGHEST_NS = 3_600_000_000_000
SIGNIFICANT_DIGITS = 3


@dataclass(frozen=True)
class Usage:
    """CPU time of this process so far, all threads, in microseconds."""

    user_us: int
    system_us: int

    @classmethod
    def now(cls) -> Usage:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return cls(round(used.ru_utime * 1e6), round(used.ru_stime * 1e6))


@dataclass(frozen=True)
class WindowResult:
    """One window: raw latencies in nanoseconds, one array per worker."""

    elapsed_ns: int
    rows: int
    latencies_ns: list[array[int]]
    cpu_user_us: int
    cpu_system_us: int

    @property
    def queries(self) -> int:
        return sum(map(len, self.latencies_ns))

    def finished(self, window: str) -> dict[str, Any]:
        """The fields of the `finished` event."""
        return {
            "window": window,
            "elapsed_ns": self.elapsed_ns,
            "queries": self.queries,
            "cpu_user_us": self.cpu_user_us,
            "cpu_system_us": self.cpu_system_us,
            "max_rss_kib": max_rss_kib(),
        }

    def result(self) -> dict[str, Any]:
        """The fields of the `result` event.

        The loop only logs raw latencies; the histogram is built here, after
        the window, because recording into it in pure Python costs more than
        a small query.
        """
        counts: Counter[int] = Counter()
        for worker in self.latencies_ns:
            counts.update(worker)
        histogram = HdrHistogram(LOWEST_NS, HIGHEST_NS, SIGNIFICANT_DIGITS)
        for value, count in counts.items():
            histogram.record_value(value, count)
        mean = math.fsum(value * count for value, count in counts.items()) / self.queries
        variance = (
            math.fsum((value - mean) ** 2 * count for value, count in counts.items()) / self.queries
        )
        return {
            "queries": self.queries,
            "rows": self.rows,
            "elapsed_ns": self.elapsed_ns,
            "latency": {
                "min_ns": min(counts),
                "max_ns": max(counts),
                "mean_ns": mean,
                "stddev_ns": math.sqrt(variance),
                "histogram": histogram.encode().decode("ascii"),
            },
        }


def max_rss_kib() -> int:
    """Peak resident memory of this process so far (Linux counts ru_maxrss in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
