"""Threads, each with an event loop and a connection of its own, at the same time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

import pgstride

THREADS = 4
ROUNDS = 25
# More different statements than are kept, and values of types that are decoded in many ways.
KEPT_STATEMENTS = 10
MIXED = """
    SELECT i, i * 10000000000 AS l, 'text ' || i AS t, ARRAY[i, NULL] AS a, now() AS n,
           i::numeric / 3 AS q, gen_random_uuid() AS u, i / 7.0::float8 AS f, ROW(i, 'x') AS r
    FROM generate_series(1, 100) AS i
"""


class OwnRecord(pgstride.Record):
    """Rows of a subclass."""


async def work(ours, thread):
    """How many rounds of all kinds of queries were answered as they had to be."""
    async with ours.connection(statement_cache_size=KEPT_STATEMENTS) as connection:
        for number in range(ROUNDS):
            await one_round(connection, thread, number)
    return ROUNDS


async def one_round(connection, thread, number):
    text = f"{thread}.{number}"
    assert await connection.fetchval("SELECT $1::text", text) == text
    assert await connection.fetchval(f"SELECT {number % 20}, {thread}", column=1) == thread
    rows = await connection.fetch(MIXED, record_class=OwnRecord if number % 2 else None)
    assert {isinstance(row, OwnRecord) for row in rows} == {number % 2 == 1}
    assert [(row["l"], row["t"], row["a"], row["r"][0]) for row in rows] == [
        (i * 10_000_000_000, f"text {i}", [i, None], i) for i in range(1, 101)
    ]
    async with connection.transaction():
        await connection.execute("SELECT set_config('pgstride.thread', $1, true)", str(thread))
        with pytest.raises(pgstride.DivisionByZeroError):
            async with connection.transaction():
                await connection.execute("SELECT 1 / 0")
        assert await connection.fetchval("SELECT current_setting('pgstride.thread')") == str(thread)


def test_threads_with_connections_of_their_own_do_not_disturb_each_other(ours):
    with ThreadPoolExecutor(THREADS) as threads:
        done = list(threads.map(lambda thread: asyncio.run(work(ours, thread)), range(THREADS)))
    assert done == [ROUNDS] * THREADS
