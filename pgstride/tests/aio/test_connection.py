"""Connection: queries, time-outs, the cache of statements, and the end."""

import asyncio

import pytest


async def test_runs_queries(both):
    async with both.connection() as connection:
        rows = await connection.fetch("SELECT $1::int AS a, $2::text AS b", 1, "x")
        assert [tuple(row) for row in rows] == [(1, "x")]
        assert (await connection.fetchrow("SELECT generate_series(1, 3) AS n"))["n"] == 1
        assert await connection.fetchrow("SELECT 1 WHERE false") is None
        assert await connection.fetchval("SELECT 1, 2", column=1) == 2
        assert await connection.fetchval("SELECT 1 WHERE false") is None
        with pytest.raises(IndexError):
            await connection.fetchval("SELECT 1", column=1)
        rows = await connection.fetchmany("SELECT $1::int * 2", [(1,), (2,), (3,)])
        assert [row[0] for row in rows] == [2, 4, 6]


async def test_executes_and_tells_the_tag(both):
    async with both.connection() as connection:
        script = "CREATE TEMP TABLE t (a int); INSERT INTO t VALUES (1), (2)"
        assert await connection.execute(script) == "INSERT 0 2"
        assert await connection.execute("UPDATE t SET a = a + $1", 1) == "UPDATE 2"
        assert await connection.execute("SELECT a FROM t") == "SELECT 2"
        assert await connection.fetch("") == []


async def test_executes_nothing(ours):
    async with ours.connection() as connection:
        assert await connection.execute("") == ""


async def test_executes_many_or_none(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE t (a int CHECK (a > 0))")
        command = "INSERT INTO t VALUES ($1)"
        assert await connection.executemany(command, [(1,), [2]]) is None
        with pytest.raises(both.driver.CheckViolationError):
            await connection.executemany(command, [(3,), (0,), (4,)])
        message = r"invalid input for query argument \$1 in element #1 of executemany\(\) sequence"
        with pytest.raises(both.driver.DataError, match=message):
            await connection.executemany(command, [(3,), ("x",)])
        message = r"invalid input in executemany\(\) argument sequence element #0: expected a seq"
        with pytest.raises(both.driver.DataError, match=message):
            await connection.executemany(command, [5])
        await connection.executemany(command, [])
        await connection.executemany(command, ((number,) for number in range(3, 10_000)))
        assert await connection.fetchval("SELECT count(*) FROM t") == 9999


async def test_refuses_a_second_operation_at_a_time(both):
    message = "cannot perform operation: another operation is in progress"
    async with both.connection() as connection:
        running = asyncio.ensure_future(connection.fetchval("SELECT pg_sleep(0.2), 1", column=1))
        await asyncio.sleep(0.05)
        for run in (connection.fetch, connection.execute, connection.prepare):
            with pytest.raises(both.driver.InterfaceError, match=message):
                await run("SELECT 1")
        assert await running == 1


@pytest.mark.parametrize("method", ["fetch", "fetchrow", "fetchval", "execute", "prepare"])
async def test_times_out(both, method):
    async with both.connection() as connection, both.connection() as other:
        await other.execute("CREATE TABLE IF NOT EXISTS locked (a int)")
        query = "SELECT pg_sleep(10)"
        if method == "prepare":
            await other.execute("BEGIN; LOCK TABLE locked")
            query = "SELECT * FROM locked"
        with pytest.raises(asyncio.TimeoutError):
            await getattr(connection, method)(query, timeout=0.05)
        assert await connection.fetchval("SELECT 1") == 1


async def test_times_out_by_default(both):
    async with both.connection(command_timeout=0.05) as connection:
        with pytest.raises(asyncio.TimeoutError):
            await connection.fetch("SELECT pg_sleep(10)")
        with pytest.raises(asyncio.TimeoutError):
            await connection.execute("SELECT pg_sleep(10)")
        with pytest.raises(asyncio.TimeoutError):
            await connection.executemany("SELECT pg_sleep($1)", [(10,)])
        assert await connection.fetchval("SELECT pg_sleep(0.1), 1", column=1, timeout=5) == 1


@pytest.mark.parametrize("timeout", [True, "soon"])
async def test_refuses_what_is_no_time_out(both, timeout):
    async with both.connection() as connection:
        for run in (connection.fetch, connection.fetchval, connection.execute):
            await run("SELECT 1")
            with pytest.raises(ValueError, match="invalid timeout value: expected non-negative"):
                await run("SELECT 1", timeout=timeout)
        assert await connection.fetchval("SELECT 1") == 1


@pytest.mark.parametrize("timeout", [0, -1])
async def test_sends_nothing_when_the_time_is_over_before(both, timeout):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE t (a int)")
        command = "INSERT INTO t VALUES ($1)"
        for _ in range(2):
            with pytest.raises(asyncio.TimeoutError):
                await connection.execute("INSERT INTO t VALUES (1)", timeout=timeout)
            with pytest.raises(asyncio.TimeoutError):
                await connection.fetch(command, 1, timeout=timeout)
            assert await connection.fetchval("SELECT count(*) FROM t") == 0
            await connection.fetch(command, 1)
            await connection.execute("TRUNCATE t")


async def test_prepares_each_query_once(both):
    count = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int'"
    async with both.connection() as connection:
        for number in range(3):
            await connection.fetchval("SELECT $1::int", number)
        assert await connection.fetchval(count) == 1


async def test_caches_so_many_statements(both):
    async with both.connection(statement_cache_size=3) as connection:
        for number in range(10):
            assert await connection.fetchval(f"SELECT {number}") == number
        assert await connection.fetchval("SELECT count(*) FROM pg_prepared_statements") <= 4


async def test_caches_statements_for_so_long(both):
    count = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int'"
    async with both.connection(max_cached_statement_lifetime=0.1) as connection:
        await connection.fetchval("SELECT $1::int", 1)
        await asyncio.sleep(0.2)
        assert await connection.fetchval("SELECT $1::text", "what closes it") == "what closes it"
        assert await connection.fetchval(count) == 0
        assert await connection.fetchval("SELECT $1::int", 1) == 1


async def test_caches_no_long_statements(both):
    async with both.connection(max_cacheable_statement_size=100) as connection:
        long = f"SELECT '{'x' * 100}', $1::int"
        for number in range(3):
            assert await connection.fetchval(long, number, column=1) == number
        count = "SELECT count(*) FROM pg_prepared_statements WHERE length(statement) > 100"
        assert await connection.fetchval(count) == 0


async def test_survives_a_change_of_the_schema(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE t AS SELECT 1 AS a")
        assert await connection.fetchval("SELECT * FROM t") == 1
        await connection.execute("ALTER TABLE t ALTER a TYPE text")
        assert await connection.fetchval("SELECT * FROM t") == "1"
        await connection.execute("ALTER TABLE t ALTER a TYPE int USING a::int")
        with pytest.raises(both.driver.InvalidCachedStatementError):
            async with connection.transaction():
                await connection.fetch("SELECT * FROM t")
        assert await connection.fetchval("SELECT * FROM t") == 1


async def test_makes_records_of_a_class(both):
    class Row(both.driver.Record):
        def hello(self):
            return self["hello"]

    async with both.connection(record_class=Row) as connection:
        assert (await connection.fetchrow("SELECT 'hi' AS hello")).hello() == "hi"
        row = await connection.fetchrow("SELECT 1", record_class=both.driver.Record)
        assert type(row) is both.driver.Record
    async with both.connection() as connection:
        assert type(await connection.fetchrow("SELECT 1", record_class=Row)) is Row
        assert type((await connection.fetch("SELECT 1", record_class=Row))[0]) is Row
        rows = await connection.fetchmany("SELECT $1::int", [(1,)], record_class=Row)
        assert type(rows[0]) is Row


async def test_refuses_classes_that_records_cannot_be_of(both):
    class Initialised(both.driver.Record):
        def __init__(self):
            pass

    error = both.driver.InterfaceError
    async with both.connection() as connection:
        with pytest.raises(error, match="record_class is expected to be a subclass of"):
            await connection.fetch("SELECT 1", record_class=tuple)
        with pytest.raises(error, match="record_class must not redefine __new__ or __init__"):
            await connection.fetch("SELECT 1", record_class=Initialised)
    with pytest.raises(error, match="record_class is expected to be a subclass of"):
        await both.driver.connect(**both.arguments, record_class=tuple)
    with pytest.raises(error, match="connection_class is expected to be a subclass of"):
        await both.driver.connect(**both.arguments, connection_class=tuple)


async def test_knows_its_server(both):
    async with both.connection() as connection:
        version = connection.get_server_version()
        assert version.major == int((await connection.fetchval("SHOW server_version_num"))[:-4])
        assert version.releaselevel == "final"
        assert connection.get_server_pid() == await connection.fetchval("SELECT pg_backend_pid()")
        assert connection.get_settings().server_encoding == "UTF8"
        await connection.execute("SET timezone = 'Asia/Tokyo'")
        assert connection.get_settings().TimeZone == "Asia/Tokyo"
        assert not hasattr(connection.get_settings(), "no_such_setting")


async def test_resets(both):
    reported = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    async with both.connection() as connection:
        usual = await connection.fetchval("SHOW work_mem")
        await connection.execute("SET work_mem = '77MB'; LISTEN somewhere")
        await connection.execute("BEGIN")
        await connection.reset()
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SHOW work_mem") == usual
        assert await connection.fetch("SELECT pg_listening_channels()") == []
        assert len(reported) == 1
        assert "RESET ALL" in connection.get_reset_query()


async def test_closes(both):
    connection = await both.driver.connect(**both.arguments)
    assert not connection.is_closed()
    await connection.close()
    assert connection.is_closed()
    await connection.close()
    connection.terminate()
    for run in (connection.fetch, connection.fetchval, connection.execute):
        with pytest.raises(both.driver.InterfaceError, match="connection is closed"):
            await run("SELECT 1")


async def test_terminates(both):
    connection = await both.driver.connect(**both.arguments)
    running = asyncio.ensure_future(connection.fetch("SELECT pg_sleep(10)"))
    await asyncio.sleep(0.05)
    connection.terminate()
    assert connection.is_closed()
    with pytest.raises(both.driver.ConnectionDoesNotExistError):
        await running


async def test_cancels_what_runs_when_it_closes(both):
    connection = await both.driver.connect(**both.arguments)
    running = asyncio.ensure_future(connection.fetch("SELECT pg_sleep(10)"))
    await asyncio.sleep(0.05)
    await asyncio.wait_for(connection.close(), 5)
    with pytest.raises((both.driver.QueryCanceledError, both.driver.ConnectionDoesNotExistError)):
        await running


async def test_warns_when_it_is_forgotten(both):
    connection = await both.driver.connect(**both.arguments)
    with pytest.warns(ResourceWarning, match="unclosed connection"):
        del connection
    await asyncio.sleep(0.01)


async def test_errors_have_all_fields(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE t (a int CONSTRAINT positive CHECK (a > 0))")
        with pytest.raises(both.driver.CheckViolationError) as caught:
            await connection.execute("INSERT INTO t VALUES ($1)", -1)
        error = caught.value
        assert (error.sqlstate, error.severity, error.table_name) == ("23514", "ERROR", "t")
        assert error.constraint_name == "positive"
        assert error.detail == "Failing row contains (-1)."
        assert error.query == "INSERT INTO t VALUES ($1)"
        assert "DETAIL:  Failing row contains (-1)." in str(error)


async def test_is_an_instance_of_its_class_only(ours):
    class Mine(ours.driver.Connection):
        pass

    async with ours.connection() as connection, ours.connection(connection_class=Mine) as mine:
        assert isinstance(mine, Mine)
        assert isinstance(mine, ours.driver.Connection)
        assert not isinstance(connection, Mine)
        assert not isinstance("text", ours.driver.Connection)
