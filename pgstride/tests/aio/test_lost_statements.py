"""Statements that the server has lost, as behind a pooler that changes servers."""

import asyncio
import itertools

import pytest

QUERY = "SELECT $1::int + 1"
LOSE = "DEALLOCATE ALL"
NAMES = "SELECT count(*) FROM pg_prepared_statements"

numbers = itertools.count()


async def fetch(connection):
    [row] = await connection.fetch(QUERY, 1)
    return row[0]


async def fetchrow(connection):
    return tuple(await connection.fetchrow(QUERY, 1))


async def fetchval(connection):
    return await connection.fetchval(QUERY, 1)


async def execute(connection):
    return await connection.execute(QUERY, 1)


async def executemany(connection):
    return await connection.executemany(QUERY, [(1,), (2,)])


async def fetchmany(connection):
    return [row[0] for row in await connection.fetchmany(QUERY, [(1,), (2,)])]


async def describe_a_new_type(connection):
    """The driver's own query for the type is a statement that can be lost, too."""
    name = f"pg_temp.described_{next(numbers)}"
    await connection.execute(f"CREATE TYPE {name} AS (n int)")
    return tuple(await connection.fetchval(f"SELECT '(1)'::{name}"))


async def iterate_over_a_cursor(connection):
    return [row[0] async for row in connection.cursor(QUERY, 1)]


async def open_a_cursor(connection):
    cursor = await connection.cursor(QUERY, 1)
    return tuple(await cursor.fetchrow())


async def pipeline(connection):
    async with connection.pipeline() as pipelined:
        results = [pipelined.fetchval(QUERY, n) for n in (1, 2)]
    return [result.result() for result in results]


ANYWHERE = [fetch, fetchrow, fetchval, execute, executemany, fetchmany, describe_a_new_type]
WITHIN_A_TRANSACTION = [*ANYWHERE, iterate_over_a_cursor, open_a_cursor, pipeline]


def each(kinds):
    return pytest.mark.parametrize("work", kinds, ids=[kind.__name__ for kind in kinds])


@each(ANYWHERE)
async def test_outside_a_transaction_a_lost_statement_is_prepared_anew(ours, work):
    async with ours.connection() as connection:
        expected = await work(connection)
        await connection.execute(LOSE)
        for _ in range(3):
            assert await work(connection) == expected
        # From now on nothing is left to lose.
        assert await connection.fetchval(NAMES) == 0


async def test_what_an_iterator_has_given_is_not_run_again(ours):
    async with ours.connection() as connection:
        await executemany(connection)
        await connection.execute(LOSE)
        arguments = iter([(1,), (2,)])
        with pytest.raises(ours.driver.InvalidSQLStatementNameError):
            await connection.fetchmany(QUERY, arguments)
        assert await fetchmany(connection) == [2, 3]


async def test_tasks_that_share_a_connection_do_not_notice(ours):
    queries = [f"{QUERY} + {n}" for n in range(5)] * 2
    async with ours.connection(implicit_pipelining=True) as connection:
        for _ in range(3):
            answers = await asyncio.gather(*(connection.fetchval(query, 1) for query in queries))
            assert answers == [2, 3, 4, 5, 6] * 2
            await connection.execute(LOSE)


@each(WITHIN_A_TRANSACTION)
@pytest.mark.parametrize("lost", ["before", "within"])
async def test_within_a_transaction_it_is_one_error(ours, lost, work):
    async with ours.connection() as connection:
        await connection.execute("CREATE TEMP TABLE noted (n int)")
        async with connection.transaction():
            expected = await work(connection)
        if lost == "before":
            await connection.execute(LOSE)
        with pytest.raises(ours.driver.InvalidSQLStatementNameError, match="does not exist"):
            async with connection.transaction():
                if lost == "within":
                    await connection.execute(f"INSERT INTO noted VALUES (1); {LOSE}")
                await work(connection)
        assert not connection.is_in_transaction()
        for _ in range(2):
            async with connection.transaction():
                assert await work(connection) == expected
            await connection.execute(LOSE)
        assert await connection.fetchval("SELECT count(*) FROM noted") == 0


async def test_the_rest_of_such_a_transaction_is_refused(ours):
    async with ours.connection() as connection:
        await fetchval(connection)
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(LOSE)
        with pytest.raises(ours.driver.InvalidSQLStatementNameError):
            await fetchval(connection)
        for _ in range(2):
            with pytest.raises(ours.driver.InFailedSQLTransactionError):
                await fetchval(connection)
        await transaction.rollback()
        assert await fetchval(connection) == 2


async def test_a_savepoint_saves_the_transaction(ours):
    async with ours.connection() as connection:
        await fetchval(connection)
        async with connection.transaction():
            await connection.execute(f"CREATE TEMP TABLE kept (n int); {LOSE}")
            with pytest.raises(ours.driver.InvalidSQLStatementNameError):
                async with connection.transaction():
                    await fetchval(connection)
            assert await fetchval(connection) == 2
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0


async def test_a_cursor_s_name_is_of_its_transaction_once_names_get_lost(ours):
    async with ours.connection() as connection:
        await fetchval(connection)
        await connection.execute(LOSE)
        await fetchval(connection)
        for _ in range(2):
            async with connection.transaction():
                rows = [row[0] async for row in connection.cursor("SELECT generate_series(1, 3)")]
                assert rows == [1, 2, 3]
            await connection.execute(LOSE)


async def test_a_missing_statement_that_is_not_ours_is_an_error(ours):
    async with ours.connection() as connection:
        for _ in range(2):
            with pytest.raises(ours.driver.InvalidSQLStatementNameError, match="nothing"):
                await connection.fetch("EXECUTE nothing")
        await fetchval(connection)
        assert await connection.fetchval(NAMES) > 0


async def test_a_missing_statement_that_a_query_names_is_an_error(ours):
    async with ours.connection() as connection:
        name = f"{connection._name_prefix}statement_none__"
        for _ in range(2):
            with pytest.raises(ours.driver.InvalidSQLStatementNameError, match=name):
                await connection.fetch(f"EXECUTE {name}")


def following_name(connection):
    return f"{connection._name_prefix}statement_{connection._named + 1:x}__"


async def test_a_name_that_is_taken_is_replaced_by_another(ours):
    async with ours.connection() as connection:
        await connection.execute(f'PREPARE "{following_name(connection)}" AS SELECT 7')
        assert await connection.fetchval(QUERY, 1) == 2
        assert await connection.fetchval(QUERY, 2) == 3


@each(WITHIN_A_TRANSACTION)
async def test_within_a_transaction_a_name_that_is_taken_is_one_error(ours, work):
    async with ours.connection() as connection:
        await connection.execute(f'PREPARE "{following_name(connection)}" AS SELECT 7')
        with pytest.raises(ours.driver.DuplicatePreparedStatementError, match="already exists"):
            async with connection.transaction():
                await work(connection)
        assert not connection.is_in_transaction()
        async with connection.transaction():
            first = await work(connection)
        assert await connection.fetchval(QUERY, 1) == 2
        async with connection.transaction():
            assert await work(connection) == first


async def test_names_differ_between_connections(ours):
    async with ours.connection() as one, ours.connection() as other:
        names = [(await c.prepare("SELECT 1")).get_name() for c in (one, other)]
        assert names[0] != names[1]


async def test_a_pipeline_s_lost_statements_are_errors_once(ours):
    async with ours.connection() as connection:
        await connection.fetchval(QUERY, 1)
        await connection.execute(LOSE)
        for expected in ("InvalidSQLStatementNameError", "NoneType"):
            async with connection.pipeline(return_exceptions=True) as pipelined:
                result = pipelined.fetchval(QUERY, 1)
            assert type(result.exception()).__name__ == expected
