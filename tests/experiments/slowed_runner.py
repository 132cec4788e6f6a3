"""The Python runner, with a driver that costs a known share more client CPU.

`SLOWED_BY` in the environment is the share. After every sixteenth operation it
burns CPU until the process has burnt that share of what it spent otherwise, so
that the slowdown is right whatever the driver, the query and the machine. With
a share of zero the same is counted and nothing burnt: both sides of a
comparison run this file.
"""

from __future__ import annotations

import itertools
import os
import runpy
import time
from collections.abc import Awaitable, Callable
from typing import Any

from runner.adapter import AsyncAdapter

SHARE = float(os.environ["SLOWED_BY"])
EVERY = 16

Operation = Callable[[], Awaitable[int]]


class Burner:
    """Keeps what is burnt at its share of all else, from its first call on."""

    def __init__(self) -> None:
        self._calls = itertools.count()
        self._began = time.process_time()
        self._burnt = 0.0

    def after_operation(self) -> None:
        if next(self._calls) % EVERY:
            return
        now = time.process_time()
        due = SHARE * (now - self._began - self._burnt) - self._burnt
        end = now + due
        while time.process_time() < end:
            pass
        self._burnt += max(0.0, time.process_time() - now) if SHARE else 0.0


def slowed(operation: Operation, burner: Burner) -> Operation:
    async def slower() -> int:
        rows = await operation()
        burner.after_operation()
        return rows

    return slower


def main() -> None:
    original = AsyncAdapter.operation
    burner = Burner()

    def operation(self: AsyncAdapter, connection: Any) -> Operation:
        return slowed(original(self, connection), burner)

    AsyncAdapter.operation = operation  # type: ignore[method-assign]
    runpy.run_module("runner", run_name="__main__")


main()
