"""CPU time and affinity of a process and its children, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")


def family(root: int) -> list[int]:
    """`root` and its direct children: a postmaster and its backends."""
    found = [root]
    for task in PROC.glob(f"{root}/task/*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def cpu_seconds(pids: list[int]) -> float | None:
    """CPU time that the processes have used, or None when none can be read."""
    times = [seconds for seconds in map(_cpu_seconds, pids) if seconds is not None]
    return sum(times) if times else None


def _cpu_seconds(pid: int) -> float | None:
    # schedstat counts nanoseconds, but only where the kernel was built with it.
    try:
        nanoseconds = int((PROC / str(pid) / "schedstat").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        nanoseconds = 0
    if nanoseconds:
        return nanoseconds / 1e9
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # utime and stime are fields 14 and 15 of proc_pid_stat(5).
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def set_affinity(pids: list[int], cpus: frozenset[int]) -> None:
    """Pin processes; later children inherit it. Raises OSError."""
    for pid in pids:
        os.sched_setaffinity(pid, cpus)
