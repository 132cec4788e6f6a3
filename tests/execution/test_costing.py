"""What is seen of a step from outside, with a runner of canned events."""

import os
from dataclasses import replace

import psycopg
import pytest

from pgbench_drivers.execution.cell import StepContext
from pgbench_drivers.execution.costing import observe
from pgbench_drivers.execution.executor import ServerLostError
from pgbench_drivers.execution.perf_events import Counter, CounterError, Counting
from pgbench_drivers.plan.plan import Windows
from tests.execution.test_cell import context

WINDOWS = Windows(0.01, 0.01)
CONTEXT_SWITCHES = Counter(1, 3, 1 << 1)


class Answering:
    """A server that is still there."""

    def execute(self, _: str) -> None:
        pass


class Gone:
    """One that is not."""

    def execute(self, _: str) -> None:
        raise psycopg.OperationalError("connection refused")


def failing(behaviour: str, admin: object, timeout_seconds: float = 20.0) -> StepContext:
    return replace(context(behaviour), admin=admin, timeout_seconds=timeout_seconds)  # type: ignore[arg-type]


def test_a_step_is_timed_from_outside() -> None:
    _, seen = observe(context("slow-start"), WINDOWS, {}, memory=False, threads_end=False)
    assert seen is not None
    assert (seen.driver, seen.query, seen.connections) == ("fake", "one_plus_one", 2)
    assert (seen.round, seen.position) == (3, 17)
    assert (seen.queries, seen.rows, seen.elapsed_ns) == (10, 10, 10_000_000)
    assert seen.start_up_ns > 0
    # It waits 0.2 s between hello and ready.
    assert seen.connect_ns >= 0.2e9
    assert seen.peak_kib is None


def test_memory_is_that_of_the_window() -> None:
    _, seen = observe(context("large-answer"), WINDOWS, {}, memory=True, threads_end=False)
    assert seen is not None
    assert seen.peak_kib is not None
    # 96 MiB before the window and 48 MiB in it, besides the interpreter.
    assert 48 << 10 < seen.peak_kib < 96 << 10
    assert not seen.peak_since_start


def test_switches_of_threads_that_end_with_the_window_are_counted() -> None:
    _, missed = observe(context("threads"), WINDOWS, {}, memory=False, threads_end=False)
    _, seen = observe(context("threads"), WINDOWS, {}, memory=False, threads_end=True)
    assert missed is not None
    assert seen is not None
    # Four threads wait 25 times each.
    assert (missed.voluntary_switches or 0) < 100
    assert 100 <= (seen.voluntary_switches or 0) < 200


def test_the_kernel_s_counters_are_read_at_both_ends_of_the_window() -> None:
    counters = {"syscalls": CONTEXT_SWITCHES}
    try:
        Counting.of(os.getpid(), counters).close()
    except CounterError as error:
        pytest.skip(str(error))
    _, seen = observe(context("threads"), WINDOWS, counters, memory=False, threads_end=True)
    assert seen is not None
    assert seen.syscalls is not None
    assert 100 <= seen.syscalls < 250


def test_a_failed_step_has_no_observation() -> None:
    broken = failing("driver", Answering())
    record, seen = observe(broken, WINDOWS, {}, memory=True, threads_end=False)
    assert record.failure is not None
    assert seen is None


def test_a_runner_that_hangs_is_ended_with_its_witness() -> None:
    hanging = failing("hang-in-window", Answering(), timeout_seconds=1.0)
    record, seen = observe(hanging, WINDOWS, {}, memory=True, threads_end=False)
    assert record.failure is not None
    assert record.failure.kind == "timeout"
    assert seen is None


def test_what_the_server_did_is_not_the_driver_s_failure() -> None:
    with pytest.raises(ServerLostError, match="while fake / one_plus_one / 2 was measured"):
        observe(failing("driver", Gone()), WINDOWS, {}, memory=True, threads_end=False)
