"""Allocations of this process, counted by a library that wraps CPython's allocators.

Its source is drivers/python/allocations/; the environment names where it was built.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass

LIBRARY_VARIABLE = "PGBENCH_ALLOCATIONS_LIBRARY"


@dataclass(frozen=True)
class Allocations:
    """Blocks that CPython's allocators gave, and their bytes."""

    count: int
    bytes: int

    def since(self, before: Allocations) -> Allocations:
        return Allocations(self.count - before.count, self.bytes - before.bytes)


class Counter:
    """Counts until the process ends; there may be one."""

    def __init__(self, path: str) -> None:
        # PyDLL keeps the GIL, which changing the allocators needs.
        self._library = ctypes.PyDLL(path)
        self._count = ctypes.c_uint64()
        self._bytes = ctypes.c_uint64()
        self._pointers = ctypes.byref(self._count), ctypes.byref(self._bytes)
        self._library.allocations_start()

    def read(self) -> Allocations:
        """All since the beginning."""
        self._library.allocations_read(*self._pointers)
        return Allocations(self._count.value, self._bytes.value)


_counters: list[Counter] = []


def start() -> None:
    """Count from now on, where the library is there; raises OSError when it cannot be loaded."""
    path = os.environ.get(LIBRARY_VARIABLE)
    if path:
        _counters.append(Counter(path))


def so_far() -> Allocations | None:
    """All since `start`, or None where nothing is counted."""
    return _counters[0].read() if _counters else None
