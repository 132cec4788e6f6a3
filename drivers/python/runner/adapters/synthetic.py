"""Drivers without I/O: `null` measures the runner, `delay` tells it a known truth."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import Any

from runner.adapter import AsyncAdapter, Rows
from runner.job import BadJobError, Job, Query, Target


class _Synthetic(AsyncAdapter):
    synthetic = True

    async def connect(self) -> Any:
        return None

    async def close(self, connection: Any) -> None:
        return None

    async def fetch(self, connection: Any, query: Query) -> Rows:
        return []


class NullAdapter(_Synthetic):
    def versions(self) -> tuple[str, str, dict[str, str]]:
        return "null", "1", {}

    def mode(self, kind: str) -> str:
        return "returns at once, without I/O"

    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], Awaitable[int]]:
        rows = self.job.expected_rows

        async def operation() -> int:
            return rows

        return operation

    def batch_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        return self.fetch_operation(connection, query)

    def copy_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        return self.fetch_operation(connection, query)


class DelayAdapter(_Synthetic):
    def __init__(self, job: Job) -> None:
        super().__init__(job)
        try:
            self._delays = [float(delay) / 1e3 for delay in job.options["delays_ms"]]
            self._rows = int(job.options["rows"])
        except (KeyError, TypeError, ValueError) as error:
            raise BadJobError("driver delay needs options.delays_ms and options.rows") from error
        self._walks: list[_Walk] = []

    def versions(self) -> tuple[str, str, dict[str, str]]:
        return "delay", "1", {}

    def mode(self, kind: str) -> str:
        return "waits for options.delays_ms, without I/O"

    def window_begins(self) -> None:
        for walk in self._walks:
            walk.start()

    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], Awaitable[int]]:
        walk, rows = _Walk(self._delays), self._rows
        self._walks.append(walk)

        async def operation() -> int:
            await _wait(walk.next())
            return rows

        return operation


async def _wait(seconds: float) -> None:
    # A loop's timer may be early by the millisecond that it counts in.
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        await asyncio.sleep(left)


class _Walk:
    """One worker's way through the delays, again and again."""

    def __init__(self, delays: list[float]) -> None:
        self._delays = delays
        self.start()

    def start(self) -> None:
        self._left = cycle(self._delays)

    def next(self) -> float:
        return next(self._left)
