"""Identity, CPU time and affinity of processes, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")

# Fields 14, 15 and 22 of proc_pid_stat(5), counted from the one after the name.
_USER_TIME, _SYSTEM_TIME, _START_TIME = 11, 12, 19


def identity(pid: int | None = None) -> str:
    """A name for a process (by default this one) that no later process will have.

    Process ids are used again; with the time of the start they are unique.
    """
    pid = pid or os.getpid()
    return f"{pid}-{_fields(pid)[_START_TIME]}"


def runs(name: str) -> bool:
    """Whether the process with this identity still runs."""
    pid = name.partition("-")[0]
    try:
        return pid.isdigit() and identity(int(pid)) == name
    except OSError:
        return False


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
        fields = _fields(pid)
    except OSError:
        return None
    return (int(fields[_USER_TIME]) + int(fields[_SYSTEM_TIME])) / os.sysconf("SC_CLK_TCK")


def _fields(pid: int) -> list[str]:
    """What follows the program's name in proc_pid_stat(5); raises OSError."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def set_affinity(pids: list[int], cpus: frozenset[int]) -> None:
    """Pin processes; later children inherit it. Raises OSError."""
    for pid in pids:
        os.sched_setaffinity(pid, cpus)
