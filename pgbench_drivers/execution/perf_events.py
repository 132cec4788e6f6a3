"""Counters that the kernel keeps for another process: perf_event_open(2).

Instructions and cycles are those of user space, which an ordinary user may
count of his own processes. System calls are counted by their tracepoint.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Name = Literal["syscalls", "instructions", "cycles"]

TRACEFS = Path("/sys/kernel/tracing")
TRACEPOINT = Path("events/raw_syscalls/sys_enter/id")

_SYSCALL_NUMBER = {"x86_64": 298, "aarch64": 241}
_TYPE_HARDWARE, _TYPE_TRACEPOINT = 0, 2
_HARDWARE: dict[Name, int] = {"instructions": 1, "cycles": 0}
_ATTRIBUTE_BYTES = 64  # PERF_ATTR_SIZE_VER0
_INHERIT, _EXCLUDE_KERNEL, _EXCLUDE_HYPERVISOR = 1 << 1, 1 << 5, 1 << 6
_TOTAL_TIMES = 0b11
_FLAG_CLOEXEC = 8

_LIBC = ctypes.CDLL(None, use_errno=True)


class CounterError(Exception):
    """The counter is not to be had; the message says why."""


@dataclass(frozen=True)
class Counter:
    """What to count, in perf_event_open's terms."""

    type: int
    config: int
    flags: int


def available() -> tuple[dict[Name, Counter], dict[Name, str]]:
    """The counters that work here, and why the others do not."""
    found: dict[Name, Counter] = {}
    lacking: dict[Name, str] = {}
    for name in ("syscalls", "instructions", "cycles"):
        try:
            counter = _counter(name)
            os.close(_open(counter, 0))
        except CounterError as error:
            lacking[name] = str(error)
        else:
            found[name] = counter
    return found, lacking


@dataclass
class Counting:
    """Counters of a process, of the threads that it has and of all that will be started by them."""

    _descriptors: dict[Name, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, pid: int, counters: Mapping[Name, Counter]) -> Counting:
        """Start counting; raises CounterError."""
        counting = cls()
        try:
            threads = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
            for name, counter in counters.items():
                mine = counting._descriptors.setdefault(name, [])
                mine.extend(_open(counter, thread) for thread in threads)
        except OSError as error:
            counting.close()
            raise CounterError(f"the process cannot be looked at: {error.strerror}") from error
        except CounterError:
            counting.close()
            raise
        return counting

    def read(self) -> dict[Name, int]:
        """Counts so far, of threads that have ended too, without those that could not count."""
        found: dict[Name, int] = {}
        for name, descriptors in self._descriptors.items():
            counts = [scaled(os.read(descriptor, 24)) for descriptor in descriptors]
            known = [count for count in counts if count is not None]
            if len(known) == len(counts):
                found[name] = sum(known)
        return found

    def close(self) -> None:
        """Count no more."""
        for descriptors in self._descriptors.values():
            for descriptor in descriptors:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
        self._descriptors.clear()


def scaled(content: bytes) -> int | None:
    """The value that was read, extrapolated where the counter had to share its register.

    None where it was to count and never did.
    """
    value: int
    value, enabled, running = struct.unpack("QQQ", content)
    if enabled and not running:
        return None
    return value if running == enabled else round(value * enabled / running)


def _counter(name: Name) -> Counter:
    if name == "syscalls":
        return Counter(_TYPE_TRACEPOINT, _tracepoint(), _INHERIT)
    flags = _INHERIT | _EXCLUDE_KERNEL | _EXCLUDE_HYPERVISOR
    return Counter(_TYPE_HARDWARE, _HARDWARE[name], flags)


def _tracepoint() -> int:
    try:
        return int((TRACEFS / TRACEPOINT).read_text())
    except FileNotFoundError:
        raise CounterError(
            "the kernel's tracepoints are not to be seen: "
            f"as root, mount -t tracefs nodev {TRACEFS}"
        ) from None
    except PermissionError:
        raise CounterError("only root may use the kernel's tracepoints") from None
    except (OSError, ValueError) as error:
        raise CounterError(f"the kernel's tracepoints cannot be read: {error}") from error


def _open(counter: Counter, thread: int) -> int:
    """A descriptor to read the count of a thread from (0: the calling one)."""
    number = _SYSCALL_NUMBER.get(platform.machine())
    if platform.system() != "Linux" or number is None:
        raise CounterError(f"not known how on {platform.system()} {platform.machine()}")
    attribute = struct.pack(
        "=IIQQQQQIIQ",
        counter.type, _ATTRIBUTE_BYTES, counter.config, 0, 0, _TOTAL_TIMES, counter.flags, 0, 0, 0,
    )  # fmt: skip
    descriptor: int = _LIBC.syscall(number, attribute, thread, -1, -1, _FLAG_CLOEXEC)
    if descriptor < 0:
        raise CounterError(_refusal(ctypes.get_errno()))
    return descriptor


def _refusal(error: int) -> str:
    name = errno.errorcode.get(error, str(error))
    match name:
        case "ENOENT" | "EOPNOTSUPP" | "ENODEV":
            return "the processor's counters are not to be seen: a virtual machine without them"
        case "EACCES" | "EPERM":
            return "the kernel does not allow it: see kernel.perf_event_paranoid"
        case "ENOSYS":
            return "the kernel has no perf_event_open"
        case _:
            return f"perf_event_open: {os.strerror(error)}"
