"""Cancelling at any point: the next query gets its own answer, and no connection is lost."""

import asyncio
import collections
import io
import itertools

import pytest

SLOW = "SELECT pg_sleep(0.003), $1::int"


class Interrupted(collections.abc.Awaitable):
    """Awaits `coroutine`, and cancels the task that does at its nth wait.

    `late` says that what was waited for has happened when the cancellation
    comes, as when both fall into one turn of the event loop.
    """

    def __init__(self, coroutine, at, *, late):
        self.coroutine = coroutine
        self.at = at
        self.late = late
        self.came = False

    def __await__(self):
        waiting = self.coroutine.__await__()
        error = None
        for step in itertools.count(1):
            try:
                future = waiting.send(None) if error is None else waiting.throw(error)
            except StopIteration as end:
                return end.value
            now = step == self.at
            self.came = self.came or now
            if now and not self.late:
                asyncio.current_task().cancel()
            error = None
            try:
                yield future
            except BaseException as raised:  # noqa: BLE001 - it is handed on
                error = raised
            if now and self.late:
                error = asyncio.CancelledError()


async def interrupt_everywhere(make, check, *, late):
    """Run what `make` makes, cancelled at its first wait, at its second and so on; check each."""
    for at in itertools.count(1):
        interrupted = Interrupted(make(), at, late=late)

        async def run(interrupted=interrupted):
            return await interrupted

        task = asyncio.ensure_future(run())
        done, _ = await asyncio.wait([task], timeout=10)
        assert done, f"hangs when it is cancelled at wait {at}"
        if not task.cancelled():
            task.result()
        await check()
        if not interrupted.came:
            return
        assert at < 100


async def use_connection(connection):
    await connection.fetch(SLOW, 1)


async def execute(connection):
    await connection.execute("SELECT pg_sleep(0.003); SELECT 2")


async def execute_with_arguments(connection):
    await connection.execute(SLOW, 2)


async def fetch_unknown_type(connection):
    await connection.execute("DROP TYPE IF EXISTS pg_temp.mood")
    await connection.execute("CREATE TYPE pg_temp.mood AS ENUM ('good')")
    await connection.fetchval("SELECT 'good'::pg_temp.mood")


async def prepare(connection):
    statement = await connection.prepare(SLOW)
    await statement.fetch(1)
    await statement.fetchmany([(1,), (2,)])


async def execute_many(connection):
    await connection.executemany(SLOW, [(number,) for number in range(3)])


async def transact(connection):
    async with connection.transaction():
        await connection.fetch(SLOW, 1)
        async with connection.transaction():
            await connection.execute("SELECT pg_sleep(0.003)")


async def iterate(connection):
    async with connection.transaction():
        async for _ in connection.cursor("SELECT generate_series(1, 5)", prefetch=2):
            pass
        cursor = await connection.cursor("SELECT generate_series(1, 5)")
        await cursor.fetchrow()
        await cursor.forward(2)


async def listen(connection):
    await connection.add_listener("channel", print)
    await connection.remove_listener("channel", print)


async def copy(connection):
    async def records():
        for number in range(3):
            await asyncio.sleep(0)
            yield (number,)

    async def write(data):
        await asyncio.sleep(0)

    await connection.execute("CREATE TEMP TABLE IF NOT EXISTS copied (id int)")
    await connection.copy_records_to_table("copied", records=records())
    await connection.copy_to_table("copied", source=io.BytesIO(b"1\n"))
    await connection.copy_from_table("copied", output=write)
    await connection.copy_from_query("SELECT $1::int", 1, output=write)


async def reset(connection):
    await connection.reset()


USES = [
    use_connection,
    execute,
    execute_with_arguments,
    prepare,
    execute_many,
    transact,
    iterate,
    listen,
    copy,
    fetch_unknown_type,
    reset,
]


@pytest.mark.parametrize("late", [False, True], ids=["early", "late"])
@pytest.mark.parametrize("use", USES)
async def test_a_connection_answers_the_next_query(ours, use, late):
    numbers = itertools.count()
    async with ours.connection() as connection:

        async def check():
            number = next(numbers)
            if connection.is_in_transaction():
                await connection.execute("ROLLBACK")
                connection._session.forget_begin()
                connection._transaction = None
            assert await connection.fetchval("SELECT $1::int", number) == number
            assert not connection.is_in_transaction()
            async with connection.transaction():
                assert await connection.fetchval("SELECT $1::int", number) == number

        await interrupt_everywhere(lambda: use(connection), check, late=late)


@pytest.mark.parametrize("late", [False, True], ids=["early", "late"])
async def test_connecting_leaves_nothing_behind(ours, late):
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cancelled'"
    settings = {"application_name": "cancelled"}
    async with ours.connection() as observer:

        async def connect():
            connection = await ours.driver.connect(**ours.arguments, server_settings=settings)
            await connection.close()

        async def check():
            for _ in range(100):
                if await observer.fetchval(count) == 0:
                    return
                await asyncio.sleep(0.02)
            pytest.fail("a connection is left")

        await interrupt_everywhere(connect, check, late=late)


async def pool_fetch(pool):
    await pool.fetch(SLOW, 1)


async def pool_execute(pool):
    await pool.execute("SELECT pg_sleep(0.003)")


async def pool_acquire(pool):
    async with pool.acquire() as connection:
        await connection.fetch(SLOW, 1)


async def pool_acquire_with_time_out(pool):
    async with pool.acquire(timeout=5) as connection:
        await connection.fetch(SLOW, 1)


async def pool_transact(pool):
    async with pool.acquire() as connection, connection.transaction():
        await connection.fetch(SLOW, 1)


async def pool_manual(pool):
    connection = await pool.acquire()
    try:
        await connection.execute("BEGIN")
        await connection.fetch(SLOW, 1)
    finally:
        await pool.release(connection)


async def pool_expire(pool):
    await pool.expire_connections()
    await pool.fetch(SLOW, 1)


async def pool_close_connection(pool):
    async with pool.acquire() as connection:
        await connection.close()


POOL_USES = [
    pool_fetch,
    pool_execute,
    pool_acquire,
    pool_acquire_with_time_out,
    pool_transact,
    pool_manual,
    pool_expire,
    pool_close_connection,
]


@pytest.mark.parametrize("late", [False, True], ids=["early", "late"])
@pytest.mark.parametrize("callbacks", [False, True], ids=["plain", "callbacks"])
@pytest.mark.parametrize("use", POOL_USES)
async def test_a_pool_loses_no_connection(ours, use, callbacks, late):
    async def call_back(connection):
        await connection.fetchval("SELECT 1")

    arguments = dict.fromkeys(("init", "setup", "reset"), call_back) if callbacks else {}
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    async with ours.pool(min_size=0, max_size=2, **arguments) as pool:

        async def check():
            await whole(pool)

        await interrupt_everywhere(lambda: use(pool), check, late=late)


@pytest.mark.parametrize("late", [False, True], ids=["early", "late"])
async def test_a_pool_loses_no_connection_while_others_wait(ours, late):
    async with ours.pool(min_size=0, max_size=1) as pool:

        async def use():
            waiting = [asyncio.ensure_future(pool.fetchval(SLOW, 1)) for _ in range(2)]
            try:
                await pool_acquire(pool)
            finally:
                others = await asyncio.gather(*waiting, return_exceptions=True)
                assert not any(isinstance(other, Exception) for other in others)

        async def check():
            await whole(pool)

        await interrupt_everywhere(use, check, late=late)


async def whole(pool):
    """Assert that all connections can be acquired at once, and answer."""
    async with pool.acquire(timeout=5) as first:
        if pool.get_max_size() == 2:
            async with pool.acquire(timeout=5) as second:
                await answers(second)
        await answers(first)
    for _ in range(100):
        if not any(holder.lent for holder in pool._holders):
            break
        await asyncio.sleep(0.01)
    assert len(list(pool._queue)) == pool.get_max_size()


async def answers(connection):
    assert not connection.is_in_transaction()
    for number in range(3):
        assert await connection.fetchval("SELECT $1::int", number) == number


async def test_random_cancellations_bring_no_wrong_answer(ours):
    async with ours.pool(min_size=3, max_size=3) as pool:

        async def use(number):
            if number % 3 == 0:
                return await asyncio.wait_for(pool.fetchval(SLOW + " AS n", number), 0.002)
            if number % 3 == 1:
                return await pool.fetchval("SELECT $1::int", number)
            async with pool.acquire() as connection, connection.transaction():
                return await asyncio.wait_for(
                    connection.fetchval("SELECT $1::int", number), 0.0005 * (number % 5)
                )

        answers = await asyncio.gather(
            *(use(number) for number in range(600)), return_exceptions=True
        )
        for number, answer in enumerate(answers):
            if number % 3 == 1 or not isinstance(answer, BaseException):
                assert answer == number or number % 3 == 0
            else:
                assert isinstance(answer, asyncio.TimeoutError)
        assert pool.get_idle_size() == 3
