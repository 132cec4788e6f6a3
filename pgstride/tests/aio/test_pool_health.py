"""The pool's own arguments: checks, lifetimes; and what it does and tells when a server is ill."""

import asyncio

import pytest

from backends import end_backend
from fault_proxy import CLOSE, FROM_SERVER, STALL, Fault, FaultProxy
from pgstride.aio import pool_limits, pool_upkeep
from pgstride.aio.pool_limits import PoolLimits
from tidiness import each_loop, run_tidily


@pytest.fixture(scope="module")
def proxy(server):
    with FaultProxy(server.endpoint.host, server.endpoint.port) as started:
        yield started


async def until(condition):
    while not condition():
        await asyncio.sleep(0.005)


def pids_of(pool):
    connections = (holder.connection for holder in pool._holders)
    return {connection.get_server_pid() for connection in connections if connection is not None}


# -- check


async def test_checks_connections_that_were_idle(ours):
    checked = []

    async def check(connection):
        assert type(connection) is ours.driver.Connection
        checked.append(await connection.fetchval("SELECT pg_backend_pid()"))

    async with ours.pool(max_size=1, check=check) as pool:
        pid = await pool.fetchval("SELECT pg_backend_pid()")
        async with pool.acquire() as connection:
            assert await connection.fetchval("SELECT pg_backend_pid()") == pid
        assert checked == [pid, pid]
        await pool.expire_connections()
        assert await pool.fetchval("SELECT pg_backend_pid()") != pid
        assert checked == [pid, pid]


@pytest.mark.parametrize("how", ["raises", "is false", "times out", "closes it"])
async def test_replaces_what_a_check_refuses(ours, how):
    refuse = [True]

    async def check(connection):
        if not refuse:
            return None
        refuse.pop()
        if how == "raises":
            raise ZeroDivisionError
        if how == "times out":
            await connection.execute("SELECT pg_sleep(60)")
        if how == "closes it":
            await connection.close()
        return False

    async with ours.pool(max_size=1, check=check, check_timeout=0.05) as pool:
        (holder,) = pool._holders
        pid = holder.connection.get_server_pid()
        async with pool.acquire(timeout=20) as connection:
            assert connection.get_server_pid() != pid
            assert await connection.fetchval("SELECT 1") == 1
        assert pool.statistics().check_failures == (how != "closes it")
        assert pool.statistics().connects == 2


async def test_a_check_that_is_cancelled_costs_the_connection_only(ours):
    async def check(connection):
        await connection.execute("SELECT pg_sleep(0.05)")

    async with ours.pool(max_size=1, check=check) as pool:
        with pytest.raises(asyncio.TimeoutError):
            await pool.acquire(timeout=0.01)
        assert await pool.fetchval("SELECT 1") == 1


async def test_the_pools_own_check_notices_a_silent_server(ours, proxy):
    fault = Fault(armed=False)
    arguments = {"check": ours.driver.Pool.check_connection, "check_timeout": 0.2}
    with proxy.listen(fault) as port:
        async with ours.pool(max_size=1, host="127.0.0.1", port=port, **arguments) as pool:
            before = await pool.fetchval("SELECT pg_backend_pid()")
            assert await pool.fetchval("SELECT pg_backend_pid()") == before
            # Nothing of the old connection passes from now on; a new one is as it should be.
            fault.arm(0, STALL, FROM_SERVER)
            assert await pool.fetchval("SELECT pg_backend_pid()") != before
            assert pool.statistics().check_failures == 1


async def test_the_error_of_connecting_is_raised_when_nothing_replaces_a_dead_connection(
    ours, proxy
):
    fault = Fault(armed=False, for_all=True)
    arguments = {"check": ours.driver.Pool.check_connection, "min_size": 0}
    with proxy.listen(fault) as port:
        async with ours.pool(max_size=1, host="127.0.0.1", port=port, **arguments) as pool:
            await pool.fetchval("SELECT 1")
            fault.arm(0, CLOSE)
            for _ in range(3):
                with pytest.raises((OSError, ours.driver.ConnectionDoesNotExistError)):
                    await pool.acquire(timeout=20)
            fault.armed = False
            assert await pool.fetchval("SELECT 1") == 1
            assert pool.statistics().acquire_errors == 3


# -- lifetime


async def test_replaces_idle_connections_that_are_too_old(ours):
    async with ours.pool(min_size=2, max_size=3, max_lifetime=0.2) as pool:
        before = pids_of(pool)
        assert len(before) == 2
        await until(lambda: pool.statistics().connects >= 4)
        await until(lambda: pool.get_size() == 2)
        assert before.isdisjoint(pids_of(pool))


async def test_replaces_connections_that_are_too_old_only_once_they_are_released(ours):
    async with ours.pool(max_size=1, max_lifetime=0.05) as pool:
        async with pool.acquire() as connection:
            pid = connection.get_server_pid()
            await asyncio.sleep(0.1)
            assert await connection.fetchval("SELECT pg_backend_pid()") == pid
        assert await pool.fetchval("SELECT pg_backend_pid()") != pid
        assert pool.statistics().retired >= 1


async def test_lifetimes_are_spread():
    limits = PoolLimits.checked(None, 1, 1, 1, 0, 100, 5)
    lifetimes = {limits.lifetime() for _ in range(50)}
    assert len(lifetimes) > 10
    assert min(lifetimes) >= 100 * pool_limits.SHORTEST_LIFETIME
    assert max(lifetimes) <= 100
    assert PoolLimits.checked(None, 1, 1, 1, 0, 0, 5).lifetime() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_lifetime": -1}, "max_lifetime is expected to be greater or equal to zero"),
        ({"check_timeout": 0}, "check_timeout is expected to be greater than zero"),
    ],
)
async def test_checks_its_limits(ours, arguments, message):
    with pytest.raises(ValueError, match=message):
        ours.create_pool(**arguments)


# -- a server that goes and comes


async def test_refills_in_the_background_once_the_server_is_back(ours, proxy, monkeypatch):
    monkeypatch.setattr(pool_upkeep, "FIRST_RETRY_SECONDS", 0.01)
    fault = Fault(armed=False, for_all=True)
    with proxy.listen(fault) as port:
        async with ours.pool(min_size=3, max_size=3, host="127.0.0.1", port=port) as pool:
            fault.arm(0, CLOSE)
            for _ in range(3):
                with pytest.raises((OSError, ours.driver.ConnectionDoesNotExistError)):
                    await pool.fetchval("SELECT 1")
            await until(lambda: pool.statistics().connect_errors >= 3)
            assert pool.get_size() == 0
            fault.armed = False
            await until(lambda: pool.get_size() == 3)
            assert await pool.fetchval("SELECT 1") == 1


async def test_connections_that_the_server_has_closed_are_replaced_before_they_are_lent(ours):
    async with ours.pool(min_size=3, max_size=3) as pool, ours.connection() as other:
        for pid in pids_of(pool):
            await end_backend(other, pid)
        await until(lambda: pool.statistics().lost == 3)
        answers = await asyncio.gather(*(pool.fetchval("SELECT $1::int", n) for n in range(9)))
        assert answers == list(range(9))


async def test_a_connection_that_is_replaced_before_its_end_is_told_counts_as_lost(ours):
    async with ours.pool(min_size=1, max_size=1) as pool:
        # As when the server has said why it ends, and the socket is still open.
        pool._holders[0].connection._session.fail(ConnectionResetError())
        await pool._upkeep._connect_missing()
        assert pool.statistics().connects == 2
        assert pool.statistics().lost == 1


# -- statistics


async def test_statistics_of_a_pool_that_has_not_begun(ours):
    statistics = ours.create_pool(min_size=1, max_size=4).statistics()
    assert (statistics.size, statistics.idle, statistics.waiting) == (0, 0, 0)
    assert (statistics.min_size, statistics.max_size) == (1, 4)
    assert statistics.acquires == statistics.connects == 0


async def test_statistics_count_sizes_and_those_who_wait(ours):
    async with ours.pool(min_size=1, max_size=2) as pool:
        async with pool.acquire(), pool.acquire():
            waiting = [asyncio.ensure_future(pool.fetchval("SELECT 1")) for _ in range(3)]
            await asyncio.sleep(0.01)
            statistics = pool.statistics()
            sizes = (statistics.size, statistics.idle, statistics.in_use, statistics.waiting)
            assert sizes == (2, 0, 2, 3)
            assert statistics.acquires == 2
        await asyncio.gather(*waiting)
        statistics = pool.statistics()
        sizes = (statistics.size, statistics.idle, statistics.in_use, statistics.waiting)
        assert sizes == (2, 2, 0, 0)
        assert (statistics.acquires, statistics.waits) == (5, 3)
        assert statistics.wait_seconds > 0
        assert statistics.connects == 2
        assert statistics.connect_seconds > 0
    assert pool.statistics().size == 0
    assert pool.statistics().acquires == 5


async def test_every_acquire_is_counted_once_however_it_ends(ours):
    async with ours.pool(min_size=0, max_size=1, max_queries=1000) as pool:

        def acquires():
            return pool.statistics().acquires

        await pool.fetchval("SELECT 1")
        assert acquires() == 1
        async with pool.acquire():
            assert acquires() == 2
        assert acquires() == 2
        async with pool.acquire() as connection:
            await connection.close()
            assert acquires() == 3
        assert acquires() == 3
        async with pool.acquire() as connection:
            with pytest.raises((ours.driver.PostgresError, ours.driver.InterfaceError)):
                await connection.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")
            await until(lambda: pool.get_size() == 0)
            assert acquires() == 4
        assert acquires() == 4
        assert pool.statistics().lost == 1
        async with pool.acquire() as connection:
            await connection.execute("BEGIN")
        assert acquires() == 5
        with pytest.raises((ours.driver.PostgresError, ours.driver.InterfaceError)):
            await pool.fetchval("SELECT pg_terminate_backend(pg_backend_pid())")
        assert acquires() == 6
        async with pool.acquire():
            await pool.expire_connections()
        assert (acquires(), pool.statistics().retired) == (7, 1)
        connection = await pool.acquire()
        await connection.execute("BEGIN")
        releasing = asyncio.ensure_future(pool.release(connection))
        await asyncio.sleep(0)
        assert acquires() == 8
        await releasing
        assert acquires() == 8
    assert acquires() == 8


async def test_statistics_count_what_went_wrong(ours):
    failures = [ZeroDivisionError()]

    async def init(connection):
        if failures:
            raise failures.pop()

    async with ours.pool(min_size=0, max_size=1, init=init) as pool:
        with pytest.raises(ZeroDivisionError):
            await pool.fetchval("SELECT 1")
        async with pool.acquire():
            with pytest.raises(asyncio.TimeoutError):
                await pool.acquire(timeout=0.01)
        statistics = pool.statistics()
        assert (statistics.connects, statistics.connect_errors) == (1, 1)
        assert (statistics.acquire_errors, statistics.acquire_timeouts) == (1, 1)
        assert statistics.waits == 1


@each_loop
def test_leaves_nothing_behind(ours, loop_factory):
    async def check(connection):
        await connection.execute("")

    async def main():
        async with ours.pool(min_size=2, max_size=3, max_lifetime=0.05, check=check) as pool:
            for number in range(30):
                assert await pool.fetchval("SELECT $1::int", number) == number
                await asyncio.sleep(0.005)

    run_tidily(loop_factory, main)
