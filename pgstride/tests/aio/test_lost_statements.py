"""Statements that the server has lost, as behind a pooler that changes servers."""

import pytest

QUERY = "SELECT $1::int + 1"


async def run(connection, method):
    if method == "execute":
        return await connection.execute(QUERY, 1)
    if method == "fetch":
        [row] = await connection.fetch(QUERY, 1)
        return row[0]
    return await getattr(connection, method)(QUERY, 1)


@pytest.mark.parametrize("method", ["fetch", "fetchrow", "fetchval", "execute"])
async def test_outside_a_transaction_a_lost_statement_is_prepared_anew(ours, method):
    async with ours.connection() as connection:
        expected = await run(connection, method)
        await connection.execute("DEALLOCATE ALL")
        for _ in range(3):
            assert await run(connection, method) == expected
        # From now on nothing is left to lose.
        names = "SELECT count(*) FROM pg_prepared_statements"
        assert await connection.fetchval(names) == 0


async def test_within_a_transaction_it_is_an_error(ours):
    async with ours.connection() as connection:
        await connection.fetchval(QUERY, 1)
        with pytest.raises(ours.driver.InvalidSQLStatementNameError):
            async with connection.transaction():
                await connection.execute("DEALLOCATE ALL")
                await connection.fetchval(QUERY, 1)
        assert await connection.fetchval(QUERY, 1) == 2


async def test_a_missing_statement_that_is_not_ours_is_an_error(ours):
    async with ours.connection() as connection:
        for _ in range(2):
            with pytest.raises(ours.driver.InvalidSQLStatementNameError, match="nothing"):
                await connection.fetch("EXECUTE nothing")
        await connection.fetchval(QUERY, 1)
        names = "SELECT count(*) FROM pg_prepared_statements"
        assert await connection.fetchval(names) > 0


async def test_a_name_that_is_taken_is_replaced_by_another(ours):
    async with ours.connection() as connection:
        following = f"{connection._name_prefix}statement_{connection._named + 1:x}__"
        await connection.execute(f'PREPARE "{following}" AS SELECT 7')
        assert await connection.fetchval(QUERY, 1) == 2
        assert await connection.fetchval(QUERY, 2) == 3


async def test_names_differ_between_connections(ours):
    async with ours.connection() as one, ours.connection() as other:
        names = [(await c.prepare("SELECT 1")).get_name() for c in (one, other)]
        assert names[0] != names[1]


async def test_a_pipeline_s_lost_statements_are_errors_once(ours):
    async with ours.connection() as connection:
        await connection.fetchval(QUERY, 1)
        await connection.execute("DEALLOCATE ALL")
        for expected in ("InvalidSQLStatementNameError", "NoneType"):
            async with connection.pipeline(return_exceptions=True) as pipeline:
                result = pipeline.fetchval(QUERY, 1)
            assert type(result.exception()).__name__ == expected
