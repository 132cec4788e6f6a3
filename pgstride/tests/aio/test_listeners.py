"""Listeners and query loggers."""

import asyncio

import pytest


async def until(condition, seconds=2):
    for _ in range(int(seconds * 100)):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("nothing has come")


async def test_hears_notifications(both):
    heard = []

    async def hear_later(*arguments):
        heard.append(("later", *arguments))

    def hear(*arguments):
        heard.append(arguments)

    async with both.connection() as connection, both.connection() as other:
        await connection.add_listener("odd channel", hear)
        await connection.add_listener("odd channel", hear_later)
        await connection.add_listener("another", hear)
        await other.execute("NOTIFY \"odd channel\", 'text'")
        await until(lambda: len(heard) == 2)
        pid = other.get_server_pid()
        assert (connection, pid, "odd channel", "text") in heard
        assert ("later", connection, pid, "odd channel", "text") in heard

        heard.clear()
        await connection.remove_listener("odd channel", hear_later)
        await other.execute('NOTIFY "odd channel"')
        await until(lambda: heard)
        assert heard == [(connection, pid, "odd channel", "")]

        await connection.remove_listener("odd channel", hear)
        await connection.remove_listener("odd channel", hear)
        await connection.remove_listener("never", hear)
        channels = await connection.fetch("SELECT pg_listening_channels()")
        assert [row[0] for row in channels] == ["another"]


async def test_hears_what_it_sends_itself(both):
    heard = []
    async with both.connection() as connection:
        await connection.add_listener("own", lambda *arguments: heard.append(arguments[2:]))
        async with connection.transaction():
            await connection.execute("SELECT pg_notify('own', 'x')")
        await until(lambda: heard)
        assert heard == [("own", "x")]


async def test_hears_log_messages(both):
    heard = []

    async def hear_later(connection, message):
        heard.append(message)

    def hear(connection, message):
        heard.append(message)

    async with both.connection() as connection:
        connection.add_log_listener(hear)
        connection.add_log_listener(hear_later)
        await connection.execute("DO $$ BEGIN RAISE WARNING 'careful: %', 5; END $$")
        await until(lambda: len(heard) == 2)
        for message in heard:
            assert isinstance(message, both.driver.PostgresLogMessage)
            assert isinstance(message, both.driver.PostgresWarning)
            assert (message.message, message.severity) == ("careful: 5", "WARNING")
            assert message.query.startswith("DO $$")
        connection.remove_log_listener(hear)
        connection.remove_log_listener(hear_later)
        heard.clear()
        await connection.execute("DO $$ BEGIN RAISE NOTICE 'note'; END $$")
        await asyncio.sleep(0.01)
        assert heard == []


@pytest.mark.parametrize("how", ["close", "terminate", "server"])
async def test_hears_of_its_end(both, how):
    heard = []

    async def hear_later(connection):
        heard.append(connection)

    async with both.connection() as connection, both.connection() as other:
        connection.add_termination_listener(heard.append)
        connection.add_termination_listener(hear_later)
        connection.add_termination_listener(print)
        connection.remove_termination_listener(print)
        if how == "close":
            await connection.close()
        elif how == "terminate":
            connection.terminate()
        else:
            await other.execute(f"SELECT pg_terminate_backend({connection.get_server_pid()})")
        await until(lambda: len(heard) == 2)
        await asyncio.sleep(0.02)
        assert heard == [connection, connection]
        assert connection.is_closed()


async def test_refuses_what_cannot_be_called(both):
    error = both.driver.InterfaceError
    async with both.connection() as connection:
        with pytest.raises(error, match="expected a callable or an `async def` function"):
            connection.add_log_listener("text")
        with pytest.raises(error, match="expected a callable or an `async def` function"):
            await connection.add_listener("channel", 5)
        await connection.close()
        with pytest.raises(error, match="connection is closed"):
            connection.add_log_listener(print)
        with pytest.raises(error, match="connection is closed"):
            await connection.add_listener("channel", print)
        await connection.remove_listener("channel", print)


async def test_a_pool_warns_of_listeners_that_are_left(both):
    async with both.pool(max_size=1) as pool:
        connection = await pool.acquire()
        await connection.add_listener("left", print)
        await connection.add_listener("left", repr)
        connection.add_log_listener(print)
        with pytest.warns(both.driver.InterfaceWarning) as warned:
            await pool.release(connection)
        texts = [str(warning.message) for warning in warned]
        assert any("has 2 active notification listeners" in text for text in texts)
        assert any("has 1 active log listener" in text for text in texts)
        assert await pool.fetchval("SELECT count(*) FROM pg_listening_channels()") == 0


async def test_listeners_know_the_pools_proxy(both):
    heard = []
    async with both.pool(max_size=1) as pool:
        async with pool.acquire() as connection:
            await connection.add_listener("pooled", lambda *arguments: heard.append(arguments[0]))
            await connection.execute("NOTIFY pooled")
            await until(lambda: heard)
            assert heard == [connection]
            connection._con._listeners.clear()


async def test_logs_queries(both):
    logged = []

    async def log_later(record):
        logged.append(record)

    async with both.connection() as connection:
        with connection.query_logger(logged.append):
            await connection.execute("SELECT 1")
            await connection.fetch("SELECT $1::int", 2, timeout=5)
            await connection.fetchrow("SELECT $1::int", 3)
            await connection.fetchval("SELECT $1::int", 4)
            await connection.execute("SELECT $1::int", 5)
            await connection.executemany("SELECT $1::int", [(6,), (7,)])
            with pytest.raises(both.driver.DivisionByZeroError):
                await connection.fetch("SELECT 1/0")
            await asyncio.sleep(0.01)
        await connection.execute("SELECT 'not logged'")
        queries = [(record.query, record.args) for record in logged]
        assert queries == [
            ("SELECT 1", ()),
            ("SELECT $1::int", (2,)),
            ("SELECT $1::int", (3,)),
            ("SELECT $1::int", (4,)),
            ("SELECT $1::int", (5,)),
            ("SELECT $1::int", [(6,), (7,)]),
            ("SELECT 1/0", ()),
        ]
        assert logged[1].timeout == 5
        assert isinstance(logged[-1].exception, both.driver.DivisionByZeroError)
        assert all(record.exception is None for record in logged[:-1])
        assert all(0 < record.elapsed < 5 for record in logged)
        assert logged[0].conn_addr == (both.arguments["host"], both.arguments["port"])
        assert logged[0].conn_params.user == both.arguments["user"]

        logged.clear()
        connection.add_query_logger(log_later)
        await connection.fetchval("SELECT 1")
        await asyncio.sleep(0.01)
        connection.remove_query_logger(log_later)
        await connection.fetchval("SELECT 1")
        await asyncio.sleep(0.01)
        assert len(logged) == 1


async def test_logs_transactions(both):
    logged = []
    async with both.connection() as connection:
        with connection.query_logger(lambda record: logged.append(record.query)):
            async with connection.transaction():
                await connection.fetchval("SELECT 1")
            await asyncio.sleep(0.01)
        assert logged == ["BEGIN;", "SELECT 1", "COMMIT;"]
