"""One connection for many tasks, whose statements are pipelined without their knowing."""

import asyncio
import io

import pytest


async def test_many_tasks_share_a_connection_and_each_gets_its_own_answers(ours):
    async def use(connection, number):
        for n in range(20):
            assert await connection.fetchval("SELECT $1::int * 100 + $2", number, n) == (
                number * 100 + n
            )
            [row] = await connection.fetch("SELECT $1::text AS t, $2::int8 AS i", str(n), number)
            assert tuple(row) == (str(n), number)
            assert await connection.execute("SELECT $1::int", n) == "SELECT 1"
            assert await connection.execute("SELECT 1; SELECT 2") == "SELECT 1"

    async with ours.connection(implicit_pipelining=True) as connection:
        await asyncio.gather(*(use(connection, number) for number in range(16)))


async def test_an_error_is_its_task_s_alone(ours):
    async with ours.connection(implicit_pipelining=True) as connection:
        results = await asyncio.gather(
            *(connection.fetchval("SELECT 10 / $1::int", n % 3) for n in range(9)),
            connection.fetchval("SELECT nothing"),
            connection.fetchval("SELECT $1::int", "x"),
            connection.fetchval("SELECT 7"),
            return_exceptions=True,
        )
    names = [type(result).__name__ for result in results]
    assert names == ["DivisionByZeroError", "int", "int"] * 3 + [
        "UndefinedColumnError",
        "DataError",
        "int",
    ]


async def test_a_cancelled_statement_runs_to_its_end_and_harms_no_other(ours):
    async with ours.connection(implicit_pipelining=True) as connection:
        for query in ("SELECT pg_sleep(0.3)", "SELECT 1"):
            await connection.fetch(query)
        slow = asyncio.ensure_future(connection.fetch("SELECT pg_sleep(0.3)"))
        others = [asyncio.ensure_future(connection.fetchval("SELECT 1")) for _ in range(5)]
        await asyncio.sleep(0.05)
        slow.cancel()
        others[2].cancel()
        results = await asyncio.gather(slow, *others, return_exceptions=True)
        kinds = [type(result).__name__ for result in results]
        assert kinds == ["CancelledError", "int", "int", "CancelledError", "int", "int"]
        assert await connection.fetchval("SELECT 2") == 2


async def test_a_time_out_drops_the_result_only(ours):
    async with ours.connection(implicit_pipelining=True) as connection:
        slow = asyncio.ensure_future(connection.fetch("SELECT pg_sleep(0.5)", timeout=0.1))
        other = asyncio.ensure_future(connection.fetchval("SELECT 1"))
        with pytest.raises(asyncio.TimeoutError):
            await slow
        assert await other == 1


async def test_what_needs_a_connection_of_its_own_is_refused(ours):
    error = ours.driver.InterfaceError
    async with ours.connection(implicit_pipelining=True) as connection:
        with pytest.raises(error, match="a transaction needs a connection of its own"):
            connection.transaction()
        with pytest.raises(error, match="a cursor needs"):
            connection.cursor("SELECT 1")
        with pytest.raises(error, match="executemany"):
            await connection.executemany("SELECT $1::int", [(1,)])
        with pytest.raises(error, match="COPY needs"):
            await connection.copy_to_table("nothing", source=io.BytesIO())
        statement = await connection.prepare("SELECT $1::int")
        with pytest.raises(error, match="a cursor needs"):
            statement.cursor(1)
        with pytest.raises(error, match="executemany"):
            await statement.executemany([(1,)])
        assert await asyncio.gather(*(statement.fetchval(n) for n in range(5))) == list(range(5))


async def test_a_lost_connection_fails_all_that_wait(ours):
    async with ours.connection(implicit_pipelining=True) as connection:
        await connection.fetchval("SELECT 1")
        results = await asyncio.gather(
            connection.fetchval("SELECT 1"),
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())"),
            *(connection.fetchval("SELECT 1") for _ in range(5)),
            return_exceptions=True,
        )
        assert results[0] == 1
        assert all(isinstance(result, Exception) for result in results[2:])
        assert connection.is_closed()
