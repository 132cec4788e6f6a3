"""Hooks around what connections and pools do."""

import asyncio
import contextlib
import logging

import pytest

from pgstride.aio.tracing import set_default_tracer
from pgstride.tracing import QueryStarted, Tracer


class Recorder(Tracer):
    """Keeps what it is told, in order."""

    def __init__(self):
        self.told = []
        self.outcomes = []

    def _started(self, kind, started):
        self.told.append((kind, "starts", started))

        def finish(outcome):
            self.told.append((kind, "ends", started))
            self.outcomes.append(outcome)

        return finish

    def connect(self, started):
        return self._started("connect", started)

    def query(self, started):
        return self._started("query", started)

    def acquire(self, started):
        return self._started("acquire", started)

    def transaction(self, started):
        return self._started("transaction", started)

    def kinds(self):
        return [(kind, step) for kind, step, _ in self.told]

    def queries(self):
        return [started for kind, step, started in self.told if (kind, step) == ("query", "starts")]

    def clear(self):
        self.told.clear()
        self.outcomes.clear()


async def test_tells_of_connecting(ours):
    tracer = Recorder()
    async with ours.connection(tracer=tracer):
        assert tracer.kinds() == [("connect", "starts"), ("connect", "ends")]
        started = tracer.told[0][2]
        assert started.addresses == ((ours.arguments["host"], ours.arguments["port"]),)
        assert started.user == ours.arguments["user"]
        assert started.database == ours.arguments["database"]
        assert tracer.outcomes[0].exception is None
        assert tracer.outcomes[0].elapsed > 0


async def test_tells_why_connecting_failed(ours):
    tracer = Recorder()
    with pytest.raises(ours.driver.InvalidCatalogNameError) as raised:
        async with ours.connection(tracer=tracer, database="not there"):
            pass
    assert tracer.outcomes[0].exception is raised.value


async def ignore(data):
    pass


async def test_tells_of_queries_of_all_kinds(ours):
    tracer = Recorder()
    async with ours.connection(tracer=tracer) as connection:
        statement = await connection.prepare("SELECT $1::int + 1")
        await connection.execute("CREATE TEMP TABLE traced (a int)")
        tracer.clear()

        async def expect(running, query, args=(), many=False):
            result = await running
            assert tracer.queries() == [QueryStarted(connection, query, args, many)]
            assert tracer.kinds() == [("query", "starts"), ("query", "ends")]
            assert tracer.outcomes[0].exception is None
            tracer.clear()
            return result

        for _ in range(2):
            assert await expect(connection.fetchval("SELECT $1::int", 7), "SELECT $1::int", (7,))
        await expect(connection.fetch("SELECT 1"), "SELECT 1")
        await expect(connection.fetchrow("SELECT 2"), "SELECT 2")
        await expect(connection.execute("SELECT 3; SELECT 4"), "SELECT 3; SELECT 4")
        await expect(connection.execute("SELECT $1::int", 5), "SELECT $1::int", (5,))
        rows = [(1,), (2,)]
        insert = "INSERT INTO traced VALUES ($1)"
        await expect(connection.executemany(insert, rows), insert, rows, True)
        query = "SELECT $1::int + 1"
        assert await expect(statement.fetchval(1), query, (1,)) == 2
        await expect(statement.fetch(1), query, (1,))
        await expect(statement.fetchmany(rows), query, rows, True)
        await expect(
            connection.copy_from_table("traced", output=ignore), 'COPY "traced" TO STDOUT '
        )
        await connection.copy_records_to_table("traced", records=rows)
        assert [started.query for started in tracer.queries()] == [
            "COPY \"traced\" FROM STDIN (FORMAT 'binary')"
        ]


async def test_tells_of_a_cursors_portions(ours):
    tracer = Recorder()
    async with ours.connection(tracer=tracer) as connection, connection.transaction():
        tracer.clear()
        query = "SELECT generate_series(1, $1::int)"
        rows = [row[0] async for row in connection.cursor(query, 5, prefetch=3)]
        assert rows == [1, 2, 3, 4, 5]
        expected = QueryStarted(connection, query, (5,), False)
        assert tracer.queries() == [expected, expected]


async def test_tells_of_a_pipelines_statements(ours):
    tracer = Recorder()
    async with ours.connection(tracer=tracer) as connection:
        tracer.clear()
        async with connection.pipeline(return_exceptions=True) as pipeline:
            pipeline.fetchval("SELECT $1::int", 7)
            pipeline.execute("SELECT 1 / 0")
        assert [started.query for started in tracer.queries()] == ["SELECT $1::int", "SELECT 1 / 0"]
        raised = [type(outcome.exception) for outcome in tracer.outcomes]
        assert raised == [type(None), ours.driver.DivisionByZeroError]


async def test_tells_what_queries_raise(ours):
    tracer = Recorder()
    async with ours.connection(tracer=tracer) as connection:
        statement = await connection.prepare("SELECT 1 / $1::int")
        tracer.clear()
        with pytest.raises(ours.driver.DivisionByZeroError) as raised:
            await connection.fetchval("SELECT 1 / 0")
        assert [outcome.exception for outcome in tracer.outcomes] == [raised.value]
        with pytest.raises(ours.driver.DivisionByZeroError) as raised:
            await statement.fetchval(0)
        assert tracer.outcomes[1].exception is raised.value
        with pytest.raises(asyncio.TimeoutError):
            await connection.fetchval("SELECT pg_sleep(10)", timeout=0.02)
        assert isinstance(tracer.outcomes[2].exception, asyncio.TimeoutError)
        running = asyncio.ensure_future(connection.fetchval("SELECT pg_sleep(10)"))
        await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.wait([running])
        assert isinstance(tracer.outcomes[3].exception, asyncio.CancelledError)
        assert await connection.fetchval("SELECT 1") == 1


async def test_tells_of_transactions(ours):
    tracer = Recorder()
    async with ours.connection(tracer=tracer) as connection:
        tracer.clear()
        with contextlib.suppress(ZeroDivisionError):
            async with connection.transaction(isolation="serializable", readonly=True):
                async with connection.transaction():
                    await connection.fetchval("SELECT 1")
                raise ZeroDivisionError
        told = [(kind, step) for kind, step in tracer.kinds() if kind == "transaction"]
        assert told == [("transaction", step) for step in ("starts", "starts", "ends", "ends")]
        starts = [started for kind, step, started in tracer.told if step == "starts"]
        outer, inner = [started for started in starts if not isinstance(started, QueryStarted)]
        assert (outer.isolation, outer.readonly, outer.savepoint) == ("serializable", True, False)
        assert inner.savepoint
        raised = [outcome.exception for outcome in tracer.outcomes if outcome.exception]
        assert [type(error) for error in raised] == [ZeroDivisionError]


async def test_tells_what_a_commit_raises(ours):
    tracer = Recorder()
    async with ours.connection(tracer=tracer) as connection:
        await connection.execute(
            "CREATE TEMP TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)"
        )
        tracer.clear()
        with pytest.raises(ours.driver.UniqueViolationError) as raised:
            async with connection.transaction():
                await connection.execute("INSERT INTO late VALUES (1), (1)")
        assert tracer.kinds()[-1] == ("transaction", "ends")
        assert tracer.outcomes[-1].exception is raised.value


async def test_tells_of_a_pool(ours):
    tracer = Recorder()
    async with ours.pool(max_size=1, tracer=tracer) as pool:
        assert tracer.kinds() == [("connect", "starts"), ("connect", "ends")]
        tracer.clear()
        assert await pool.fetchval("SELECT $1::int", 7) == 7
        expected = [(kind, step) for kind in ("acquire", "query") for step in ("starts", "ends")]
        assert tracer.kinds() == expected
        assert tracer.told[0][2].pool is pool
        tracer.clear()
        async with pool.acquire():
            with pytest.raises(asyncio.TimeoutError):
                await pool.acquire(timeout=0.01)
        assert [type(outcome.exception) for outcome in tracer.outcomes] == [
            type(None),
            asyncio.TimeoutError,
        ]


@pytest.mark.parametrize("when", ["starts", "ends"])
async def test_what_hooks_raise_is_logged_and_nothing_else(ours, caplog, when):
    class Broken(Tracer):
        def fail(self, *_):
            if when == "starts":
                raise ZeroDivisionError
            return self.fail_later

        def fail_later(self, outcome):
            raise ZeroDivisionError

        connect = query = acquire = transaction = fail

    with caplog.at_level(logging.ERROR, "pgstride.tracing"):
        async with ours.pool(max_size=1, tracer=Broken()) as pool:
            async with pool.acquire() as connection, connection.transaction():
                assert await connection.fetchval("SELECT 1") == 1
    assert caplog.text.count("a tracer's hook has failed") == 5  # COMMIT is a query too
    assert "ZeroDivisionError" in caplog.text


async def test_loggers_and_a_tracer_go_together(ours):
    tracer, logged = Recorder(), []
    async with ours.connection(tracer=tracer) as connection:
        with connection.query_logger(logged.append):
            await connection.fetchval("SELECT 1")
        tracer.clear()
        await connection.fetchval("SELECT 1")
        assert len(tracer.queries()) == 1
        assert [record.query for record in logged] == ["SELECT 1"]


async def test_a_tracer_may_be_the_default(ours):
    tracer = Recorder()
    set_default_tracer(tracer)
    try:
        async with ours.pool(max_size=1) as pool:
            await pool.fetchval("SELECT 1")
    finally:
        set_default_tracer(None)
    assert {kind for kind, _ in tracer.kinds()} == {"acquire", "connect", "query"}
    tracer.clear()
    async with ours.connection() as connection:
        await connection.fetchval("SELECT 1")
    assert tracer.told == []


async def test_without_a_tracer_queries_take_the_short_way(ours):
    async with ours.connection() as connection:
        assert connection._tracer is None
        assert not connection._session.watched
        running = connection.fetchval("SELECT 1")
        assert connection._observed("SELECT 1", (), running) is running
        assert await running == 1


async def test_a_tracer_may_care_for_nothing(ours):
    async with ours.pool(max_size=1, tracer=Tracer()) as pool:
        async with pool.acquire() as connection, connection.transaction():
            assert await connection.fetchval("SELECT 1") == 1
