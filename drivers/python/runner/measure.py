"""What a window is, and what is taken of it."""

from __future__ import annotations

import math
import resource
from abc import ABC, abstractmethod
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from time import perf_counter_ns
from typing import Any

from hdrh.histogram import HdrHistogram

from runner import allocations
from runner.allocations import Allocations

LOWEST_NS = 1
HIGHEST_NS = 3_600_000_000_000
SIGNIFICANT_DIGITS = 3
LATE_NS = 1_000_000


@dataclass(frozen=True)
class Usage:
    """CPU time of this process so far, all threads, in microseconds."""

    user_us: int
    system_us: int

    @classmethod
    def now(cls) -> Usage:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return cls(round(used.ru_utime * 1e6), round(used.ru_stime * 1e6))


@dataclass
class WorkerLog(ABC):
    """One worker's queries in the order in which they were answered, in nanoseconds."""

    latencies_ns: array[int] = field(default_factory=lambda: array("q"))
    rows: int = 0

    @abstractmethod
    def answered_ns(self) -> Sequence[int]:
        """When each query was answered, on the clock of `perf_counter_ns`."""


@dataclass
class ClosedLog(WorkerLog):
    """Of a closed loop: each query starts as the one before it is answered."""

    begun_ns: int = 0

    def answered_ns(self) -> Sequence[int]:
        return list(accumulate(self.latencies_ns, initial=self.begun_ns))[1:]


@dataclass
class OpenLog(WorkerLog):
    """Of an open loop: how long after it was due each query was started, and when answered."""

    lateness_ns: array[int] = field(default_factory=lambda: array("q"))
    answers_ns: array[int] = field(default_factory=lambda: array("q"))

    def answered_ns(self) -> Sequence[int]:
        return self.answers_ns


@dataclass(frozen=True)
class WindowResult:
    """One window of `window_ns`; `scheduled` are the queries that an open loop had due in it."""

    start_ns: int
    window_ns: int
    elapsed_ns: int
    logs: Sequence[WorkerLog]
    cpu_user_us: int
    cpu_system_us: int
    scheduled: int | None = None
    allocations: Allocations | None = None

    @property
    def queries(self) -> int:
        return sum(len(log.latencies_ns) for log in self.logs)

    def finished(self, window: str) -> dict[str, Any]:
        """The fields of the `finished` event."""
        return {
            "window": window,
            "elapsed_ns": self.elapsed_ns,
            "queries": self.queries,
            "cpu_user_us": self.cpu_user_us,
            "cpu_system_us": self.cpu_system_us,
            "max_rss_kib": max_rss_kib(),
            "allocations": asdict(self.allocations) if self.allocations else None,
        }

    def result(self) -> dict[str, Any]:
        """The fields of the `result` event.

        The loop only logs raw latencies; the histogram is built here, after
        the window, because recording into it in pure Python costs more than
        a small query. Raises RuntimeError when the window had no query.
        """
        if not self.queries:
            raise RuntimeError("no query was answered in the measured window")
        return {
            "queries": self.queries,
            "rows": sum(log.rows for log in self.logs),
            "elapsed_ns": self.elapsed_ns,
            "latency": self._latency(),
            "tenths": self._tenths(),
            "arrivals": None if self.scheduled is None else self._arrivals(self.scheduled),
        }

    def _latency(self) -> dict[str, Any]:
        counts: Counter[int] = Counter()
        for log in self.logs:
            counts.update(log.latencies_ns)
        histogram = HdrHistogram(LOWEST_NS, HIGHEST_NS, SIGNIFICANT_DIGITS)
        for value, count in counts.items():
            histogram.record_value(value, count)
        mean = math.fsum(value * count for value, count in counts.items()) / self.queries
        variance = (
            math.fsum((value - mean) ** 2 * count for value, count in counts.items()) / self.queries
        )
        return {
            "min_ns": min(counts),
            "max_ns": max(counts),
            "mean_ns": mean,
            "stddev_ns": math.sqrt(variance),
            "histogram": histogram.encode().decode("ascii"),
        }

    def _tenths(self) -> list[int]:
        ends = [self.start_ns + self.window_ns * tenth // 10 for tenth in range(1, 10)]
        tenths = [0] * 10
        for log in self.logs:
            answered = log.answered_ns()
            places = [0, *(bisect_left(answered, end) for end in ends), len(answered)]
            for tenth in range(10):
                tenths[tenth] += places[tenth + 1] - places[tenth]
        return tenths

    def _arrivals(self, scheduled: int) -> dict[str, int]:
        lateness = [ns for log in self.logs if isinstance(log, OpenLog) for ns in log.lateness_ns]
        return {
            "scheduled": scheduled,
            "missed": scheduled - self.queries,
            "late": sum(1 for ns in lateness if ns > LATE_NS),
            "max_lateness_ns": max(lateness),
        }


@dataclass(frozen=True)
class Running:
    """A window that has begun: when, until when workers start queries, and what was used before."""

    start_ns: int
    deadline_ns: int
    before: Usage
    allocated: Allocations | None

    @classmethod
    def begin(cls, seconds: float) -> Running:
        before = Usage.now()
        allocated = allocations.so_far()
        start = perf_counter_ns()
        return cls(start, start + round(seconds * 1e9), before, allocated)

    def end(self, logs: Sequence[WorkerLog], scheduled: int | None = None) -> WindowResult:
        """What the window gave, now that its last query is answered."""
        elapsed = perf_counter_ns() - self.start_ns
        allocated = allocations.so_far()
        after = Usage.now()
        return WindowResult(
            start_ns=self.start_ns,
            window_ns=self.deadline_ns - self.start_ns,
            elapsed_ns=elapsed,
            logs=logs,
            cpu_user_us=after.user_us - self.before.user_us,
            cpu_system_us=after.system_us - self.before.system_us,
            scheduled=scheduled,
            allocations=allocated.since(self.allocated) if allocated and self.allocated else None,
        )


def max_rss_kib() -> int:
    """Peak resident memory of this process so far (Linux counts ru_maxrss in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
