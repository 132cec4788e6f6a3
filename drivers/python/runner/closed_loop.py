"""One window of the closed loop, for tasks and for threads."""

from __future__ import annotations

import asyncio
import threading
from array import array
from collections.abc import Awaitable, Callable
from time import perf_counter_ns

from runner.measure import Usage, WindowResult

AsyncOperation = Callable[[], Awaitable[int]]
BlockingOperation = Callable[[], int]


async def run_tasks(operations: list[AsyncOperation], seconds: float) -> WindowResult:
    """One task per operation; all in the running loop's thread."""
    logs = [array("q") for _ in operations]
    before = Usage.now()
    start = perf_counter_ns()
    deadline = start + round(seconds * 1e9)
    counts = await asyncio.gather(
        *(_task(operation, deadline, log) for operation, log in zip(operations, logs, strict=True))
    )
    return _window(start, before, sum(counts), logs)


async def _task(operation: AsyncOperation, deadline: int, log: array[int]) -> int:
    clock, record, rows = perf_counter_ns, log.append, 0
    started = clock()
    while started < deadline:
        rows += await operation()
        ended = clock()
        record(ended - started)
        started = ended
    return rows


def run_threads(operations: list[BlockingOperation], seconds: float) -> WindowResult:
    """One thread per operation, started together; raises what a thread raised first."""
    logs = [array("q") for _ in operations]
    barrier = threading.Barrier(len(operations) + 1)
    counts: list[int] = []
    errors: list[BaseException] = []
    deadline = 0

    def work(operation: BlockingOperation, log: array[int]) -> None:
        barrier.wait()
        try:
            counts.append(_thread(operation, deadline, log))
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=work, args=pair, daemon=True)
        for pair in zip(operations, logs, strict=True)
    ]
    for thread in threads:
        thread.start()
    before = Usage.now()
    start = perf_counter_ns()
    deadline = start + round(seconds * 1e9)
    barrier.wait()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return _window(start, before, sum(counts), logs)


def _thread(operation: BlockingOperation, deadline: int, log: array[int]) -> int:
    clock, record, rows = perf_counter_ns, log.append, 0
    started = clock()
    while started < deadline:
        rows += operation()
        ended = clock()
        record(ended - started)
        started = ended
    return rows


def _window(start: int, before: Usage, rows: int, logs: list[array[int]]) -> WindowResult:
    elapsed = perf_counter_ns() - start
    after = Usage.now()
    return WindowResult(
        elapsed_ns=elapsed,
        rows=rows,
        latencies_ns=logs,
        cpu_user_us=after.user_us - before.user_us,
        cpu_system_us=after.system_us - before.system_us,
    )
