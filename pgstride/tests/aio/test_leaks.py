"""Queries of all kinds, many times: objects, references and memory stay as they are.

Some thousands of queries; a million with PGSTRIDE_LONG_TESTS=1.
"""

from __future__ import annotations

import asyncio
import collections
import gc
import itertools
import os
import sys
import tracemalloc
from pathlib import Path

import pytest

import pgstride
from tidiness import each_loop, run_tidily

LONG = "PGSTRIDE_LONG_TESTS" in os.environ
QUERIES = 1_000_000 if LONG else 20_000

# What caches of Python, of the allocators and of the event loop may take.
OBJECTS_SPARE = 200
TRACED_BYTES_SPARE = 256 * 1024
RESIDENT_BYTES_SPARE = 24 << 20

MIXED = "SELECT i, 'text ' || i AS t, ARRAY[i, NULL] AS a, now() AS n FROM generate_series(1, 20) i"


class Dotted(pgstride.Record):
    """Rows of a subclass."""


async def fetch_rows(connection, number):
    rows = await connection.fetch(MIXED)
    assert rows[-1]["i"] == 20
    return 1


async def fetch_records(connection, number):
    await connection.fetch(MIXED, record_class=Dotted)
    await connection.fetchrow("SELECT ROW(1, 'x') AS r, $1::int AS i", number)
    return 2


async def fetch_values(connection, number):
    for i in range(10):
        assert await connection.fetchval("SELECT $1::int8", number + i) == number + i
    return 10


async def fetch_new(connection, number):
    # More different ones than the cache of statements holds.
    assert await connection.fetchval(f"SELECT {number % 500}") == number % 500
    return 1


async def execute(connection, number):
    await connection.execute("SELECT 1; SELECT 2")
    await connection.execute("SELECT $1::text", "x" * (number % 5000))
    return 2


async def execute_many(connection, number):
    await connection.executemany("SELECT $1::int, $2::text", [(i, "text") for i in range(20)])
    return 20


async def fail(connection, number):
    with pytest.raises(pgstride.DivisionByZeroError):
        await connection.fetch("SELECT 1 / (3 - i) FROM generate_series(1, 5) AS i")
    with pytest.raises(pgstride.DataError):
        await connection.fetchval("SELECT $1::int8", "not a number")
    with pytest.raises(pgstride.PostgresSyntaxError):
        await connection.execute("SELEKT 1")
    return 3


async def transact(connection, number):
    async with connection.transaction():
        await connection.fetchval("SELECT 1")
        async for _ in connection.cursor("SELECT generate_series(1, 30)", prefetch=10):
            pass
    return 2


async def prepare(connection, number):
    statement = await connection.prepare(f"SELECT $1::int AS c{number % 50}")
    await statement.fetchval(number)
    return 1


async def copy(connection, number):
    await connection.copy_records_to_table("leaks", records=[(number,), (None,)])
    return 1


async def time_out(connection, number):
    with pytest.raises(asyncio.TimeoutError):
        await connection.fetch("SELECT pg_sleep(1)", timeout=0.001)
    return 1


OFTEN = [
    fetch_rows, fetch_records, fetch_values, fetch_new, execute, execute_many, fail, transact,
    prepare, copy,
]  # fmt: skip


async def work(connection, lender, queries):
    """So many queries of all kinds."""
    done = 0
    numbers = itertools.count()
    while done < queries:
        for kind in OFTEN:
            done += await kind(connection, next(numbers))
        if next(numbers) % 20 == 0:
            done += await time_out(connection, 0)
            await connection.execute("TRUNCATE leaks")
        async with lender.acquire() as lent:
            await lent.fetchval("SELECT 1")
        await lender.fetch("SELECT 1")
        done += 2


def counted() -> collections.Counter[str]:
    gc.collect()
    gc.collect()
    return collections.Counter(type(found).__qualname__ for found in gc.get_objects())


def resident_bytes() -> int:
    """The memory that the process really has (0 where the system does not tell)."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0


@each_loop
@pytest.mark.timeout(7200)
def test_memory_is_flat(loop_factory, server):
    endpoint = server.endpoint
    arguments = {
        "host": endpoint.host,
        "port": endpoint.port,
        "user": endpoint.user,
        "password": endpoint.password,
        "database": endpoint.database,
        "ssl": False,
    }
    shared = (None, True, (), "", 1, pgstride.Record, Dotted)

    async def main():
        connection = await pgstride.connect(**arguments)
        async with pgstride.create_pool(**arguments, min_size=2, max_size=2) as lender:
            await connection.execute("CREATE TEMP TABLE leaks (n int)")
            await work(connection, lender, 6000)
            objects, references = counted(), [sys.getrefcount(found) for found in shared]
            resident = resident_bytes()
            await work(connection, lender, QUERIES)
            more = counted() - objects
            assert sum(more.values()) < OBJECTS_SPARE, more.most_common(10)
            grown = [sys.getrefcount(found) for found in shared]
            assert all(
                now - then < OBJECTS_SPARE for now, then in zip(grown, references, strict=True)
            )
            assert resident_bytes() - resident < RESIDENT_BYTES_SPARE

            tracemalloc.start()
            try:
                await work(connection, lender, 1500)
                gc.collect()
                before, _ = tracemalloc.get_traced_memory()
                await work(connection, lender, 3000)
                gc.collect()
                after, _ = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            assert after - before < TRACED_BYTES_SPARE
        await connection.close()

    run_tidily(loop_factory, main, seconds=7000)
