"""One window of the open loop, for tasks and for threads.

Workers share one queue of due times. Each takes the next, waits until then by
a timer that ends early by its own inaccuracy, and yields for what is left.
"""

from __future__ import annotations

import asyncio
import threading
import time
from array import array
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from time import perf_counter_ns

from runner.measure import OpenLog, Running, WindowResult
from runner.threads import run_together

AsyncOperation = Callable[[], Awaitable[int]]
BlockingOperation = Callable[[], int]

LOOP_TIMER_NS = 2_000_000
"""Event loops count in milliseconds, from the last time at which they looked at the clock."""

THREAD_TIMER_NS = 200_000
"""Linux lets a sleeping thread wait up to 50 µs longer; then it has to be given a core."""


async def run_tasks(
    operations: Sequence[AsyncOperation], seconds: float, due: array[int]
) -> WindowResult:
    """One task per operation; all in the running loop's thread."""
    logs = [OpenLog() for _ in operations]
    queue = iter(due)
    running = Running.begin(seconds)
    pairs = zip(operations, logs, strict=True)
    await asyncio.gather(*(_task(operation, log, queue, running) for operation, log in pairs))
    return running.end(logs, len(due))


async def _task(
    operation: AsyncOperation, log: OpenLog, queue: Iterator[int], running: Running
) -> None:
    for offset in queue:
        due = running.start_ns + offset
        while (left := due - perf_counter_ns()) > 0:
            await asyncio.sleep(max(0, left - LOOP_TIMER_NS) / 1e9)
        started = perf_counter_ns()
        if started >= running.deadline_ns:
            return
        log.rows += await operation()
        _record(log, due, started)


def run_threads(
    operations: Sequence[BlockingOperation], seconds: float, due: array[int]
) -> WindowResult:
    """One thread per operation, started together; raises what a thread raised first."""
    logs = [OpenLog() for _ in operations]
    turns = _Turns(due)
    pairs = zip(operations, logs, strict=True)
    running = run_together([partial(_thread, *pair, turns) for pair in pairs], seconds)
    return running.end(logs, len(due))


class _Turns:
    """The queue for threads: one of them waits for the next query, the others for their turn.

    If all waited by yielding, they would take the interpreter's lock from
    each other, and from the thread whose answer has come.
    """

    def __init__(self, due: array[int]) -> None:
        self._queue = iter(due)
        self._turn = threading.Lock()

    def next_due(self, start_ns: int) -> int | None:
        """When the next query was or is due, which is over as this returns; None after the last."""
        with self._turn:
            offset = next(self._queue, None)
            if offset is None:
                return None
            due = start_ns + offset
            while (left := due - perf_counter_ns()) > 0:
                time.sleep(max(0, left - THREAD_TIMER_NS) / 1e9)
            return due


def _thread(operation: BlockingOperation, log: OpenLog, turns: _Turns, running: Running) -> None:
    while (due := turns.next_due(running.start_ns)) is not None:
        started = perf_counter_ns()
        if started >= running.deadline_ns:
            return
        log.rows += operation()
        _record(log, due, started)


def _record(log: OpenLog, due: int, started: int) -> None:
    answered = perf_counter_ns()
    log.lateness_ns.append(started - due)
    log.latencies_ns.append(answered - due)
    log.answers_ns.append(answered)
