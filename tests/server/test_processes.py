"""CPU time of a family of processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from pgbench_drivers.server import processes

# Starts a child that burns CPU and ends, says so, and stays.
PARENT = """
import subprocess, sys, time
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.5: pass"])
print("reaped", flush=True)
time.sleep(60)
"""


def test_what_an_ended_child_has_used_still_counts() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == b"reaped\n"
            used = processes.family_cpu_seconds(parent.pid)
            assert used is not None
            assert used >= 0.5
        finally:
            parent.kill()


def test_cpu_time_of_a_process_grows_while_it_works() -> None:
    own = os.getpid()
    before = processes.family_cpu_seconds(own)
    deadline = time.process_time() + 0.2
    while time.process_time() < deadline:
        pass
    after = processes.family_cpu_seconds(own)
    assert before is not None
    assert after is not None
    assert after - before >= 0.15


def test_nothing_is_known_of_processes_that_are_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert processes.family_cpu_seconds(gone.pid) is None
