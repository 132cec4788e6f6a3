"""The pool."""

import asyncio
import gc
import itertools
import logging

import pytest

from backends import end_backend


async def backend(connection):
    return await connection.fetchval("SELECT pg_backend_pid()")


async def test_lends_connections(both):
    async with both.pool() as pool:
        async with pool.acquire() as connection:
            assert isinstance(connection, both.driver.Connection)
            assert await connection.fetchval("SELECT $1::int", 7) == 7
        connection = await pool.acquire()
        try:
            assert await connection.fetchval("SELECT $1::int", 8) == 8
        finally:
            await pool.release(connection)


async def test_runs_queries_by_itself(both):
    async with both.pool() as pool:
        assert await pool.execute("CREATE TABLE IF NOT EXISTS pooled (a int)") == "CREATE TABLE"
        assert await pool.execute("DELETE FROM pooled") is not None
        assert await pool.execute("INSERT INTO pooled VALUES ($1)", 1) == "INSERT 0 1"
        assert await pool.executemany("INSERT INTO pooled VALUES ($1)", [(2,), (3,)]) is None
        assert [row[0] for row in await pool.fetch("SELECT a FROM pooled ORDER BY 1")] == [1, 2, 3]
        assert (await pool.fetchrow("SELECT a FROM pooled WHERE a = $1", 2))["a"] == 2
        assert await pool.fetchval("SELECT 1, a FROM pooled WHERE a = $1", 3, column=1) == 3
        rows = await pool.fetchmany("SELECT $1::int + 1", [(1,), (2,)])
        assert [row[0] for row in rows] == [2, 3]
        await pool.execute("DROP TABLE pooled")


async def test_lends_the_last_connection_that_came_back(both):
    async with both.pool(min_size=3, max_size=3) as pool:
        first, second, third = [await pool.acquire() for _ in range(3)]
        pids = [await backend(connection) for connection in (first, second, third)]
        for connection in (third, first, second):
            await pool.release(connection)
        assert await pool.fetchval("SELECT pg_backend_pid()") == pids[1]
        async with pool.acquire() as one, pool.acquire() as other:
            assert [await backend(one), await backend(other)] == [pids[1], pids[0]]


async def test_connects_no_more_than_it_must(both):
    async with both.pool(min_size=1, max_size=5) as pool:
        assert (pool.get_size(), pool.get_idle_size()) == (1, 1)
        assert (pool.get_min_size(), pool.get_max_size(), pool.get_init_size()) == (1, 5, 1)
        for _ in range(5):
            await pool.fetchval("SELECT 1")
        assert pool.get_size() == 1
        async with pool.acquire(), pool.acquire():
            assert (pool.get_size(), pool.get_idle_size()) == (2, 0)
        assert (pool.get_size(), pool.get_idle_size()) == (2, 2)


async def test_starts_with_init_size_connections(both):
    async with both.pool(init_size=2, min_size=0, max_size=3) as pool:
        assert (pool.get_size(), pool.get_init_size(), pool.get_min_size()) == (2, 2, 0)


async def test_makes_tasks_wait_in_order(both):
    async with both.pool(max_size=1) as pool:
        order = []

        async def use(number):
            async with pool.acquire():
                order.append(number)
                await asyncio.sleep(0.001)

        await asyncio.gather(*(use(number) for number in range(20)))
        assert order == list(range(20))


async def test_gives_every_task_its_own_answer(both):
    async with both.pool(min_size=3, max_size=3) as pool:
        numbers = range(200)
        answers = await asyncio.gather(*(pool.fetchval("SELECT $1::int", n) for n in numbers))
        assert answers == list(numbers)


async def test_stops_waiting_after_the_time_out(both):
    async with both.pool(max_size=1) as pool:
        async with pool.acquire():
            with pytest.raises(asyncio.TimeoutError):
                await pool.acquire(timeout=0.05)
            with pytest.raises(asyncio.TimeoutError):
                async with pool.acquire(timeout=0.05):
                    pass
        async with pool.acquire(timeout=1) as connection:
            assert await connection.fetchval("SELECT 1") == 1


async def test_proxies_go_dead_after_release(both):
    error = both.driver.InterfaceError
    message = r"cannot call Connection.{}\(\): connection has been released back to the pool"
    async with both.pool() as pool:
        connection = await pool.acquire()
        await pool.release(connection)
        await pool.release(connection)
        assert "[released]" in repr(connection)
        with pytest.raises(error, match=message.format("fetch")):
            await connection.fetch("SELECT 1")
        with pytest.raises(error, match=message.format("transaction")):
            connection.transaction()
        assert isinstance(connection, both.driver.Connection)


async def test_refuses_foreign_connections(both):
    async with both.pool() as pool, both.pool() as other, both.connection() as connection:
        message = r"Pool.release\(\) received invalid connection: .* is not a member of this pool"
        with pytest.raises(both.driver.InterfaceError, match=message):
            await pool.release(connection)
        async with other.acquire() as others:
            with pytest.raises(both.driver.InterfaceError, match=message):
                await pool.release(others)


async def test_resets_what_was_set(both):
    async with both.pool(max_size=1) as pool:
        usual = await pool.fetchval("SHOW work_mem")
        async with pool.acquire() as connection:
            await connection.execute("SET work_mem = '77MB'")
            await connection.execute("SELECT pg_advisory_lock(4711)")
            await connection.execute("LISTEN somewhere")
        assert await pool.fetchval("SHOW work_mem") == usual
        assert await pool.fetchval("SELECT count(*) FROM pg_listening_channels()") == 0
        locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711"
        assert await pool.fetchval(locks) == 0


async def test_an_idle_connection_does_not_keep_locks(both):
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4712"
    async with both.pool(max_size=1) as pool, both.connection() as observer:
        await pool.execute("SELECT pg_advisory_lock(4712)")
        await asyncio.sleep(0.1)
        assert await observer.fetchval(locks) == 0


async def test_an_acquired_but_unused_connection_does_not_keep_locks(both):
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4713"
    async with both.pool(max_size=1) as pool, both.connection() as observer:
        await pool.execute("SELECT pg_advisory_lock(4713)")
        async with pool.acquire():
            await asyncio.sleep(0.1)
            assert await observer.fetchval(locks) == 0


async def test_rolls_back_what_is_left_open(both):
    reported = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    async with both.pool(max_size=1) as pool:
        async with pool.acquire() as connection:
            await connection.execute("BEGIN")
            await connection.execute("CREATE TABLE never (a int)")
        assert await pool.fetchval("SELECT to_regclass('never')") is None
        async with pool.acquire() as connection:
            await connection.transaction().start()
            await connection.execute("CREATE TABLE never (a int)")
        assert await pool.fetchval("SELECT to_regclass('never')") is None
        async with pool.acquire() as connection:
            await connection.transaction().start()
        async with pool.acquire() as connection:
            assert not connection.is_in_transaction()
    messages = [context["message"] for context in reported]
    assert len(messages) == 3
    assert all("Resetting connection with an active transaction" in text for text in messages)


async def test_calls_back_in_order(both):
    calls = []

    async def init(connection):
        assert type(connection) is both.driver.Connection
        calls.append("init")

    async def setup(connection):
        assert type(connection) is not both.driver.Connection
        assert isinstance(connection, both.driver.Connection)
        calls.append("setup")

    async def reset(connection):
        assert type(connection) is both.driver.Connection
        await connection.execute("RESET ALL")
        calls.append("reset")

    async with both.pool(max_size=1, init=init, setup=setup, reset=reset) as pool:
        assert calls == ["init"]
        async with pool.acquire():
            assert calls == ["init", "setup"]
        assert calls == ["init", "setup", "reset"]
        await pool.fetchval("SELECT 1")
        assert calls == ["init", "setup", "reset", "setup", "reset"]


@pytest.mark.parametrize("callback", ["init", "setup", "reset", "connect"])
async def test_a_failing_callback_costs_one_connection_only(both, callback):
    failures = [True]

    async def fail(*arguments, **keywords):
        if failures:
            failures.pop()
            raise ZeroDivisionError
        if callback == "connect":
            return await both.driver.connect(*arguments, **keywords)
        return None

    async with both.pool(min_size=0, max_size=1, **{callback: fail}) as pool:
        with pytest.raises(ZeroDivisionError):
            await pool.fetchval("SELECT 1")
        assert await pool.fetchval("SELECT 2") == 2


async def test_an_unfit_connection_is_refused(both):
    async def connect(*arguments, **keywords):
        return "a connection"

    message = "expected pool connect callback to return an instance of '.*Connection', got 'str'"
    with pytest.raises(both.driver.InterfaceError, match=message):
        async with both.create_pool(min_size=1, max_size=1, connect=connect):
            pass


async def test_connections_are_of_a_class(both):
    class Mine(both.driver.Connection):
        async def answer(self):
            return 42

    class Row(both.driver.Record):
        pass

    async with both.pool(connection_class=Mine, record_class=Row) as pool:
        async with pool.acquire() as connection:
            assert isinstance(connection, Mine)
            assert await connection.answer() == 42
        assert type((await pool.fetch("SELECT 1"))[0]) is Row


@pytest.mark.parametrize("method", ["reset", "get_reset_query"])
async def test_a_class_may_reset_otherwise(both, method):
    called = []

    class Mine(both.driver.Connection):
        pass

    async def reset(self, *, timeout=None):
        called.append(timeout)
        await both.driver.Connection.reset(self, timeout=timeout)

    def get_reset_query(self):
        called.append(None)
        return "RESET ALL"

    setattr(Mine, method, reset if method == "reset" else get_reset_query)
    async with both.pool(connection_class=Mine) as pool:
        await pool.fetchval("SELECT 1")
        assert len(called) == 1


async def test_replaces_connections_after_so_many_queries(both):
    async with both.pool(max_size=1, max_queries=5) as pool:
        pids = [await pool.fetchval("SELECT pg_backend_pid()") for _ in range(9)]
        assert len(set(pids)) == 3


async def test_replaces_expired_connections(both):
    async with both.pool(max_size=1) as pool:
        before = await pool.fetchval("SELECT pg_backend_pid()")
        async with pool.acquire() as connection:
            assert await backend(connection) == before
            await pool.expire_connections()
        after = await pool.fetchval("SELECT pg_backend_pid()")
        assert after != before
        await pool.expire_connections()
        assert await pool.fetchval("SELECT pg_backend_pid()") not in (before, after)


async def test_connects_with_new_arguments(both):
    async with both.pool(max_size=1) as pool:
        settings = {"application_name": "renamed"}
        pool.set_connect_args(**both.arguments, server_settings=settings)
        await pool.expire_connections()
        assert await pool.fetchval("SHOW application_name") == "renamed"


async def test_replaces_closed_connections(both):
    async with both.pool(max_size=1) as pool:
        async with pool.acquire() as connection:
            before = await backend(connection)
            await connection.close()
        async with pool.acquire() as connection:
            assert await backend(connection) != before
            connection.terminate()
        assert await pool.fetchval("SELECT 1") == 1


async def test_replaces_connections_that_the_server_closed(both):
    async with both.pool(max_size=1) as pool, both.connection() as other:
        for _ in range(3):
            pid = await pool.fetchval("SELECT pg_backend_pid()")
            await end_backend(other, pid)
            await asyncio.sleep(0.05)
            assert await pool.fetchval("SELECT pg_backend_pid()") != pid


async def test_replaces_a_connection_that_is_lost_in_a_query(both):
    async with both.pool(max_size=1) as pool:
        with pytest.raises((both.driver.PostgresError, both.driver.InterfaceError)):
            await pool.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")
        assert await pool.fetchval("SELECT 1") == 1
        async with pool.acquire() as connection:
            with pytest.raises((both.driver.PostgresError, both.driver.InterfaceError)):
                await connection.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")
        assert await pool.fetchval("SELECT 1") == 1


async def test_restores_its_minimum(both):
    async with both.pool(min_size=2, max_size=2) as pool:
        async with pool.acquire() as connection:
            await connection.close()
        await asyncio.sleep(0.3)
        assert pool.get_size() == 2


async def test_closes_idle_connections_above_its_minimum(both):
    lifetime = {"max_inactive_connection_lifetime": 0.1}
    async with both.pool(min_size=1, max_size=3, **lifetime) as pool:
        async with pool.acquire(), pool.acquire(), pool.acquire():
            await asyncio.sleep(0.2)
            assert pool.get_size() == 3
        assert pool.get_size() == 3
        await asyncio.sleep(0.3)
        assert pool.get_size() == 1


async def test_keeps_connections_that_are_used(both):
    lifetime = {"max_inactive_connection_lifetime": 0.2}
    async with both.pool(min_size=0, max_size=1, **lifetime) as pool:
        pids = set()
        for _ in range(8):
            pids.add(await pool.fetchval("SELECT pg_backend_pid()"))
            await asyncio.sleep(0.05)
        assert len(pids) == 1
        await asyncio.sleep(0.4)
        assert pool.get_size() == 0


async def test_waits_for_connections_when_it_closes(both):
    pool = await both.create_pool(min_size=1, max_size=1)
    connection = await pool.acquire()
    closing = asyncio.ensure_future(pool.close())
    await asyncio.sleep(0.05)
    assert pool.is_closing()
    assert not closing.done()
    with pytest.raises(both.driver.InterfaceError, match="pool is closing"):
        await pool.acquire()
    assert await connection.fetchval("SELECT 1") == 1
    await pool.release(connection)
    await closing
    assert pool.is_closing()
    assert connection._con is None
    with pytest.raises(both.driver.InterfaceError, match="pool is closed"):
        await pool.fetchval("SELECT 1")
    await pool.close()


async def test_terminates_when_closing_is_cancelled(both):
    pool = await both.create_pool(min_size=1, max_size=1)
    connection = await pool.acquire()
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(pool.close(), 0.05)
    with pytest.raises(both.driver.InterfaceError):
        await connection.fetchval("SELECT 1")
    assert pool.get_size() == 0


async def test_terminates(both):
    pool = await both.create_pool(min_size=2, max_size=2)
    running = asyncio.ensure_future(pool.fetchval("SELECT pg_sleep(10)"))
    await asyncio.sleep(0.05)
    pool.terminate()
    with pytest.raises((both.driver.PostgresError, both.driver.InterfaceError)):
        await running
    assert pool.get_size() == 0
    with pytest.raises(both.driver.InterfaceError, match="pool is closed"):
        await pool.acquire()


async def test_says_what_is_wrong_with_its_beginning(both):
    error = both.driver.InterfaceError
    pool = both.create_pool(min_size=1, max_size=1)
    with pytest.raises(error, match="pool is not initialized"):
        await pool.fetchval("SELECT 1")
    beginning = asyncio.ensure_future(pool.__aenter__())
    await asyncio.sleep(0)
    with pytest.raises(error, match="pool is being initialized, but not yet ready"):
        await pool.acquire()
    with pytest.raises(error, match="pool is being initialized in another task"):
        await pool
    await beginning
    assert await pool is pool
    await pool.close()
    gc.collect()


async def test_a_failed_beginning_leaves_nothing_behind(both):
    attempts = itertools.count()
    connections = []

    async def connect(*arguments, **keywords):
        if next(attempts) == 2:
            raise ZeroDivisionError
        connections.append(await both.driver.connect(*arguments, **keywords))
        return connections[-1]

    with pytest.raises(ZeroDivisionError):
        await both.create_pool(min_size=3, max_size=3, connect=connect)
    await asyncio.sleep(0.1)
    assert all(connection.is_closed() for connection in connections)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_size": 0}, "max_size is expected to be greater than zero"),
        ({"min_size": -1}, "min_size is expected to be greater or equal to zero"),
        ({"min_size": 11}, "min_size is greater than max_size"),
        ({"init_size": -1}, "init_size is expected to be greater or equal to zero"),
        ({"init_size": 11}, "init_size is greater than max_size"),
        ({"init_size": 1}, "init_size is smaller than min_size"),
        ({"max_queries": 0}, "max_queries is expected to be greater than zero"),
        (
            {"max_inactive_connection_lifetime": -1},
            "max_inactive_connection_lifetime is expected to be greater or equal to zero",
        ),
    ],
)
async def test_checks_its_limits(both, arguments, message):
    with pytest.raises(ValueError, match=message):
        both.create_pool(**arguments)


async def test_checks_its_classes(both):
    with pytest.raises(TypeError, match="connection_class is expected to be a subclass of"):
        both.create_pool(connection_class=dict)
    with pytest.raises(TypeError, match="record_class is expected to be a subclass of"):
        both.create_pool(record_class=dict)


async def test_a_cancelled_query_does_not_disturb_the_next_one(both):
    async with both.pool(max_size=1) as pool:
        for _ in range(5):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(pool.fetchval("SELECT pg_sleep(10)"), 0.02)
            assert await pool.fetchval("SELECT 1") == 1


async def test_a_busy_connection_cannot_be_released(both):
    async with both.pool(max_size=1) as pool:
        connection = await pool.acquire()
        running = asyncio.ensure_future(connection.fetchval("SELECT pg_sleep(5)"))
        await asyncio.sleep(0.05)
        message = "cannot perform operation: another operation is in progress"
        with pytest.raises(both.driver.InterfaceError, match=message):
            await pool.release(connection)
        with pytest.raises(both.driver.ConnectionDoesNotExistError):
            await running
        assert await pool.fetchval("SELECT 1") == 1


async def test_a_generator_that_is_not_exhausted_leaves_no_transaction(both):
    async def rows(pool):
        async with pool.acquire() as connection:
            async with connection.transaction():
                async for row in connection.cursor("SELECT generate_series(1, 100)"):
                    yield row

    async with both.pool(max_size=1) as pool:
        generator = rows(pool)
        assert (await generator.__anext__())[0] == 1
        await generator.aclose()
        async with pool.acquire() as connection:
            assert not connection.is_in_transaction()


async def test_a_failing_reset_closes_the_connection(ours):
    async with ours.pool(max_size=1) as pool:
        async with pool.acquire() as connection:
            before = await backend(connection)
            # What the reset calls fails from now on, for this session only.
            await connection.execute("SET statement_timeout = 1")
            connection._con._session.reset_with_next("SELECT pg_sleep(1)")
            with pytest.raises((ours.driver.PostgresError, ours.driver.InterfaceError)):
                await connection.fetchval("SELECT 1")
        assert await pool.fetchval("SELECT pg_backend_pid()") != before


async def test_a_failing_reset_of_an_idle_connection_is_no_ones_error(ours, caplog):
    reported = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    async with ours.pool(max_size=1) as pool:
        async with pool.acquire() as connection:
            before = await backend(connection)
            await connection.execute("SET statement_timeout = 1")
        pool._holders[0].connection._session.reset_with_next("SELECT pg_sleep(1)")
        await asyncio.sleep(0.1)
        assert await pool.fetchval("SELECT pg_backend_pid()") != before
    gc.collect()
    assert reported == []


async def test_the_reset_travels_with_the_next_statement(ours):
    async with ours.pool(max_size=1) as pool:
        await pool.fetchval("SELECT 1")
        session = pool._holders[0].connection._session
        assert session.reset_pending
        await pool.fetchval("SELECT 1")
        assert session.reset_pending
        await asyncio.sleep(0.05)
        assert not session.reset_pending


async def test_those_who_wait_are_refused_when_it_closes(ours):
    pool = await ours.create_pool(min_size=1, max_size=1)
    connection = await pool.acquire()
    waiting = asyncio.ensure_future(pool.acquire().__aenter__())
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(pool.close())
    with pytest.raises(ours.driver.InterfaceError, match="pool is closing"):
        await waiting
    await pool.release(connection)
    await closing


async def test_warns_when_closing_takes_long(ours, monkeypatch, caplog):
    monkeypatch.setattr("pgstride.aio.pool.LONG_CLOSE_SECONDS", 0.01)
    pool = await ours.create_pool(min_size=1, max_size=1)
    connection = await pool.acquire()
    closing = asyncio.ensure_future(pool.close())
    with caplog.at_level(logging.WARNING):
        await asyncio.sleep(0.05)
    assert "Pool.close() is taking over 60 seconds to complete" in caplog.text
    await pool.release(connection)
    await closing
