"""Pipelines: one round trip, results and errors per statement."""

import asyncio
import contextlib

import pytest


@contextlib.asynccontextmanager
async def opened(ours):
    """A connection, and a table that goes with it."""
    async with ours.connection() as connection:
        await connection.execute("CREATE TEMP TABLE kept (n int PRIMARY KEY)")
        yield connection


async def test_results_come_in_the_order_of_their_statements(ours):
    async with opened(ours) as connection:
        async with connection.pipeline() as pipeline:
            rows = pipeline.fetch("SELECT n FROM generate_series(1, $1) AS n", 3)
            row = pipeline.fetchrow("SELECT 1 AS a, 2 AS b")
            none = pipeline.fetchrow("SELECT 1 WHERE false")
            value = pipeline.fetchval("SELECT 1, $1::text", "x", column=1)
            nothing = pipeline.fetchval("SELECT 1 WHERE false")
            tag = pipeline.execute("INSERT INTO kept VALUES ($1)", 1)
            assert not rows.done()
        assert [record["n"] for record in rows.result()] == [1, 2, 3]
        assert dict(row.result()) == {"a": 1, "b": 2}
        assert none.result() is None
        assert value.result() == "x"
        assert nothing.result() is None
        assert tag.result() == "INSERT 0 1"
        assert await tag == "INSERT 0 1"


async def test_one_write_serves_all_statements(ours):
    async with opened(ours) as connection:
        for _ in range(2):
            async with connection.pipeline() as pipeline:
                for n in range(10):
                    pipeline.fetchval("SELECT $1::int", n)
                writes = count_writes(connection)
        assert len(writes) == 1


def count_writes(connection):
    transport = connection._session.transport
    writes = []

    class Counting:
        def __getattr__(self, name):
            return getattr(transport, name)

        def get_extra_info(self, name):
            # Not past us.
            return None

        def write(self, data):
            writes.append(data)
            transport.write(data)

    connection._session.connection_made(Counting())
    return writes


async def test_an_error_is_its_statement_s_alone(ours):
    async with opened(ours) as connection:
        with pytest.raises(ZeroDivisionError):
            async with connection.pipeline():
                raise ZeroDivisionError
        async with connection.pipeline(return_exceptions=True) as pipeline:
            first = pipeline.execute("INSERT INTO kept VALUES (1)")
            wrong = pipeline.fetchval("SELECT 1 / $1::int", 0)
            unknown = pipeline.fetchval("SELECT nothing")
            unfit = pipeline.fetchval("SELECT $1::int", "x")
            few = pipeline.fetchval("SELECT $1::int")
            last = pipeline.execute("INSERT INTO kept VALUES (2)")
        assert first.result() == last.result() == "INSERT 0 1"
        assert type(wrong.exception()).__name__ == "DivisionByZeroError"
        assert type(unknown.exception()).__name__ == "UndefinedColumnError"
        assert type(unfit.exception()).__name__ == "DataError"
        assert type(few.exception()).__name__ == "InterfaceError"
        assert await connection.fetchval("SELECT count(*) FROM kept") == 2


async def test_leaving_raises_the_first_error_that_nobody_has_seen(ours):
    async with opened(ours) as connection:
        with pytest.raises(ours.driver.DivisionByZeroError):
            async with connection.pipeline() as pipeline:
                pipeline.execute("INSERT INTO kept VALUES (1)")
                pipeline.fetchval("SELECT 1 / $1::int", 0)
                pipeline.fetchval("SELECT nothing")
        assert await connection.fetchval("SELECT count(*) FROM kept") == 1
        async with connection.pipeline() as pipeline:
            wrong = pipeline.fetchval("SELECT 1 / $1::int", 0)
            with pytest.raises(ours.driver.DivisionByZeroError):
                await wrong


async def test_a_result_can_be_awaited_within_the_block(ours):
    async with opened(ours) as connection:
        async with connection.pipeline() as pipeline:
            one = pipeline.fetchval("SELECT 1")
            two = pipeline.fetchval("SELECT 2")
            assert await one == 1
            assert two.done()
            three = pipeline.fetchval("SELECT $1 + 1", await two)
        assert three.result() == 3


async def test_a_result_that_is_not_there_yet(ours):
    async with opened(ours) as connection:
        async with connection.pipeline() as pipeline:
            one = pipeline.fetchval("SELECT 1")
            with pytest.raises(ours.driver.InterfaceError, match="not there yet"):
                one.result()
        with pytest.raises(ZeroDivisionError):
            async with connection.pipeline() as pipeline:
                unsent = pipeline.execute("INSERT INTO kept VALUES (1)")
                raise ZeroDivisionError
        with pytest.raises(ours.driver.InterfaceError, match="before this was sent"):
            unsent.result()
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0


async def test_within_a_transaction_an_error_fails_what_follows(ours):
    async with opened(ours) as connection:
        with pytest.raises(ours.driver.DivisionByZeroError):
            async with connection.transaction():
                async with connection.pipeline() as pipeline:
                    pipeline.execute("INSERT INTO kept VALUES (1)")
                    pipeline.fetchval("SELECT 1 / $1::int", 0)
                    after = pipeline.execute("INSERT INTO kept VALUES (2)")
        assert type(after.exception()).__name__ == "InFailedSQLTransactionError"
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0
        async with connection.transaction(), connection.pipeline() as pipeline:
            pipeline.execute("INSERT INTO kept VALUES (1)")
        assert await connection.fetchval("SELECT count(*) FROM kept") == 1


async def test_cancelled_statements_are_cancelled_one_and_all(ours):
    async with opened(ours) as connection:

        async def run():
            async with connection.pipeline() as pipeline:
                for _ in range(5):
                    pipeline.fetchval("SELECT pg_sleep(60)")

        task = asyncio.ensure_future(run())
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # Had one of them not been cancelled, it would take a minute.
        assert await asyncio.wait_for(connection.fetchval("SELECT 7"), 30) == 7


async def test_the_time_out_is_that_of_all(ours):
    async with opened(ours) as connection:
        with pytest.raises(asyncio.TimeoutError):
            async with connection.pipeline(timeout=0.2) as pipeline:
                results = [pipeline.fetchval("SELECT pg_sleep(60)") for _ in range(3)]
        assert all(isinstance(r.exception(), asyncio.TimeoutError) for r in results)
        assert await asyncio.wait_for(connection.fetchval("SELECT 7"), 30) == 7


async def test_nothing_else_may_run_meanwhile(ours):
    async with opened(ours) as connection:

        async def run():
            async with connection.pipeline() as pipeline:
                pipeline.fetchval("SELECT pg_sleep(0.5)")

        task = asyncio.ensure_future(run())
        await asyncio.sleep(0.1)
        with pytest.raises(ours.driver.InterfaceError, match="another operation is in progress"):
            await connection.fetchval("SELECT 1")
        await task


@pytest.mark.parametrize("size", [0, 1])
async def test_with_a_small_cache_of_statements_or_none(ours, size):
    async with ours.connection(statement_cache_size=size) as connection:
        for _ in range(2):
            async with connection.pipeline() as pipeline:
                results = [pipeline.fetchval(f"SELECT {n} + $1::int", n) for n in range(5)]
            assert [result.result() for result in results] == [0, 2, 4, 6, 8]
        prepared = "SELECT count(*) FROM pg_prepared_statements"
        assert await connection.fetchval(prepared) <= size + 1


async def test_a_lost_connection_ends_all(ours):
    async with opened(ours) as connection:
        with pytest.raises((ours.driver.PostgresError, OSError)):
            async with connection.pipeline() as pipeline:
                results = [
                    pipeline.fetchval("SELECT 1"),
                    pipeline.execute("SELECT pg_terminate_backend(pg_backend_pid())"),
                    pipeline.fetchval("SELECT 2"),
                ]
        assert [result.done() for result in results] == [True] * 3
        assert results[2].exception() is not None
        assert connection.is_closed()


async def test_loggers_are_told_of_each_statement(ours):
    async with opened(ours) as connection:
        seen = []
        with connection.query_logger(seen.append):
            async with connection.pipeline(return_exceptions=True) as pipeline:
                pipeline.fetchval("SELECT $1::int", 1)
                pipeline.fetchval("SELECT 1 / $1::int", 0)
            await asyncio.sleep(0)
        assert [(one.query, one.args) for one in seen] == [
            ("SELECT $1::int", (1,)),
            ("SELECT 1 / $1::int", (0,)),
        ]
        assert [type(one.exception).__name__ for one in seen] == ["NoneType", "DivisionByZeroError"]


async def test_a_pool_s_connection(ours):
    async with ours.pool() as pool:
        async with pool.acquire() as connection, connection.pipeline() as pipeline:
            one = pipeline.fetchval("SELECT 1")
        assert one.result() == 1
        with pytest.raises(ours.driver.InterfaceError, match="released back to the pool"):
            pipeline.fetchval("SELECT 1")
