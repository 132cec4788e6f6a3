"""When the queries of an open loop are due; fixed before its window begins."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator

from runner.job import Arrivals

MASK = (1 << 64) - 1


def due_times(arrivals: Arrivals, seconds: float, seed: int) -> array[int]:
    """Nanoseconds from the window's start, ascending; none reaches its end."""
    times = _constant(arrivals) if arrivals.process == "constant" else _poisson(arrivals, seed)
    due = array("q")
    for at in times:
        if at >= seconds:
            return due
        due.append(int(at * 1e9))
    return due


def _constant(arrivals: Arrivals) -> Iterator[float]:
    number = 0
    while True:
        yield number / arrivals.per_second
        number += 1


def _poisson(arrivals: Arrivals, seed: int) -> Iterator[float]:
    at = 0.0
    for output in splitmix64(seed):
        at -= math.log(1 - (output >> 11) * 2.0**-53) / arrivals.per_second
        yield at


def splitmix64(state: int) -> Iterator[int]:
    """The generator's 64-bit outputs without end (Steele, Lea, Flood 2014)."""
    state &= MASK
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        yield mixed ^ (mixed >> 31)
