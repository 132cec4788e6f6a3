"""connect() itself: awaited, entered, forgotten, used twice."""

import asyncio
import gc
import inspect
import sys
import warnings
from unittest import mock

import pytest

import pgstride


async def test_awaiting_gives_a_connection(both):
    connection = await both.driver.connect(**both.arguments)
    assert isinstance(connection, both.driver.Connection)
    await connection.close()


async def test_is_a_coroutine_to_asyncio(both):
    connecting = both.driver.connect(**both.arguments)
    assert asyncio.iscoroutine(connecting)
    first = asyncio.create_task(connecting)
    second = both.driver.connect(**both.arguments)
    connections = await asyncio.gather(asyncio.wait_for(second, 10), first)
    for connection in connections:
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


def test_a_loop_runs_it(both):
    loop = asyncio.new_event_loop()
    try:
        connection = loop.run_until_complete(both.driver.connect(**both.arguments))
        loop.run_until_complete(connection.close())
    finally:
        loop.close()


async def test_entering_gives_a_connection_that_is_closed_at_the_end(ours):
    async with pgstride.connect(**ours.arguments) as connection:
        assert await connection.fetchval("SELECT 1") == 1
    assert connection.is_closed()


async def test_it_is_closed_when_the_block_fails(ours):
    with pytest.raises(ZeroDivisionError):
        async with pgstride.connect(**ours.arguments) as connection:
            1 / 0  # noqa: B018
    assert connection.is_closed()


async def test_it_is_closed_when_the_block_is_cancelled(ours):
    async def work():
        async with pgstride.connect(**ours.arguments) as connection:
            connected.set_result(connection)
            await connection.fetch("SELECT pg_sleep(10)")

    connected = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(work())
    connection = await connected
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert connection.is_closed()


async def test_a_block_may_close_it_first(ours):
    async with pgstride.connect(**ours.arguments) as connection:
        await connection.close()
    async with pgstride.connect(**ours.arguments) as connection:
        connection.terminate()


async def test_entering_fails_as_awaiting_does(ours):
    arguments = {**ours.arguments, "password": "wrong"}
    with pytest.raises(pgstride.InvalidPasswordError):
        async with pgstride.connect(**arguments):
            pytest.fail("nothing to do without a connection")
    with pytest.raises(pgstride.ClientConfigurationError):
        async with pgstride.connect(target_session_attrs="x"):
            pytest.fail("nothing to do without a connection")


async def test_a_task_shows_it_by_its_name(ours):
    task = asyncio.create_task(pgstride.connect(**ours.arguments))
    await asyncio.sleep(0)
    assert "connect() running at" in repr(task)
    assert task.get_stack()
    await (await task).close()


async def await_it(connecting):
    await (await connecting).close()


async def enter_it(connecting):
    async with connecting:
        pass


async def run_it(connecting):
    await (await asyncio.create_task(connecting)).close()


@pytest.mark.parametrize("again", [await_it, enter_it])
@pytest.mark.parametrize("first", [await_it, enter_it, run_it])
async def test_it_can_be_used_once(ours, first, again):
    connecting = pgstride.connect(**ours.arguments)
    assert "not awaited" in repr(connecting)
    await first(connecting)
    with pytest.raises(pgstride.InterfaceError, match="call connect\\(\\) again"):
        await again(connecting)
    assert "used" in repr(connecting)


def test_one_that_is_forgotten_is_warned_of():
    with pytest.warns(RuntimeWarning, match="coroutine 'connect' was never awaited"):
        pgstride.connect()


def test_one_that_is_given_up_is_not_warned_of():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pgstride.connect().close()
        gc.collect()
    assert "coroutine" not in "".join(str(each.message) for each in caught)


def test_an_unknown_argument_is_a_type_error():
    for driver in (pgstride.connect, pgstride.create_pool):
        with pytest.raises(TypeError, match="no_such_argument"):
            asyncio.run(enter_it(driver(no_such_argument=1)))


def test_whoever_asks_is_told_that_it_is_asynchronous():
    if sys.version_info < (3, 12):
        pytest.skip("Python 3.12 and later can be told")
    assert inspect.iscoroutinefunction(pgstride.connect)
    with mock.patch("pgstride.connect") as patched:
        assert isinstance(patched, mock.AsyncMock)
