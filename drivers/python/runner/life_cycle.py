"""From the job to the result: connect, verify, warm up, measure."""

from __future__ import annotations

import platform
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pgbench_drivers.contract import canonical
from runner import closed_loop, event_loop, open_loop
from runner.adapter import Adapter, AsyncAdapter, BlockingAdapter, Rows
from runner.events import emit
from runner.job import CONTRACT_VERSION, Job, Query
from runner.measure import WindowResult
from runner.schedule import due_times


def run(adapter: Adapter) -> None:
    """Run the adapter's job to its `result` event; raises what went wrong."""
    if isinstance(adapter, AsyncAdapter):
        loop = event_loop.choose(adapter.job)
        _hello(adapter, {loop.name: loop.version})
        loop.run(_run_async(adapter))
    elif isinstance(adapter, BlockingAdapter):
        _hello(adapter, {})
        _run_blocking(adapter)


def _hello(adapter: Adapter, components: dict[str, str]) -> None:
    name, version, own_components = adapter.versions()
    emit(
        "hello",
        contract=CONTRACT_VERSION,
        runner="python",
        runtime={
            "name": platform.python_implementation(),
            "version": platform.python_version(),
        },
        driver={"name": name, "version": version},
        components={**components, **own_components},
        mode=adapter.mode(adapter.job.query.kind),
        synthetic=adapter.synthetic,
    )


async def _run_async(adapter: AsyncAdapter) -> None:
    job = adapter.job
    connections = [await adapter.connect() for _ in range(job.concurrency)]
    operations = [adapter.operation(connection) for connection in connections]
    answer = _Answer(job, synthetic=adapter.synthetic)
    if job.readback is None:
        answer.check(await adapter.fetch(connections[0], job.query), job.query)
    else:
        await operations[0]()
        answer.check(await adapter.fetch(connections[0], job.readback), job.readback)
    for operation in operations if job.readback is None else operations[1:]:
        await operation()
    answer.emit_ready()
    window = await _windows_async(adapter, operations)
    emit("result", **window.result())
    for connection in connections:
        await adapter.close(connection)


async def _windows_async(adapter: AsyncAdapter, operations: list[Any]) -> WindowResult:
    job = adapter.job
    for window in _windows(job):
        adapter.window_begins()
        emit("started", window=window.name)
        if window.due is None:
            result = await closed_loop.run_tasks(operations, window.seconds)
        else:
            result = await open_loop.run_tasks(operations, window.seconds, window.due)
        emit("finished", **result.finished(window.name))
    return result


def _run_blocking(adapter: BlockingAdapter) -> None:
    job = adapter.job
    connections = [adapter.connect() for _ in range(job.concurrency)]
    operations = [adapter.operation(connection) for connection in connections]
    answer = _Answer(job, synthetic=adapter.synthetic)
    if job.readback is None:
        answer.check(adapter.fetch(connections[0], job.query), job.query)
    else:
        operations[0]()
        answer.check(adapter.fetch(connections[0], job.readback), job.readback)
    for operation in operations if job.readback is None else operations[1:]:
        operation()
    answer.emit_ready()
    window = _windows_blocking(job, operations)
    emit("result", **window.result())
    for connection in connections:
        adapter.close(connection)


def _windows_blocking(job: Job, operations: list[Callable[[], int]]) -> WindowResult:
    for window in _windows(job):
        emit("started", window=window.name)
        if window.due is None:
            result = closed_loop.run_threads(operations, window.seconds)
        else:
            result = open_loop.run_threads(operations, window.seconds, window.due)
        emit("finished", **result.finished(window.name))
    return result


@dataclass(frozen=True)
class _Window:
    """A window that is to run; `due` is the schedule of an open loop."""

    name: str
    seconds: float
    due: array[int] | None


def _windows(job: Job) -> Iterator[_Window]:
    """The job's windows, the measured one last; the warm-up has a schedule of its own."""
    if job.warmup_seconds > 0:
        yield _window(job, "warmup", job.warmup_seconds, job.seed + 1)
    yield _window(job, "measure", job.measure_seconds, job.seed)


def _window(job: Job, name: str, seconds: float, seed: int) -> _Window:
    due = due_times(job.arrivals, seconds, seed) if job.arrivals else None
    return _Window(name, seconds, due)


class _Answer:
    """The first answer, and whether it is right."""

    def __init__(self, job: Job, *, synthetic: bool) -> None:
        self._job = job
        self._synthetic = synthetic
        self._checksum: str | None = None

    def check(self, rows: Rows, query: Query) -> None:
        """Compare rows with the job's expectation; raises canonical.WrongAnswerError."""
        if self._synthetic:
            return
        expected_rows = self._job.expected_rows
        if len(rows) != expected_rows:
            raise canonical.WrongAnswerError(f"expected {expected_rows} rows, got {len(rows)}")
        self._checksum = canonical.checksum(rows, query.column_types)
        if self._checksum != self._job.expected_checksum:
            raise canonical.WrongAnswerError(
                f"checksum of the decoded values is {self._checksum}, "
                f"expected {self._job.expected_checksum}"
            )

    def emit_ready(self) -> None:
        emit(
            "ready",
            connections=self._job.concurrency,
            rows=self._job.expected_rows,
            columns=len(self._job.query.columns),
            checksum=self._checksum,
        )
