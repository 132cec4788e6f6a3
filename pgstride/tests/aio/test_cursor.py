"""Cursors."""

import pytest

SERIES = "SELECT generate_series(0, $1::int) AS number"


async def test_iterates_over_all_rows(both):
    async with both.connection() as connection:
        async with connection.transaction():
            numbers = [row["number"] async for row in connection.cursor(SERIES, 120)]
            assert numbers == list(range(121))


@pytest.mark.parametrize("prefetch", [1, 2, 3, 50, 1000])
@pytest.mark.parametrize("last", [0, 1, 2, 5])
async def test_prefetches_any_number_of_rows(both, prefetch, last):
    async with both.connection() as connection:
        async with connection.transaction():
            cursor = connection.cursor(SERIES, last, prefetch=prefetch)
            assert [row[0] async for row in cursor] == list(range(last + 1))


async def test_iterates_over_no_rows(both):
    async with both.connection() as connection:
        async with connection.transaction():
            assert [row async for row in connection.cursor("SELECT 1 WHERE false")] == []


async def test_runs_other_queries_between_rows(both):
    async with both.connection() as connection:
        async with connection.transaction():
            async for row in connection.cursor(SERIES, 5, prefetch=2):
                assert await connection.fetchval("SELECT $1::int", row[0]) == row[0]


async def test_nests(both):
    async with both.connection() as connection:
        async with connection.transaction():
            pairs = [
                (outer[0], inner[0])
                async for outer in connection.cursor(SERIES, 2, prefetch=1)
                async for inner in connection.cursor(SERIES, 1, prefetch=1)
            ]
            assert pairs == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


async def test_moves_and_fetches(both):
    async with both.connection() as connection:
        async with connection.transaction():
            cursor = await connection.cursor(SERIES, 9)
            assert [row[0] for row in await cursor.fetch(2)] == [0, 1]
            assert (await cursor.fetchrow())[0] == 2
            assert await cursor.forward(3) == 3
            assert [row[0] for row in await cursor.fetch(3)] == [6, 7, 8]
            assert await cursor.forward(5) == 1
            assert await cursor.fetch(1) == []
            assert await cursor.fetchrow() is None


async def test_ends_exactly_at_the_last_row(both):
    async with both.connection() as connection:
        async with connection.transaction():
            cursor = await connection.cursor(SERIES, 1)
            assert len(await cursor.fetch(2)) == 2
            assert await cursor.fetch(2) == []
            assert await cursor.fetchrow() is None


async def test_needs_a_transaction(both):
    message = "cursor cannot be created outside of a transaction"
    error = both.driver.NoActiveSQLTransactionError
    async with both.connection() as connection:
        with pytest.raises(error, match=message):
            await connection.cursor("SELECT 1")
        with pytest.raises(error, match=message):
            async for _ in connection.cursor("SELECT 1"):
                pass


async def test_ends_with_its_transaction(both):
    async with both.connection() as connection:
        async with connection.transaction():
            cursor = await connection.cursor(SERIES, 9)
        with pytest.raises(both.driver.NoActiveSQLTransactionError):
            await cursor.fetch(1)
        async with connection.transaction():
            with pytest.raises(both.driver.InvalidCursorNameError):
                await cursor.fetch(1)


async def test_checks_its_numbers(both):
    error = both.driver.InterfaceError
    async with both.connection() as connection:
        async with connection.transaction():
            with pytest.raises(error, match="prefetch argument must be greater than zero"):
                async for _ in connection.cursor("SELECT 1", prefetch=0):
                    pass
            message = "prefetch argument can only be specified for iterable cursor"
            with pytest.raises(error, match=message):
                await connection.cursor("SELECT 1", prefetch=1)
            cursor = await connection.cursor("SELECT 1")
            with pytest.raises(error, match="n must be greater than zero"):
                await cursor.fetch(0)
            with pytest.raises(error, match="n must be greater than zero"):
                await cursor.forward(-1)


async def test_closes_its_portal_at_the_end(both):
    async with both.connection() as connection:
        async with connection.transaction():
            await connection.execute("CREATE TEMP TABLE small AS SELECT 1 AS a")
            async for _ in connection.cursor("SELECT a FROM small", prefetch=1):
                pass
            # Refused while a portal is open on the table.
            await connection.execute("ALTER TABLE small ADD COLUMN b int")


async def test_its_errors_are_the_servers(both):
    async with both.connection() as connection:
        async with connection.transaction():
            with pytest.raises(both.driver.DivisionByZeroError):
                async with connection.transaction():
                    query = "SELECT 1/(2 - g) FROM generate_series(1, 3) g"
                    async for _ in connection.cursor(query, prefetch=1):
                        pass
            assert await connection.fetchval("SELECT 1") == 1


async def test_makes_records_of_a_class(both):
    class Row(both.driver.Record):
        pass

    async with both.connection() as connection:
        async with connection.transaction():
            cursor = connection.cursor("SELECT 1", record_class=Row)
            assert [type(row) async for row in cursor] == [Row]
            cursor = await connection.cursor("SELECT 1", record_class=Row)
            assert type(await cursor.fetchrow()) is Row


async def test_ends_when_the_connection_goes_back_to_its_pool(both):
    async with both.pool() as pool:
        async with pool.acquire() as connection:
            async with connection.transaction():
                cursor = await connection.cursor("SELECT 1")
        message = (
            r"cannot call Cursor.fetch\(\): "
            "the underlying connection has been released back to the pool"
        )
        with pytest.raises(both.driver.InterfaceError, match=message):
            await cursor.fetch(1)


async def test_works_without_a_statement_cache(both):
    async with both.connection(statement_cache_size=0) as connection:
        async with connection.transaction():
            numbers = []
            async for row in connection.cursor(SERIES, 4, prefetch=2):
                await connection.fetch("SELECT $1::text", "another statement")
                numbers.append(row[0])
            assert numbers == [0, 1, 2, 3, 4]
