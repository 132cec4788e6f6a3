"""Cancelling after any number of the loop's turns, and time-outs of any length.

On TCP, unix sockets and TLS, and on both event loops.
"""

from __future__ import annotations

import asyncio
import itertools
import sys

import pytest

import backend as b
import pgstride
import pgstride.codecs.registry
from fault_proxy import STALL, Fault, FaultProxy
from tidiness import each_loop, nothing_left, run_tidily
from tls_proxy import TlsProxy


@pytest.fixture(scope="module", params=["tcp", "unix", "tls"])
def arguments(request, server, tmp_path_factory):
    """How to connect by each transport."""
    endpoint = server.endpoint
    found = {
        "host": endpoint.host,
        "port": endpoint.port,
        "user": endpoint.user,
        "password": endpoint.password,
        "database": endpoint.database,
        "ssl": False,
    }
    if request.param == "unix":
        if sys.platform == "win32":
            pytest.skip("unix sockets are not there")
        directories = asyncio.run(show(found, "unix_socket_directories"))
        found["host"] = directories.split(",")[0].strip()
    if request.param == "tls":
        proxy = TlsProxy(endpoint.host, endpoint.port, tmp_path_factory.mktemp("tls"))
        with proxy:
            yield {**found, "host": "127.0.0.1", "port": proxy.port, "ssl": "require"}
            return
    yield found


@pytest.fixture(scope="module")
def tcp(server):
    endpoint = server.endpoint
    return {
        "user": endpoint.user,
        "password": endpoint.password,
        "database": endpoint.database,
        "ssl": False,
    }


@pytest.fixture(scope="module")
def proxy(server):
    with FaultProxy(server.endpoint.host, server.endpoint.port) as started:
        yield started


async def show(arguments, name):
    connection = await pgstride.connect(**arguments)
    try:
        return await connection.fetchval(f"SHOW {name}")
    finally:
        await connection.close()


async def cancelled_after(turns, coroutine):
    """Run the coroutine in a task, cancelled after so many turns of the loop.

    Returns whether it was complete before that.
    """
    task = asyncio.ensure_future(coroutine)
    for _ in range(turns):
        if task.done():
            break
        await asyncio.sleep(0)
    complete = task.done()
    task.cancel()
    await asyncio.wait([task], timeout=20)
    assert task.done(), f"hangs when it is cancelled after {turns} turns"
    if not task.cancelled():
        task.result()
    return complete


def growing():
    """0, 1, 2 … and then in larger and larger steps."""
    turns = 0.0
    while True:
        yield int(turns)
        turns += 1 if turns < 12 else turns / 6


async def fetch_new(connection, number):
    assert await connection.fetchval(f"SELECT {number} + $1::int", 1) == number + 1


async def fetch_cached(connection, number):
    assert await connection.fetchval("SELECT $1::int", number) == number


async def fetch_slowly(connection, number):
    row = await connection.fetchrow("SELECT $1::int, pg_sleep(0.002)", number)
    assert row[0] == number


async def execute(connection, number):
    assert await connection.execute(f"SELECT {number}; SELECT pg_sleep(0.001)") == "SELECT 1"


async def execute_many(connection, number):
    await connection.executemany("SELECT $1::text", [("x" * 3000,)] * 100)


async def prepare(connection, number):
    statement = await connection.prepare(f"SELECT $1::int AS c{number}")
    assert await statement.fetchval(number) == number


async def transact(connection, number):
    async with connection.transaction():
        assert await connection.fetchval("SELECT $1::int", number) == number


WORK = [fetch_new, fetch_cached, fetch_slowly, execute, execute_many, prepare, transact]


@each_loop
@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__)
def test_cancelled_after_any_number_of_turns(loop_factory, arguments, work):
    async def main():
        connection = await pgstride.connect(**arguments)
        numbers = itertools.count()
        for turns in growing():
            complete = await cancelled_after(turns, work(connection, next(numbers)))
            number = next(numbers)
            assert await connection.fetchval("SELECT $1::int", number) == number
            assert not connection.is_in_transaction()
            if complete:
                break
        await connection.close()

    run_tidily(loop_factory, main)


@each_loop
@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__)
def test_timed_out_after_any_time(loop_factory, arguments, work):
    async def main():
        connection = await pgstride.connect(**arguments)
        connection._command_timeout = 0.0
        numbers = itertools.count()
        for step in itertools.count():
            connection._command_timeout = 0.0 if step == 0 else 0.00002 * 1.35**step
            try:
                await work(connection, next(numbers))
            except asyncio.TimeoutError:
                complete = False
            else:
                complete = True
            connection._command_timeout = 20.0
            if work is transact and not complete:  # there may have been no time to roll back
                await connection.execute("ROLLBACK")
            number = next(numbers)
            assert await connection.fetchval("SELECT $1::int", number) == number
            assert not connection.is_in_transaction()
            if complete and step > 3:
                break
        await connection.close()

    run_tidily(loop_factory, main)


@each_loop
def test_connecting_cancelled_after_any_number_of_turns(loop_factory, arguments):
    async def connect():
        connection = await pgstride.connect(**arguments)
        await connection.close()

    async def main():
        for turns in growing():
            if await cancelled_after(turns, connect()):
                break

    run_tidily(loop_factory, main)


@each_loop
def test_closing_cancelled_after_any_number_of_turns(loop_factory, arguments):
    async def main():
        for turns in growing():
            connection = await pgstride.connect(**arguments)
            complete = await cancelled_after(turns, connection.close())
            assert connection.is_closed() or turns == 0
            connection.terminate()
            if complete:
                break

    run_tidily(loop_factory, main)


# -- where two things happen in one turn


@each_loop
def test_a_cancellation_that_comes_with_the_end_of_a_cancelled_statement_is_not_lost(
    loop_factory, server, tcp
):
    async def main():
        connection = await pgstride.connect(
            host=server.endpoint.host, port=server.endpoint.port, **tcp
        )
        with pytest.raises(asyncio.TimeoutError):
            await connection.fetchval("SELECT pg_sleep(5)", timeout=0.05)
        hold = connection._session.hold
        assert hold is not None
        hold.add_done_callback(lambda _: second.cancel())
        second = asyncio.ensure_future(connection.fetchval("SELECT 1", timeout=20))
        await asyncio.wait([second])
        assert second.cancelled()
        assert await connection.fetchval("SELECT 2") == 2
        await connection.close()

    run_tidily(loop_factory, main)


@each_loop
def test_a_cancellation_that_comes_with_the_connection_is_not_lost(loop_factory, server, tcp):
    class Cancelling(pgstride.Connection):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            asyncio.get_running_loop().call_soon(cancel)

    def cancel():
        task.cancel()

    task = None

    async def connect():
        connection = await pgstride.connect(
            host=server.endpoint.host,
            port=server.endpoint.port,
            connection_class=Cancelling,
            **tcp,
        )
        try:
            await asyncio.sleep(1)
        finally:
            connection.terminate()

    async def main():
        nonlocal task
        task = asyncio.ensure_future(connect())
        await asyncio.wait([task])
        assert task.cancelled()
        task = None

    run_tidily(loop_factory, main)


@each_loop
def test_a_connection_that_cannot_be_asked_what_it_is_is_closed(loop_factory, server, tcp):
    class Unwilling(pgstride.Connection):
        def get_settings(self):
            raise RuntimeError("no")

    async def main():
        with pytest.raises(RuntimeError, match="no"):
            await pgstride.connect(
                host=server.endpoint.host,
                port=server.endpoint.port,
                connection_class=Unwilling,
                target_session_attrs="primary",
                **tcp,
            )

    run_tidily(loop_factory, main)


@each_loop
def test_cancelling_many_executions_does_not_wait_for_a_stalled_server(loop_factory, proxy, tcp):
    async def main():
        fault = Fault()
        with proxy.listen(fault) as port:
            connection = await pgstride.connect(host="127.0.0.1", port=port, **tcp)
            await connection.fetch("SELECT $1::text", "x")
            fault.arm(1, STALL)
            large = ["x" * 1_000_000]
            many = connection.executemany("SELECT $1::text", itertools.repeat(large, 100))
            task = asyncio.ensure_future(many)
            await asyncio.sleep(0.3)
            task.cancel()
            await asyncio.wait([task], timeout=5)
            assert task.cancelled()
            connection.terminate()
            await nothing_left()

    run_tidily(loop_factory, main)


@each_loop
def test_no_statement_is_forgotten_on_the_server(loop_factory, server, tcp):
    """However preparing ends, what the server has prepared is in the cache, or will be closed."""

    async def main():
        connection = await pgstride.connect(
            host=server.endpoint.host, port=server.endpoint.port, **tcp
        )
        await connection.execute("CREATE TYPE pg_temp.pair AS (a int, b int)")
        count = "SELECT count(*) FROM pg_prepared_statements"
        await connection.fetchval(count)
        for turns in range(0, 60, 2):
            # The type is unknown to the driver each time.
            connection._registry = pgstride.codecs.registry.TypeRegistry()
            connection._preparer._registry = connection._registry
            query = connection.fetchval(f"SELECT {turns}, NULL::pg_temp.pair")
            await cancelled_after(turns, query)
        await connection.fetchval("SELECT 1")
        on_server = await connection.fetchval(count)
        assert on_server <= len(connection._session.cached_statements)
        await connection.close()

    run_tidily(loop_factory, main)


@each_loop
def test_without_a_key_a_cancelled_statement_ends_by_itself(loop_factory):
    """Some poolers send no BackendKeyData."""

    async def serve(reader, writer):
        await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big") - 4)
        writer.write(b.authentication_ok() + b.ready_for_query())
        for answer in ("SELECT 1", "SELECT 2"):
            await reader.readexactly(1)
            await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big") - 4)
            await asyncio.sleep(0.1)
            writer.write(b.command_complete(answer) + b.ready_for_query())
        await reader.read()
        writer.close()

    async def main():
        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        connection = await pgstride.connect(
            host="127.0.0.1", port=port, user="u", database="d", password="p", ssl=False
        )
        with pytest.raises(asyncio.TimeoutError):
            await connection.execute("SELECT 1", timeout=0.01)
        assert await connection.execute("SELECT 2", timeout=5) == "SELECT 2"
        await connection.close()
        listener.close()
        await nothing_left()

    run_tidily(loop_factory, main)
