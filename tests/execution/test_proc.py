"""What is read of a process in /proc."""

import os
import subprocess
import sys
import threading

import pytest

from pgbench_drivers.execution import proc
from pgbench_drivers.execution.proc import Switches

STATUS = """\
Name:\trunner: odd
VmHWM:\t   13544 kB
voluntary_ctxt_switches:\t150
nonvoluntary_ctxt_switches:\t7
"""


def test_a_status_is_read_by_its_names() -> None:
    fields = proc.status_fields(STATUS)
    assert fields["Name"] == "runner: odd"
    assert proc.switches_of(fields) == Switches(150, 7)


def test_a_status_without_the_counts_is_an_error() -> None:
    with pytest.raises(KeyError):
        proc.switches_of(proc.status_fields("Name:\tkthreadd\n"))


def test_threads_are_summed_and_subtracted() -> None:
    threads = proc.total([Switches(3, 1), Switches(4, 2)])
    assert threads == Switches(7, 3)
    assert threads - Switches(1, 1) == Switches(6, 2)
    assert proc.total([]) == Switches(0, 0)


def test_this_process_has_memory_and_threads() -> None:
    assert (proc.peak_memory_kib(os.getpid()) or 0) > 1 << 10
    assert os.getpid() in proc.context_switches(os.getpid())


def test_this_process_has_used_what_the_kernel_tells_of_all_its_threads() -> None:
    worker = threading.Thread(target=lambda: sum(range(10_000_000)))
    worker.start()
    worker.join()
    times = os.times()
    assert proc.cpu_seconds(os.getpid()) == pytest.approx(times.user + times.system, abs=0.1)


def test_a_process_that_is_gone_has_used_nothing_that_is_known() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert proc.cpu_seconds(process.pid) is None


def test_a_process_that_has_ended_has_neither() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert proc.peak_memory_kib(ended.pid) is None
    assert proc.context_switches(ended.pid) == {}
    assert not proc.forget_peak_memory(ended.pid)


def test_a_peak_can_begin_anew() -> None:
    ballast = b"x" * (128 << 20)
    size = len(ballast) >> 10
    del ballast
    before = proc.peak_memory_kib(os.getpid())
    assert before is not None
    assert before > size
    assert proc.forget_peak_memory(os.getpid())
    after = proc.peak_memory_kib(os.getpid())
    assert after is not None
    assert after < before - size // 2
