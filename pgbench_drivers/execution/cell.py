"""One step: a cell's tables, its runner, the server's CPU, and whether rows arrived."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import msgspec
import psycopg

from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.contract.messages import (
    Arrivals,
    Connection,
    Error,
    ExitCode,
    Finished,
    Hello,
    Job,
    JobQuery,
    Ready,
    Result,
    Started,
)
from pgbench_drivers.execution.counted import Operations
from pgbench_drivers.execution.encryption import encryption_since, server_time
from pgbench_drivers.execution.runner_process import (
    RunnerCommand,
    RunnerError,
    RunnerProcess,
    RunnerTimeout,
    exit_text,
)
from pgbench_drivers.execution.stage import LiveStage, Stage
from pgbench_drivers.execution.witness import Witness
from pgbench_drivers.plan.plan import Step, Windows
from pgbench_drivers.results import histogram
from pgbench_drivers.results.audit import Sent
from pgbench_drivers.results.histogram import HistogramError
from pgbench_drivers.results.journal import Identity, StepRecord
from pgbench_drivers.results.model import Arrivals as RoundArrivals
from pgbench_drivers.results.model import Failure, FailureKind, Latency, Round

STDERR_LINES_IN_REASON = 3

_KINDS: dict[int, FailureKind] = {
    ExitCode.BAD_JOB: "bad-job",
    ExitCode.UNSUPPORTED: "unsupported",
    ExitCode.WRONG_ANSWER: "wrong-answer",
    ExitCode.DRIVER: "driver",
}


def cpu_not_read() -> None:
    """In place of the server's CPU seconds, where nobody asks for them."""


class StepFailure(Exception):
    """Why a step gave no figure."""

    def __init__(self, kind: FailureKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: FailureKind = kind
        self.reason = reason


@dataclass(frozen=True)
class StepContext:
    """What a step needs besides its cell.

    `timeout_seconds` bounds every phase beyond its own length; `server_cpu`
    gives the CPU seconds that the server has used so far, or None; `sent` is
    what the audit saw of this driver and query, where there was one.
    """

    step: Step
    spec: QuerySpec
    query: JobQuery
    schema: str
    adapter: str
    options: dict[str, Any]
    synthetic: bool
    runner: RunnerCommand
    connection: Connection
    admin: psycopg.Connection[Any]
    windows: Windows
    seed: int
    timeout_seconds: float
    client_cpus: frozenset[int] | None
    server_cpu: Callable[[], float | None]
    stage: Stage | None = None
    sent: Sent | None = None
    arrivals: Arrivals | None = None
    witness: Witness | None = None
    count_allocations: bool = False

    @property
    def answering(self) -> Stage:
        """Where the queries are answered: at the real server, unless it is said."""
        return self.stage or LiveStage(self.admin, self.schema)


@dataclass
class _Heard:
    """The events of one runner so far."""

    hello: Hello | None = None
    ready: Ready | None = None
    finished: dict[str, Finished] = field(default_factory=dict)
    result: Result | None = None
    error: Error | None = None
    started_at: str = ""
    server_cpu_start: float | None = None
    server_cpu_end: float | None = None
    peak_kib: int | None = None
    asked_at: datetime | None = None
    encryption: list[str | None] = field(default_factory=list)
    running: str | None = None


def run_step(context: StepContext) -> StepRecord:
    """Run one step to its record; what fails in driver or runner is a failure in the record.

    Raises psycopg.Error or UserError when the server fails the orchestrator itself.
    """
    load_1m = os.getloadavg()[0]
    heard = _Heard()
    failure: Failure | None = None
    measured: Round | None = None
    context.answering.set_up(context.spec)
    if context.connection.tls and not context.synthetic:
        heard.asked_at = server_time(context.admin)
    try:
        _listen(context, heard)
        measured = _round(context, heard, load_1m)
    except StepFailure as error:
        failure = Failure(context.step.round, error.kind, error.reason)
    finally:
        context.answering.tear_down(context.spec, orderly=measured is not None)
    cell = context.step.cell
    return StepRecord(
        cell.driver,
        cell.query,
        cell.concurrency,
        _identity(heard.hello),
        measured,
        failure,
        cell.per_second,
    )


def _listen(context: StepContext, heard: _Heard) -> None:
    """Run the runner to its end; raises StepFailure."""
    job = _job(context)
    with RunnerProcess(context.runner, job, context.client_cpus, context.witness) as process:
        try:
            for event in process.events(lambda: _patience(context, heard)):
                _hear(context, heard, event)
            code = process.wait(context.timeout_seconds)
            heard.peak_kib = process.peak_memory_kib
        except RunnerTimeout as error:
            raise StepFailure("timeout", f"hung {_phase(heard)}: {error}") from error
        except RunnerError as error:
            raise StepFailure("contract", str(error)) from error
        _check_end(code, heard, process.stderr_tail())


def _job(context: StepContext) -> Job:
    return Job(
        contract=3,
        driver=context.adapter,
        options=context.options,
        connection=context.connection,
        query=context.query,
        concurrency=context.step.cell.concurrency,
        warmup_seconds=context.windows.warmup_seconds,
        measure_seconds=context.windows.measure_seconds,
        arrivals=context.arrivals,
        seed=context.seed,
        count_allocations=context.count_allocations,
    )


def _patience(context: StepContext, heard: _Heard) -> float:
    lengths = {
        "warmup": context.windows.warmup_seconds,
        "measure": context.windows.measure_seconds,
    }
    return lengths.get(heard.running or "", 0.0) + context.timeout_seconds


def _phase(heard: _Heard) -> str:
    if heard.running:
        return f"in the {heard.running} window"
    if heard.ready is None:
        return "while connecting or answering for the first time"
    return "between windows" if heard.result is None else "after its result"


def _hear(context: StepContext, heard: _Heard, event: object) -> None:
    match event:
        case Hello():
            heard.hello = event
        case Ready():
            heard.ready = event
            if heard.asked_at is not None:
                heard.encryption = encryption_since(context.admin, heard.asked_at)
        case Started(window):
            heard.running = window
            if window == "measure":
                heard.started_at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
                heard.server_cpu_start = context.server_cpu()
        case Finished(window):
            if window == "measure":
                heard.server_cpu_end = context.server_cpu()
            heard.running = None
            heard.finished[window] = event
        case Result():
            heard.result = event
        case Error():
            heard.error = event


def _check_end(code: int, heard: _Heard, stderr: str) -> None:
    if code == ExitCode.RESULT and heard.error is None:
        return
    if heard.error is not None:
        raise StepFailure(_KINDS.get(code, "driver"), heard.error.message)
    last_words = " | ".join(stderr.splitlines()[-STDERR_LINES_IN_REASON:])
    kind = _KINDS.get(code, "crash")
    what = f"ended with {exit_text(code)} {_phase(heard)}"
    raise StepFailure(kind, f"{what}: {last_words}" if last_words else what)


def _round(context: StepContext, heard: _Heard, load_1m: float) -> Round:
    """The round that the events tell of; raises StepFailure when they do not agree."""
    result, window = heard.result, heard.finished.get("measure")
    if result is None or window is None or heard.ready is None:
        raise StepFailure("contract", "ended with exit code 0 but without a result")
    _check_ready(context, heard.ready)
    _check_encrypted(heard)
    if result.queries != window.queries or result.elapsed_ns != window.elapsed_ns:
        raise StepFailure("contract", "result and finished events disagree")
    if (result.arrivals is None) != (context.arrivals is None):
        ran = "a closed" if result.arrivals is None else "an open"
        raise StepFailure("contract", f"ran {ran} loop, which the job does not say")
    if window.allocations is not None and not context.count_allocations:
        raise StepFailure("contract", "counted allocations, which the job does not ask for")
    if result.rows != result.queries * context.query.expect.rows and not context.synthetic:
        raise StepFailure(
            "wrong-answer",
            f"{result.queries} queries gave {result.rows} rows, "
            f"expected {context.query.expect.rows} each",
        )
    _check_written(context, heard)
    _check_sent(context, heard)
    return Round(
        index=context.step.round,
        position=context.step.position,
        started_at=heard.started_at,
        load_1m=load_1m,
        queries=result.queries,
        rows=result.rows,
        elapsed_ns=result.elapsed_ns,
        latency=_latency(result),
        client_cpu_user_us=window.cpu_user_us,
        client_cpu_system_us=window.cpu_system_us,
        server_cpu_us=_server_cpu_us(heard),
        max_rss_kib=window.max_rss_kib if heard.peak_kib is None else heard.peak_kib,
        tenths=result.tenths,
        arrivals=_arrivals(result),
        encryption=" and ".join(filter(None, heard.encryption)) or None,
    )


def _check_ready(context: StepContext, ready: Ready) -> None:
    expect = context.query.expect
    if ready.connections != context.step.cell.concurrency:
        raise StepFailure("contract", f"opened {ready.connections} connections")
    if context.synthetic:
        return
    if ready.checksum is None:
        raise StepFailure("contract", "did not verify its first answer")
    if (ready.rows, ready.checksum) != (expect.rows, expect.checksum):
        raise StepFailure("wrong-answer", "accepted a first answer that is not the right one")


def _check_encrypted(heard: _Heard) -> None:
    """Whether all connections are by TLS, where that was asked for."""
    if heard.asked_at is not None and (not heard.encryption or None in heard.encryption):
        raise StepFailure("contract", "connected in plaintext, although the job says TLS")


def _check_written(context: StepContext, heard: _Heard) -> None:
    """Whether every row of every operation that the runner counted has arrived."""
    target = context.query.target
    if target is None or context.synthetic:
        return
    operations = _operations(context, heard).queries
    found = context.answering.written_rows(target)
    expected = operations * target.row_count
    if found != expected:
        raise StepFailure(
            "wrong-answer",
            f"{target.table} holds {found} rows after {operations} operations, expected {expected}",
        )


def _check_sent(context: StepContext, heard: _Heard) -> None:
    """Whether the windows sent what the audit saw, as far as the answering side counts."""
    if context.sent is None or context.synthetic:
        return
    operations = _operations(context, heard)
    for counted in context.answering.counted(context.query, context.sent, operations):
        if counted.differs(operations):
            raise StepFailure("contract", f"did not send what the audit saw: {counted}")


def _operations(context: StepContext, heard: _Heard) -> Operations:
    """Every connection runs the query once before the windows."""
    connections = context.step.cell.concurrency
    return Operations(
        connections + sum(window.queries for window in heard.finished.values()), connections
    )


def _latency(result: Result) -> Latency:
    latency = result.latency
    try:
        decoded = histogram.decode(latency.histogram)
    except HistogramError as error:
        raise StepFailure("contract", str(error)) from error
    if decoded.get_total_count() != result.queries:
        raise StepFailure(
            "contract",
            f"histogram holds {decoded.get_total_count()} values for {result.queries} queries",
        )
    return Latency(
        min_ns=latency.min_ns,
        max_ns=latency.max_ns,
        mean_ns=latency.mean_ns,
        stddev_ns=latency.stddev_ns,
        percentiles_ns=histogram.percentiles_ns(decoded),
        histogram=latency.histogram,
    )


def _arrivals(result: Result) -> RoundArrivals | None:
    if result.arrivals is None:
        return None
    return RoundArrivals(**msgspec.structs.asdict(result.arrivals))


def _server_cpu_us(heard: _Heard) -> float | None:
    if heard.server_cpu_start is None or heard.server_cpu_end is None:
        return None
    return (heard.server_cpu_end - heard.server_cpu_start) * 1e6


def _identity(hello: Hello | None) -> Identity | None:
    if hello is None:
        return None
    return Identity(
        version=hello.driver.version,
        runtime=f"{hello.runtime.name} {hello.runtime.version}",
        components=hello.components,
        mode=hello.mode,
    )
