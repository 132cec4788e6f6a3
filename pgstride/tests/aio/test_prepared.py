"""Prepared statements."""

import gc

import pytest


async def test_says_what_it_is(both):
    types = both.driver.types
    async with both.connection() as connection:
        statement = await connection.prepare("SELECT $1::int AS number, $2::text[] AS words")
        integer = types.Type(oid=23, name="int4", kind="scalar", schema="pg_catalog")
        texts = types.Type(oid=1009, name="text[]", kind="array", schema="pg_catalog")
        assert statement.get_query() == "SELECT $1::int AS number, $2::text[] AS words"
        assert statement.get_parameters() == (integer, texts)
        assert statement.get_attributes() == (
            types.Attribute(name="number", type=integer),
            types.Attribute(name="words", type=texts),
        )
        assert isinstance(statement.get_name(), str)


async def test_has_no_attributes_without_rows(both):
    async with both.connection() as connection:
        statement = await connection.prepare("CREATE TEMP TABLE empty (a int)")
        assert statement.get_attributes() == ()
        assert statement.get_parameters() == ()


async def test_runs_in_all_ways(both):
    async with both.connection() as connection:
        statement = await connection.prepare("SELECT $1::int AS a, $1 + 1 AS b")
        assert [tuple(row) for row in await statement.fetch(1)] == [(1, 2)]
        assert tuple(await statement.fetchrow(2)) == (2, 3)
        assert await statement.fetchval(3) == 3
        assert await statement.fetchval(3, column=1) == 4
        assert [row["b"] for row in await statement.fetchmany([(1,), (2,)])] == [2, 3]
        assert await statement.executemany([(1,), (2,)]) is None


async def test_without_rows_gives_none(both):
    async with both.connection() as connection:
        statement = await connection.prepare("SELECT 1 WHERE false")
        assert await statement.fetch() == []
        assert await statement.fetchrow() is None
        assert await statement.fetchval() is None


async def test_knows_the_tag_of_its_last_execution(both):
    async with both.connection() as connection:
        statement = await connection.prepare("SELECT generate_series(1, 3)")
        assert statement.get_statusmsg() is None
        await statement.fetch()
        assert statement.get_statusmsg() == "SELECT 3"


async def test_can_be_named(both):
    async with both.connection() as connection:
        statement = await connection.prepare("SELECT 1", name="mine")
        assert statement.get_name() == "mine"
        named = "SELECT statement FROM pg_prepared_statements WHERE name = 'mine'"
        assert await connection.fetchval(named) == "SELECT 1"
        with pytest.raises(both.driver.DuplicatePreparedStatementError):
            await connection.prepare("SELECT 2", name="mine")


async def test_explains_itself(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE kept (value int)")
        statement = await connection.prepare("INSERT INTO kept VALUES ($1)")
        plan = await statement.explain(1)
        assert plan[0]["Plan"]["Node Type"] == "ModifyTable"
        assert "Actual Rows" not in plan[0]["Plan"]
        analysed = await statement.explain(1, analyze=True)
        assert "Actual Rows" in analysed[0]["Plan"]
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0


async def test_counts_its_arguments(both):
    async with both.connection() as connection:
        statement = await connection.prepare("SELECT $1::int")
        message = "the server expects 1 argument for this query, 2 were passed"
        with pytest.raises(both.driver.InterfaceError, match=message):
            await statement.fetch(1, 2)
        message = r"invalid input for query argument \$1: 'one' .*"
        with pytest.raises(both.driver.DataError, match=message):
            await statement.fetch("one")


async def test_makes_records_of_a_class(both):
    class Row(both.driver.Record):
        pass

    async with both.connection() as connection:
        statement = await connection.prepare("SELECT 1", record_class=Row)
        assert type((await statement.fetch())[0]) is Row
        async with connection.transaction():
            assert [type(row) async for row in statement.cursor()] == [Row]
        with pytest.raises(both.driver.InterfaceError, match="record_class is expected to be a"):
            await connection.prepare("SELECT 1", record_class=dict)


async def test_its_errors_are_the_servers(both):
    async with both.connection() as connection:
        with pytest.raises(both.driver.PostgresSyntaxError) as caught:
            await connection.prepare("SELEKT")
        assert caught.value.query == "SELEKT"
        statement = await connection.prepare("SELECT 1/$1::int")
        with pytest.raises(both.driver.DivisionByZeroError):
            await statement.fetch(0)
        assert await statement.fetchval(1) == 1


async def test_is_closed_on_the_server_when_nobody_refers_to_it(both):
    count = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 12345'"
    async with both.connection() as connection:
        statement = await connection.prepare("SELECT 12345")
        assert await connection.fetchval(count) == 1
        del statement
        gc.collect()
        await connection.fetch("SELECT 'something that is not yet prepared'")
        assert await connection.fetchval(count) == 0


async def test_a_cursor_keeps_it_open(both):
    async with both.connection(statement_cache_size=0) as connection:
        async with connection.transaction():
            cursor = await (await connection.prepare("SELECT generate_series(1, 3)")).cursor()
            gc.collect()
            await connection.fetch("SELECT 'something that is not yet prepared'")
            assert [row[0] for row in await cursor.fetch(10)] == [1, 2, 3]


async def test_ends_with_the_connection(both):
    async with both.connection() as connection:
        statement = await connection.prepare("SELECT 1")
        await connection.close()
        message = r"cannot call PreparedStatement.fetch\(\): the underlying connection is closed"
        with pytest.raises(both.driver.InterfaceError, match=message):
            await statement.fetch()
        with pytest.raises(both.driver.InterfaceError, match="connection is closed"):
            await connection.prepare("SELECT 1")


async def test_ends_when_the_connection_goes_back_to_its_pool(both):
    async with both.pool() as pool:
        async with pool.acquire() as connection:
            statement = await connection.prepare("SELECT 1")
        message = (
            r"cannot call PreparedStatement.get_query\(\): "
            "the underlying connection has been released back to the pool"
        )
        with pytest.raises(both.driver.InterfaceError, match=message):
            statement.get_query()


async def test_is_unnamed_without_a_statement_cache(both):
    async with both.connection(statement_cache_size=0) as connection:
        first = await connection.prepare("SELECT $1::int")
        second = await connection.prepare("SELECT $1::text")
        assert first.get_name() == second.get_name() == ""
        assert await first.fetchval(1) == 1
        assert await second.fetchval("x") == "x"
        assert await first.fetchval(2) == 2
        assert [row[0] for row in await first.fetchmany([(1,), (2,)])] == [1, 2]
        assert await connection.fetchval("SELECT count(*) FROM pg_prepared_statements") == 0
