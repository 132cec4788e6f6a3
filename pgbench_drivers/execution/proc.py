"""What Linux tells of a running process in /proc; None where there is nothing to read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")

# "5" in clear_refs: the peak is from then on that of what follows.
FORGET_PEAK = "5"

# Of `stat`, counted from after the program's name (proc(5): fields 14 and 15).
USER_TICKS, SYSTEM_TICKS = 11, 12


@dataclass(frozen=True)
class Switches:
    """How often threads gave their processor away, and how often it was taken from them."""

    voluntary: int
    involuntary: int

    def __add__(self, other: Switches) -> Switches:
        return Switches(self.voluntary + other.voluntary, self.involuntary + other.involuntary)

    def __sub__(self, other: Switches) -> Switches:
        return Switches(self.voluntary - other.voluntary, self.involuntary - other.involuntary)


def peak_memory_kib(pid: int) -> int | None:
    """The largest resident size of a process so far, in KiB.

    A runner's own `ru_maxrss` says more: the kernel keeps the peak across
    `execve`, and before that the process was a copy of the orchestrator.
    """
    try:
        fields = status_fields((PROC / str(pid) / "status").read_text())
        return int(fields["VmHWM"].split()[0])
    except (OSError, KeyError, ValueError):
        return None


def forget_peak_memory(pid: int) -> bool:
    """Let the peak begin anew with what is resident now; whether the kernel allows that."""
    try:
        (PROC / str(pid) / "clear_refs").write_text(FORGET_PEAK)
    except OSError:
        return False
    return True


def cpu_seconds(pid: int) -> float | None:
    """CPU time that a process has used so far, all its threads."""
    try:
        # The program's name comes before, in parentheses, and may hold anything.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return None


def context_switches(pid: int) -> dict[int, Switches]:
    """Of each thread that the process has now, by its id; none when it has ended."""
    found: dict[int, Switches] = {}
    # A thread, or the process, may end at any time.
    with contextlib.suppress(OSError, KeyError, ValueError):
        for task in (PROC / str(pid) / "task").iterdir():
            found[int(task.name)] = switches_of(status_fields((task / "status").read_text()))
    return found


def total(switches: Iterable[Switches]) -> Switches:
    """The sum of several threads'."""
    return sum(switches, Switches(0, 0))


def switches_of(fields: dict[str, str]) -> Switches:
    """The counts of one thread's status; raises KeyError or ValueError."""
    return Switches(
        int(fields["voluntary_ctxt_switches"]), int(fields["nonvoluntary_ctxt_switches"])
    )


def status_fields(text: str) -> dict[str, str]:
    """The lines of a `status` file, by what stands before the colon."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, _, value in pairs}
