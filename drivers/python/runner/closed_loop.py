"""One window of the closed loop, for tasks and for threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from time import perf_counter_ns

from runner.measure import ClosedLog, Running, WindowResult
from runner.threads import run_together

AsyncOperation = Callable[[], Awaitable[int]]
BlockingOperation = Callable[[], int]


async def run_tasks(operations: Sequence[AsyncOperation], seconds: float) -> WindowResult:
    """One task per operation; all in the running loop's thread."""
    logs = [ClosedLog() for _ in operations]
    running = Running.begin(seconds)
    pairs = zip(operations, logs, strict=True)
    await asyncio.gather(*(_task(operation, log, running) for operation, log in pairs))
    return running.end(logs)


async def _task(operation: AsyncOperation, log: ClosedLog, running: Running) -> None:
    clock, record, deadline, rows = perf_counter_ns, log.latencies_ns.append, running.deadline_ns, 0
    log.begun_ns = started = clock()
    while started < deadline:
        rows += await operation()
        ended = clock()
        record(ended - started)
        started = ended
    log.rows = rows


def run_threads(operations: Sequence[BlockingOperation], seconds: float) -> WindowResult:
    """One thread per operation, started together; raises what a thread raised first."""
    logs = [ClosedLog() for _ in operations]
    pairs = zip(operations, logs, strict=True)
    running = run_together([partial(_thread, *pair) for pair in pairs], seconds)
    return running.end(logs)


def _thread(operation: BlockingOperation, log: ClosedLog, running: Running) -> None:
    clock, record, deadline, rows = perf_counter_ns, log.latencies_ns.append, running.deadline_ns, 0
    log.begun_ns = started = clock()
    while started < deadline:
        rows += operation()
        ended = clock()
        record(ended - started)
        started = ended
    log.rows = rows
