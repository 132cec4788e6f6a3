"""Identity, CPU time and affinity of processes, from /proc."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable
from pathlib import Path

PROC = Path("/proc")
PR_SET_PDEATHSIG = 1

_LIBC = ctypes.CDLL(None, use_errno=True)

# Fields 14 to 17 and 22 of proc_pid_stat(5), counted from the one after the name.
_USER_TIME, _SYSTEM_TIME, _START_TIME = 11, 12, 19
_CHILDREN_USER_TIME, _CHILDREN_SYSTEM_TIME = 13, 14


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


def family_cpu_seconds(root: int) -> float | None:
    """CPU time of `root`, its children, and its children that have ended.

    Without the ended ones the sum would fall whenever a connection is closed.
    """
    times = [seconds for seconds in map(_cpu_seconds, family(root)) if seconds is not None]
    ended = _ticks(root, _CHILDREN_USER_TIME, _CHILDREN_SYSTEM_TIME)
    return None if ended is None or not times else sum(times) + ended


def _cpu_seconds(pid: int) -> float | None:
    # schedstat counts nanoseconds, but only where the kernel was built with it.
    try:
        nanoseconds = int((PROC / str(pid) / "schedstat").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        nanoseconds = 0
    if nanoseconds:
        return nanoseconds / 1e9
    return _ticks(pid, _USER_TIME, _SYSTEM_TIME)


def _ticks(pid: int, *positions: int) -> float | None:
    """The sum of the fields at these positions, which count clock ticks, in seconds."""
    try:
        fields = _fields(pid)
    except OSError:
        return None
    return sum(int(fields[position]) for position in positions) / os.sysconf("SC_CLK_TCK")


def _fields(pid: int) -> list[str]:
    """What follows the program's name in proc_pid_stat(5); raises OSError."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def die_with(parent: int, death: signal.Signals) -> None:
    """Have this child, before it is another program, get that signal when its parent ends.

    For Linux (PR_SET_PDEATHSIG of prctl(2)). Ends it where the parent is gone already.
    """
    _LIBC.prctl(PR_SET_PDEATHSIG, death)
    if os.getppid() != parent:
        os._exit(1)


def child_setup(death: signal.Signals, cpus: frozenset[int] | None) -> Callable[[], None]:
    """What a child of this process calls first, to die with it and to run on `cpus`."""
    parent = os.getpid()

    def setup() -> None:
        die_with(parent, death)
        if cpus:
            os.sched_setaffinity(0, cpus)

    return setup


def set_affinity(pids: list[int], cpus: frozenset[int]) -> None:
    """Pin processes; later children inherit it. Raises OSError."""
    for pid in pids:
        os.sched_setaffinity(pid, cpus)
