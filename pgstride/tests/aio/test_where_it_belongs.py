"""A connection or a pool in a second event loop, after a fork, or in two tasks at once."""

import asyncio
import contextlib
import gc
import os
import threading
import traceback
import warnings

import pytest

from tidiness import LOOPS, each_loop

IN_PROGRESS = "cannot perform operation: another operation is in progress"


@contextlib.contextmanager
def running_loop(factory):
    """A loop whose coroutines run one at a time, between which it stands still."""
    loop = factory()
    try:
        yield loop
    finally:
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


# What one may want of a connection; each takes a connection, or a pool's.
USES = {
    "a cached query": lambda c: c.fetchval("SELECT $1::int", 7),
    "a new query": lambda c: c.fetch("SELECT 1, $1::int", 7),
    "a simple query": lambda c: c.execute("SELECT 1"),
    "many": lambda c: c.executemany("SELECT $1::int", [(1,), (2,)]),
    "a copy": lambda c: c.copy_from_query("SELECT 1", output=ignore),
}
CONNECTION_USES = USES | {
    "a statement": lambda c: c.prepare("SELECT 2"),
    "a transaction": lambda c: c.transaction().start(),
    "notifications": lambda c: c.notifications("channel").__anext__(),
    "a listener": lambda c: c.add_listener("channel", print),
}


async def ignore(data):
    pass


def connect_in(loop, database):
    """A connection with a cached statement."""

    async def connect():
        connection = await database.driver.connect(**database.arguments)
        assert await connection.fetchval("SELECT $1::int", 7) == 7
        return connection

    return loop.run_until_complete(connect())


def pool_in(loop, database, **arguments):
    async def begin():
        return await database.create_pool(min_size=1, max_size=1, **arguments)

    return loop.run_until_complete(begin())


# -- a second loop


@each_loop
@pytest.mark.parametrize("use", CONNECTION_USES.values(), ids=CONNECTION_USES)
def test_a_connection_is_refused_in_a_second_loop(ours, loop_factory, use):
    with running_loop(loop_factory) as loop, running_loop(loop_factory) as other:
        connection = connect_in(loop, ours)
        with pytest.raises(ours.driver.InterfaceError, match="belongs to another event loop"):
            other.run_until_complete(start(use, connection))
        answer = loop.run_until_complete(connection.fetchval("SELECT $1::int", 8))
        loop.run_until_complete(connection.close())
        assert answer == 8


async def start(use, connection):
    return await use(connection)


@pytest.mark.parametrize("use", ["a cached query", "a new query", "a simple query"])
def test_asyncpgs_users_see_an_error_in_a_second_loop_too(both, use):
    errors = (RuntimeError, both.driver.InterfaceError)
    with running_loop(asyncio.new_event_loop) as loop, running_loop(LOOPS["asyncio"]) as other:
        connection = connect_in(loop, both)
        with pytest.raises(errors):
            other.run_until_complete(start(USES[use], connection))
        connection.terminate()


@each_loop
def test_a_connection_in_a_thread_gives_its_own_loop_the_right_answers(ours, loop_factory):
    refused, done = [], threading.Event()

    def intrude():
        async def try_on():
            while not done.is_set():
                for use in USES.values():
                    with pytest.raises(ours.driver.InterfaceError, match="another event loop"):
                        await use(connection)
                    refused.append(use)
                await asyncio.sleep(0)

        asyncio.run(try_on())

    async def query():
        # Until both had their turns, however the system shares them out.
        number = 0
        while number < 200 or len(refused) < 50:
            number += 1
            assert await connection.fetchval("SELECT $1::int", number) == number

    with running_loop(loop_factory) as loop:
        connection = connect_in(loop, ours)
        thread = threading.Thread(target=intrude)
        thread.start()
        try:
            loop.run_until_complete(query())
        finally:
            done.set()
            thread.join(20)
            loop.run_until_complete(connection.close())


@each_loop
@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("lent", [False, True])
def test_a_pool_is_refused_in_a_second_loop(ours, loop_factory, use, lent):
    error = pytest.raises(ours.driver.InterfaceError, match="the pool belongs to another event")
    with running_loop(loop_factory) as loop, running_loop(loop_factory) as other:
        pool = pool_in(loop, ours)
        connection = loop.run_until_complete(pool_acquire(pool)) if lent else None
        with error:
            other.run_until_complete(start(use, pool))
        with error:
            other.run_until_complete(pool_acquire(pool))
        with error:
            other.run_until_complete(pool.close())
        if lent:
            with error:
                other.run_until_complete(pool.release(connection))
            loop.run_until_complete(pool.release(connection))
        assert loop.run_until_complete(pool.fetchval("SELECT 1")) == 1
        assert pool.get_idle_size() == 1
        loop.run_until_complete(pool.close())


async def pool_acquire(pool):
    return await pool.acquire()


# -- a fork


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")


def in_child(check):
    """Run `check` in a child process; fails with what it has raised there."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Of threads that other tests have left.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            check()
        except BaseException:  # noqa: BLE001 - told to the parent
            os.write(writer, traceback.format_exc().encode()[-4000:])
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        complaint = told.read()
    os.waitpid(pid, 0)
    assert not complaint, complaint


@needs_fork
@each_loop
def test_a_connection_is_refused_after_a_fork(ours, loop_factory):
    with running_loop(loop_factory) as loop:
        connection = connect_in(loop, ours)

        def check():
            async def use_all():
                for use in CONNECTION_USES.values():
                    with pytest.raises(ours.driver.InterfaceError, match="the parent process"):
                        await use(connection)

            asyncio.run(use_all())

        in_child(check)
        assert loop.run_until_complete(connection.fetchval("SELECT $1::int", 9)) == 9
        loop.run_until_complete(connection.close())


@needs_fork
@each_loop
@pytest.mark.parametrize("how", ["close", "terminate", "collect"])
def test_the_end_of_a_connection_in_a_child_does_not_concern_the_parent(ours, loop_factory, how):
    with running_loop(loop_factory) as loop:
        held = [connect_in(loop, ours)]

        def check():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)
                if how == "close":
                    asyncio.run(held[0].close())
                elif how == "terminate":
                    held[0].terminate()
                held.clear()
                gc.collect()

        in_child(check)
        for number in range(3):
            answer = loop.run_until_complete(held[0].fetchval("SELECT $1::int", number))
            assert answer == number
        loop.run_until_complete(held[0].close())


@needs_fork
async def test_a_fork_within_the_loop_is_noticed_too(ours):
    async with ours.connection() as connection:
        await connection.fetchval("SELECT $1::int", 1)

        def check():
            with pytest.raises(ours.driver.InterfaceError, match="the parent process"):
                connection.fetchval("SELECT $1::int", 2).send(None)

        in_child(check)
        assert await connection.fetchval("SELECT $1::int", 3) == 3


@needs_fork
@each_loop
def test_a_pool_is_refused_after_a_fork(ours, loop_factory):
    with running_loop(loop_factory) as loop:
        pool = pool_in(loop, ours)

        def check():
            for use in (*USES.values(), pool_acquire):
                with pytest.raises(ours.driver.InterfaceError, match="belongs to another"):
                    asyncio.run(start(use, pool))
            pool.terminate()
            gc.collect()

        in_child(check)
        assert loop.run_until_complete(pool.fetchval("SELECT 1")) == 1
        loop.run_until_complete(pool.close())


# -- two tasks


@pytest.mark.parametrize("use", USES.values(), ids=USES)
async def test_a_busy_connection_is_refused_to_a_second_task(both, use):
    async with both.connection() as connection:
        await connection.fetchval("SELECT $1::int", 7)
        first = asyncio.ensure_future(connection.fetchval("SELECT pg_sleep(0.1), 1", column=1))
        await asyncio.sleep(0.03)
        with pytest.raises(both.driver.InterfaceError, match=IN_PROGRESS):
            await use(connection)
        assert await first == 1
        await use(connection)


async def test_many_tasks_on_one_connection_get_their_own_answer_or_an_error(both):
    async def query(number):
        try:
            return await connection.fetchval("SELECT $1::int", number) == number
        except both.driver.InterfaceError as error:
            return IN_PROGRESS in str(error)

    async with both.connection() as connection:
        for _ in range(20):
            assert all(await asyncio.gather(*(query(number) for number in range(10))))
            assert await connection.fetchval("SELECT $1::int", 99) == 99
