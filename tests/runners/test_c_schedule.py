"""The C runner's schedules: the same numbers are in the tests of all runners."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import pytest

from pgbench_drivers.toolchains.c import FLAGS, RUNNER, compiler

CONSTANT, POISSON = 1, 2


class Arrivals(ctypes.Structure):
    """schedule.h's `struct arrivals`."""

    _fields_ = (("process", ctypes.c_int), ("per_second", ctypes.c_double))


class Schedule(ctypes.Structure):
    """schedule.h's `struct schedule`."""

    _fields_ = (
        ("due_ns", ctypes.POINTER(ctypes.c_uint64)),
        ("count", ctypes.c_size_t),
        ("room", ctypes.c_size_t),
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """schedule.c as a library."""
    path: Path = tmp_path_factory.mktemp("schedule") / "schedule.so"
    sources = [str(RUNNER / "schedule.c"), "-lm"]
    subprocess.run([*compiler(), *FLAGS, "-shared", "-fPIC", "-o", str(path), *sources], check=True)
    return ctypes.CDLL(str(path))


def due_times(library: ctypes.CDLL, process: int, seconds: float, seed: int) -> list[int]:
    schedule, per_second = Schedule(), 3.0 if process == CONSTANT else 1000.0
    made = library.schedule_make(
        ctypes.byref(schedule),
        ctypes.byref(Arrivals(process, per_second)),
        ctypes.c_double(seconds),
        ctypes.c_uint64(seed),
    )
    assert made == 0
    due = schedule.due_ns[: schedule.count]
    library.schedule_free(ctypes.byref(schedule))
    assert (schedule.count, schedule.room) == (0, 0)
    return due


def test_a_constant_process_is_due_at_even_distances_from_the_start_on(library) -> None:
    assert due_times(library, CONSTANT, 1.0, 1) == [0, 333_333_333, 666_666_666]


def test_a_poisson_process_depends_on_the_seed_alone(library) -> None:
    due = due_times(library, POISSON, 1.0, 1)
    assert due[:5] == [836_005, 2_205_567, 5_746_122, 6_333_755, 6_921_218]
    assert (len(due), due[-1]) == (1065, 998_556_212)
    assert due_times(library, POISSON, 1.0, 2)[0] == 894_504


def test_a_schedule_grows_as_its_window_does(library) -> None:
    assert len(due_times(library, POISSON, 100.0, 1)) == pytest.approx(100_000, rel=0.05)
