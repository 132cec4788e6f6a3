"""Counters of another process, with one that every kernel has: the time its threads ran."""

import struct
import subprocess
import sys

import pytest

from pgbench_drivers.execution import perf_events
from pgbench_drivers.execution.perf_events import Counter, CounterError, Counting, scaled

SOFTWARE, TASK_CLOCK, INHERIT, EXCLUDE_KERNEL = 1, 1, 1 << 1, 1 << 5
CLOCK = Counter(SOFTWARE, TASK_CLOCK, INHERIT | EXCLUDE_KERNEL)

# Works in threads that end before it says so.
PROGRAM = """
import sys, threading, time

def work():
    end = time.thread_time() + 0.1
    while time.thread_time() < end:
        pass

sys.stdin.readline()
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done", flush=True)
sys.stdin.readline()
"""


def content(value: int, enabled: int, running: int) -> bytes:
    return struct.pack("QQQ", value, enabled, running)


def test_a_count_is_what_was_read() -> None:
    assert scaled(content(1000, 50, 50)) == 1000
    assert scaled(content(0, 0, 0)) == 0


def test_a_counter_that_shared_its_register_is_extrapolated() -> None:
    assert scaled(content(1000, 50, 25)) == 2000


def test_a_counter_that_never_had_a_register_has_no_count() -> None:
    assert scaled(content(0, 50, 0)) is None


def test_every_counter_works_or_has_a_reason() -> None:
    found, lacking = perf_events.available()
    assert found.keys() | lacking.keys() == {"syscalls", "instructions", "cycles"}
    assert not found.keys() & lacking.keys()
    assert all(lacking.values())


def test_threads_that_have_ended_are_counted() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            counting = Counting.of(process.pid, {"cycles": CLOCK})
        except CounterError as error:
            process.kill()
            pytest.skip(f"this kernel counts nothing: {error}")
        before = counting.read()["cycles"]
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"
        # Nanoseconds: three threads worked 0.1 s each.
        assert counting.read()["cycles"] - before >= 0.3e9
        counting.close()
        assert counting.read() == {}


def test_a_process_that_has_ended_cannot_be_counted() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with pytest.raises(CounterError):
        Counting.of(ended.pid, {"cycles": CLOCK})
