"""The Python runner's windows in this process: schedules, queues, and what is counted."""

from __future__ import annotations

import asyncio
import itertools
import math
import threading
import time
from array import array

import pytest

from tests.runners.python_runner import (
    Arrivals,
    ClosedLog,
    OpenLog,
    WindowResult,
    closed_loop,
    due_times,
    open_loop,
    splitmix64,
)

MS = 1_000_000


def test_splitmix64_gives_the_published_outputs() -> None:
    # Of the reference implementation (Vigna, splitmix64.c) for this seed.
    assert list(itertools.islice(splitmix64(1234567), 5)) == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
        16408922859458223821,
    ]  # fmt: skip


def test_a_constant_process_is_evenly_spaced_from_the_window_s_start_on() -> None:
    due = due_times(Arrivals("constant", 4.0), 1.0, seed=1)
    assert list(due) == [0, 250 * MS, 500 * MS, 750 * MS]


def test_a_poisson_process_adds_the_gaps_of_its_seed() -> None:
    outputs = itertools.islice(splitmix64(1234567), 3)
    gaps = [-math.log(1 - (x >> 11) / 2**53) / 100 for x in outputs]
    due = due_times(Arrivals("poisson", 100.0), 1.0, seed=1234567)
    assert list(due[:3]) == pytest.approx([1e9 * t for t in itertools.accumulate(gaps)], abs=1)
    # 1234567's first output is 0.35008 of 2⁶⁴: −ln(1 − 0.35008) = 0.43091.
    assert due[0] / 1e9 * 100 == pytest.approx(0.43091, abs=1e-4)


def test_a_schedule_ends_with_its_window_and_has_its_rate() -> None:
    due = due_times(Arrivals("poisson", 10_000.0), 2.0, seed=5)
    assert list(due) == sorted(due)
    assert due[-1] < 2e9
    assert len(due) == pytest.approx(20_000, rel=0.05)
    assert due != due_times(Arrivals("poisson", 10_000.0), 2.0, seed=6)


def window(*logs: ClosedLog | OpenLog, scheduled: int | None = None) -> WindowResult:
    return WindowResult(
        start_ns=1000 * MS,
        window_ns=100 * MS,
        elapsed_ns=130 * MS,
        logs=logs,
        cpu_user_us=0,
        cpu_system_us=0,
        scheduled=scheduled,
    )


def test_closed_loop_answers_fall_into_tenths_by_the_running_sums_of_their_latencies() -> None:
    first = ClosedLog(array("q", [5 * MS, 5 * MS, 40 * MS, 80 * MS]), 4, begun_ns=1000 * MS)
    second = ClosedLog(array("q", [9 * MS, 90 * MS]), 2, begun_ns=1001 * MS)
    result = window(first, second).result()
    # 5, 10, 50, 130 ms and 10, 100 ms after the start; the last two beyond the window.
    assert result["tenths"] == [1, 2, 0, 0, 0, 1, 0, 0, 0, 2]
    assert (result["queries"], result["rows"], result["arrivals"]) == (6, 6, None)


def test_an_open_loop_s_result_says_how_its_schedule_was_kept() -> None:
    log = OpenLog(
        latencies_ns=array("q", [2 * MS, 3 * MS, 9 * MS]),
        rows=3,
        lateness_ns=array("q", [100, MS, MS + 1]),
        answers_ns=array("q", [1015 * MS, 1050 * MS, 1101 * MS]),
    )
    result = window(log, OpenLog(), scheduled=5).result()
    assert result["arrivals"] == {
        "scheduled": 5, "missed": 2, "late": 1, "max_lateness_ns": MS + 1,
    }  # fmt: skip
    assert result["tenths"] == [0, 1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert (result["latency"]["min_ns"], result["latency"]["max_ns"]) == (2 * MS, 9 * MS)


def in_turns(due: list[int], seconds: float, wait: float, workers: int, *, threads: bool):
    """A window of operations that wait so long, and when each was started."""
    started: list[int] = []

    async def task() -> int:
        started.append(time.perf_counter_ns())
        await asyncio.sleep(wait)
        return 2

    def thread() -> int:
        started.append(time.perf_counter_ns())
        time.sleep(wait)
        return 2

    schedule = array("q", due)
    if threads:
        result = open_loop.run_threads([thread] * workers, seconds, schedule)
    else:
        result = asyncio.run(open_loop.run_tasks([task] * workers, seconds, schedule))
    return result, [at - result.start_ns for at in sorted(started)]


@pytest.mark.parametrize("threads", [False, True], ids=["tasks", "threads"])
def test_no_query_starts_before_it_is_due_and_latency_counts_from_then(threads) -> None:
    due = [10 * MS, 20 * MS, 30 * MS, 31 * MS]
    result, started = in_turns(due, 5.0, 0.005, 3, threads=threads)
    assert all(at >= planned for at, planned in zip(started, due, strict=True))
    assert result.scheduled == result.queries == 4
    assert sum(log.rows for log in result.logs) == 8
    for log in result.logs:
        for latency, lateness in zip(log.latencies_ns, log.lateness_ns, strict=True):
            assert latency >= lateness + 4 * MS
            assert lateness >= 0


@pytest.mark.parametrize("threads", [False, True], ids=["tasks", "threads"])
def test_queries_queue_for_a_worker_and_their_wait_is_in_their_latency(threads) -> None:
    # One worker that takes 30 ms a query, three of which are due at once.
    result, _ = in_turns([0, 0, 0], 5.0, 0.03, 1, threads=threads)
    assert all(latency > waits * 28 * MS for waits, latency in enumerate(latencies(result), 1))
    assert result.result()["arrivals"]["late"] >= 2


@pytest.mark.parametrize("threads", [False, True], ids=["tasks", "threads"])
def test_what_was_not_started_within_the_window_is_missed(threads) -> None:
    result, started = in_turns([0, 0, 0, 0, 0], 0.5, 0.6, 2, threads=threads)
    arrivals = result.result()["arrivals"]
    assert (arrivals["scheduled"], arrivals["missed"]) == (5, 3)
    assert len(started) == 2
    assert result.elapsed_ns > 500 * MS


def latencies(result: WindowResult) -> list[int]:
    return [latency for log in result.logs for latency in log.latencies_ns]


def test_a_window_without_any_query_has_no_result() -> None:
    with pytest.raises(RuntimeError, match="no query was answered in the measured window"):
        window(OpenLog(), scheduled=1).result()


@pytest.mark.parametrize("loop", [closed_loop, open_loop])
def test_what_an_operation_raises_in_a_thread_is_raised(loop) -> None:
    def broken() -> int:
        raise ValueError(threading.current_thread().name)

    schedule = [array("q", [0, 0])] if loop is open_loop else []
    with pytest.raises(ValueError, match="Thread-"):
        loop.run_threads([broken, broken], 0.1, *schedule)


def test_a_closed_loop_s_workers_say_when_they_began() -> None:
    result = closed_loop.run_threads([lambda: 1, lambda: 1], 0.01)
    for log in result.logs:
        assert isinstance(log, ClosedLog)
        assert result.start_ns <= log.begun_ns
        # A thread may begin when the window is over, and then has answered nothing.
        ends = [log.begun_ns, *log.answered_ns()]
        assert len(ends) - 1 == len(log.latencies_ns) == log.rows
        assert ends[-1] - log.begun_ns == sum(log.latencies_ns)
