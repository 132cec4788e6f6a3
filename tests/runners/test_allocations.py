"""Allocations, as real runners count them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.execution.allocating import LIBRARY_VARIABLE
from pgbench_drivers.paths import DRIVERS, REGISTRY
from pgbench_drivers.toolchains.base import Command
from pgbench_drivers.toolchains.c import build_allocations_library
from tests.runners.conftest import make_job, run_runner

ENTRIES = {driver.name: driver.entry for driver in load_registry(REGISTRY)}
PYTHON = ("pgstride", "asyncpg", "psycopg3-async", "psycopg3")

OBJECTS, LARGE, LARGE_BYTES, THREADS = 50_000, 200, 100_000, 4

KNOWN = f"""
import json, sys, threading
from runner.allocations import so_far, start

start()
held, numbers = [None] * {OBJECTS}, [*range({OBJECTS})]

def small():
    for i in numbers:
        held[i] = object()

def large():
    for i in numbers[:{LARGE}]:
        held[i] = bytes({LARGE_BYTES})

def in_threads():
    threads = [threading.Thread(target=small) for _ in range({THREADS})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

def counted(work):
    before = so_far()
    work()
    made = so_far().since(before)
    return made.count, made.bytes

held[0] = b"x" * 1000
json.dump([counted(small), counted(large), counted(in_threads)], sys.stdout)
"""


@pytest.fixture(scope="session")
def library() -> Path:
    return build_allocations_library(print)


def test_python_s_library_counts_a_known_number(library: Path) -> None:
    """Small blocks, large ones that pymalloc hands on, and those of threads; once each."""
    done = subprocess.run(
        [sys.executable, "-c", KNOWN],
        env={**os.environ, "PYTHONPATH": str(DRIVERS / "python"), LIBRARY_VARIABLE: str(library)},
        stdout=subprocess.PIPE,
        check=True,
    )
    small, large, threads = json.loads(done.stdout)
    size = sys.getsizeof(object())
    # A few are the counting's own, and those of starting a thread.
    assert OBJECTS <= small[0] <= OBJECTS + 100
    assert OBJECTS * size <= small[1] <= OBJECTS * size * 1.02 + 10_000
    assert LARGE <= large[0] <= LARGE + 100
    assert LARGE * LARGE_BYTES <= large[1] <= LARGE * LARGE_BYTES * 1.001 + 10_000
    assert THREADS * OBJECTS <= threads[0] <= THREADS * OBJECTS + 2000


def run(name, runners, server, query, library, **changes):
    """The `finished` events of a driver on a query."""
    entry = ENTRIES[name]
    command = runners(entry.language, entry.environment)
    environment = {**command.environment, LIBRARY_VARIABLE: str(library)}
    job = make_job(server, query, entry.adapter, entry.options, **changes)
    code, events, log = run_runner(
        Command(command.argv, command.directory, environment), msgspec.json.encode(job)
    )
    assert code == 0, log
    return [event for event in events if event["event"] == "finished"]


@pytest.mark.parametrize("name", ["asyncpg", "pg", "pgx", "libpq"])
def test_nothing_is_counted_unasked(name, runners, embedded_server, job_queries, library) -> None:
    for window in run(name, runners, embedded_server, job_queries["pg_type"], library):
        assert window["allocations"] is None


@pytest.mark.parametrize("name", PYTHON)
def test_python_counts_both_windows(name, runners, embedded_server, job_queries, library) -> None:
    windows = run(
        name, runners, embedded_server, job_queries["pg_type"], library, count_allocations=True
    )
    assert len(windows) == 2
    for window in windows:
        counted = window["allocations"]
        # Some for every query, whatever of its rows is kept or recycled.
        assert counted["count"] > window["queries"]
        assert counted["bytes"] > counted["count"]


def test_values_that_are_no_one_s_else_are_allocated_for_each_row(
    runners, embedded_server, job_queries, library
) -> None:
    """asyncpg makes a record of each row and a string of each name, none of which is recycled."""
    query = job_queries["pg_type"]
    *_, window = run("asyncpg", runners, embedded_server, query, library, count_allocations=True)
    rows = window["queries"] * query.expect.rows
    assert 2 * rows < window["allocations"]["count"] < 20 * rows


def test_a_runner_without_the_library_tells_nothing(runners, embedded_server, job_queries) -> None:
    windows = run(
        "asyncpg", runners, embedded_server, job_queries["pg_type"], "", count_allocations=True
    )
    assert [window["allocations"] for window in windows] == [None, None]


def test_nodejs_counts_bytes_alone(runners, embedded_server, job_queries, library) -> None:
    query = job_queries["pg_type"]
    *_, window = run("pg", runners, embedded_server, query, library, count_allocations=True)
    counted = window["allocations"]
    assert counted["count"] is None
    # Twelve columns and their object: not less than a pointer for each.
    assert counted["bytes"] > 12 * 8 * window["queries"] * query.expect.rows


def test_go_counts_objects_and_bytes(runners, embedded_server, job_queries, library) -> None:
    query = job_queries["pg_type"]
    *_, window = run("pgx", runners, embedded_server, query, library, count_allocations=True)
    counted = window["allocations"]
    rows = window["queries"] * query.expect.rows
    assert rows / 2 < counted["count"] < 20 * rows
    assert counted["bytes"] > counted["count"]


def test_go_s_null_allocates_nothing_for_a_query(
    runners, embedded_server, job_queries, library
) -> None:
    *_, window = run(
        "null-go", runners, embedded_server, job_queries["pg_type"], library,
        count_allocations=True,
    )  # fmt: skip
    assert window["allocations"]["count"] < 2000 < window["queries"]


@pytest.mark.parametrize("name", ["pgjdbc", "vertx"])
def test_java_tells_bytes_only(name, runners, embedded_server, job_queries, library) -> None:
    query = job_queries["generate_series"]
    *_, window = run(name, runners, embedded_server, query, library, count_allocations=True)
    # An answer is 1,000 rows, and the smallest object takes 16 bytes.
    assert window["allocations"]["count"] is None
    assert window["allocations"]["bytes"] > window["queries"] * 1000 * 16


@pytest.mark.parametrize("name", ["bun", "libpq", "tokio-postgres"])
def test_other_runtimes_tell_nothing(name, runners, embedded_server, job_queries, library) -> None:
    query = job_queries["one_plus_one"]
    for window in run(name, runners, embedded_server, query, library, count_allocations=True):
        assert window["allocations"] is None
