"""Listening as a stream."""

import asyncio
import gc

import pytest

from backends import end_backend
from fault_proxy import CLOSE, Fault, FaultProxy
from pgstride import Notification, NotificationGap
from pgstride.aio import listeners, notification_reconnect
from tidiness import each_loop, run_tidily


@pytest.fixture(scope="module")
def proxy(server):
    with FaultProxy(server.endpoint.host, server.endpoint.port) as started:
        yield started


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(notification_reconnect, "FIRST_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(listeners, "UNLISTEN_RETRY_SECONDS", 0.01)


async def channels_of(connection):
    rows = await connection.fetch("SELECT pg_listening_channels()")
    return sorted(row[0] for row in rows)


async def until_listening(observer, pid, query="LISTEN"):
    """Wait until the backend has executed LISTEN: nothing else tells of it."""
    running = "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND query LIKE $2 AND state = 'idle'"
    while await observer.fetchval(running, pid, query + "%") is None:
        await asyncio.sleep(0.005)


async def notify(connection, channel, *payloads):
    for payload in payloads:
        await connection.execute("SELECT pg_notify($1, $2)", channel, payload)


async def take(stream, count):
    return [await asyncio.wait_for(stream.__anext__(), 10) for _ in range(count)]


async def test_yields_notifications_in_order(ours):
    async with ours.connection() as connection, ours.connection() as other:
        async with connection.notifications("odd channel", "another") as stream:
            await notify(other, "odd channel", "1", "2")
            await notify(other, "another", "3")
            await notify(other, "unheard", "4")
            await notify(other, "odd channel", "")
            pid = other.get_server_pid()
            assert await take(stream, 4) == [
                Notification("odd channel", "1", pid),
                Notification("odd channel", "2", pid),
                Notification("another", "3", pid),
                Notification("odd channel", "", pid),
            ]
            assert await channels_of(connection) == ["another", "odd channel"]
        assert await channels_of(connection) == []


async def test_listens_from_the_first_step_on(ours):
    async with ours.connection() as connection, ours.connection() as other:
        stream = connection.notifications("lazy")
        assert await channels_of(connection) == []
        first = asyncio.ensure_future(stream.__anext__())
        await until_listening(other, connection.get_server_pid())
        await notify(other, "lazy", "x")
        assert (await first).payload == "x"


async def test_the_connection_is_free_for_queries(ours):
    async with ours.connection() as connection:
        heard = []
        async with connection.notifications("own") as stream:
            await notify(connection, "own", "0")
            async for note in stream:
                heard.append(note.payload)
                if len(heard) == 3:
                    break
                number = await connection.fetchval("SELECT $1::int + 1", int(note.payload))
                await notify(connection, "own", str(number))
        assert heard == ["0", "1", "2"]


async def test_a_loop_that_is_left_unlistens(ours):
    async with ours.connection() as connection, ours.connection() as other:

        async def leave_early():
            async for _ in connection.notifications("left"):
                break

        leaving = asyncio.ensure_future(leave_early())
        await until_listening(other, connection.get_server_pid())
        await notify(other, "left", "x")
        await leaving
        del leaving
        gc.collect()
        while await channels_of(connection):
            await asyncio.sleep(0.005)


async def test_unlistens_when_nothing_else_is_under_way(ours):
    async with ours.connection() as connection, ours.connection() as other:
        stream = connection.notifications("busy")
        async with stream:
            running = asyncio.ensure_future(connection.fetchval("SELECT pg_sleep(0.05), 1"))
            await asyncio.sleep(0)
        await running
        await until_listening(other, connection.get_server_pid(), "UNLISTEN")
        async with connection.transaction():
            with pytest.raises(ours.driver.DivisionByZeroError):
                async with connection.transaction():
                    async with connection.notifications("failed"):
                        await connection.execute("SELECT 1/0")
        while await channels_of(connection):
            await asyncio.sleep(0.005)


async def test_several_streams_and_a_listener_share_a_channel(ours):
    heard = []
    async with ours.connection() as connection, ours.connection() as other:
        async with connection.notifications("shared") as first:
            async with connection.notifications("shared", "shared") as second:
                await connection.add_listener("shared", lambda *told: heard.append(told[3]))
                await notify(other, "shared", "1")
                assert [note.payload for note in await take(first, 1)] == ["1"]
                assert [note.payload for note in await take(second, 1)] == ["1"]
            await notify(other, "shared", "2")
            assert [note.payload for note in await take(first, 1)] == ["2"]
        assert await channels_of(connection) == ["shared"]
        await notify(other, "shared", "3")
        while heard != ["1", "2", "3"]:
            await asyncio.sleep(0.005)


async def test_a_stream_has_one_consumer(ours):
    async with ours.connection() as connection:
        async with connection.notifications("one") as stream:
            waiting = asyncio.ensure_future(stream.__anext__())
            await asyncio.sleep(0.01)
            with pytest.raises(ours.driver.InterfaceError, match="another task waits for these"):
                await stream.__anext__()
            await notify(connection, "one", "x")
            assert (await waiting).payload == "x"


async def test_a_cancelled_step_loses_nothing(ours):
    async with ours.connection() as connection:
        async with connection.notifications("patient") as stream:
            heard = []
            for number in range(30):
                waiting = asyncio.ensure_future(stream.__anext__())
                notifying = asyncio.ensure_future(notify(connection, "patient", str(number)))
                for _ in range(number):
                    await asyncio.sleep(0)
                waiting.cancel()
                await asyncio.wait([waiting, notifying])
                if not waiting.cancelled():
                    heard.append(waiting.result())
            heard += await take(stream, 30 - len(heard))
            assert [note.payload for note in heard] == [str(number) for number in range(30)]


async def test_a_slow_consumer_is_told(ours):
    async with ours.connection() as connection:
        async with connection.notifications("slow", max_pending=3) as stream:
            await notify(connection, "slow", *map(str, range(5)))
            assert [note.payload for note in await take(stream, 3)] == ["0", "1", "2"]
            with pytest.raises(ours.driver.InterfaceError, match="more than 3 notifications"):
                await stream.__anext__()
            with pytest.raises(StopAsyncIteration):
                await stream.__anext__()
            assert await channels_of(connection) == []


async def test_a_gap_stands_where_a_slow_consumer_has_missed_some(ours):
    async with ours.connection() as connection:
        async with connection.notifications("slow", reconnect=True, max_pending=2) as stream:
            await notify(connection, "slow", *map(str, range(5)))
            items = await take(stream, 3)
            assert [item.payload for item in items[:2]] == ["0", "1"]
            assert items[2] == NotificationGap("overflow")
            await notify(connection, "slow", "5")
            assert [note.payload for note in await take(stream, 1)] == ["5"]


@pytest.mark.parametrize("how", ["close", "terminate", "aclose"])
@pytest.mark.parametrize("reconnect", [False, True])
async def test_ends_with_its_connection(ours, how, reconnect):
    async with ours.connection() as connection:
        stream = connection.notifications("ending", reconnect=reconnect)
        async with stream:
            await notify(connection, "ending", "last")
            first = await take(stream, 1)
            waiting = asyncio.ensure_future(anext_or_none(stream))
            await asyncio.sleep(0.01)
            if how == "terminate":
                connection.terminate()
            else:
                await (connection.close() if how == "close" else stream.aclose())
            assert await waiting is None
            assert [note.payload for note in first] == ["last"]
            with pytest.raises(StopAsyncIteration):
                await stream.__anext__()


async def anext_or_none(stream):
    async for item in stream:
        return item
    return None


async def test_fails_when_the_connection_is_lost(ours):
    async with ours.connection() as connection, ours.connection() as other:
        async with connection.notifications("lost") as stream:
            await notify(other, "lost", "before")
            await connection.fetchval("SELECT 1")
            pid = connection.get_server_pid()
            await end_backend(other, pid)
            assert [note.payload for note in await take(stream, 1)] == ["before"]
            with pytest.raises(ours.driver.ConnectionDoesNotExistError, match="while listening"):
                await stream.__anext__()
            with pytest.raises(StopAsyncIteration):
                await stream.__anext__()


async def test_fails_when_the_connection_goes_back_to_its_pool(ours):
    async with ours.pool(max_size=1) as pool:
        async with pool.acquire() as connection:
            unused = connection.notifications("pooled")
            stream = connection.notifications("pooled")
            await stream.__aenter__()
            with pytest.warns(ours.driver.InterfaceWarning, match="1 active notification listener"):
                await pool.release(connection)
        with pytest.raises(ours.driver.InterfaceError, match="listening has ended"):
            await stream.__anext__()
        with pytest.raises(ours.driver.InterfaceError, match="released back to the pool"):
            await unused.__anext__()
        assert await pool.fetchval("SELECT count(*) FROM pg_listening_channels()") == 0


async def test_refuses_what_makes_no_sense(ours):
    async with ours.connection() as connection:
        with pytest.raises(ours.driver.InterfaceError, match="at least one channel"):
            connection.notifications()
        with pytest.raises(ValueError, match="max_pending is expected to be greater than zero"):
            connection.notifications("x", max_pending=0)
        await connection.close()
        with pytest.raises(ours.driver.InterfaceError, match="connection is closed"):
            connection.notifications("x")


async def test_reconnects_and_says_so(ours):
    async with ours.connection(server_settings={"application_name": "hearing"}) as connection:
        async with ours.connection() as other:
            async with connection.notifications("again", "more", reconnect=True) as stream:
                pid = connection.get_server_pid()
                for number in range(3):
                    await notify(other, "again", "before")
                    assert [note.payload for note in await take(stream, 1)] == ["before"]
                    await end_backend(other, pid)
                    assert await take(stream, 1) == [NotificationGap("reconnected")]
                    await notify(other, "more", f"after {number}")
                    assert [note.payload for note in await take(stream, 1)] == [f"after {number}"]
                    named = "SELECT pid FROM pg_stat_activity WHERE application_name = 'hearing'"
                    (row,) = await other.fetch(named)
                    assert row[0] != pid
                    pid = row[0]
            while await other.fetch(named):
                await asyncio.sleep(0.005)


async def test_tries_again_until_the_server_is_back(ours, proxy, caplog):
    fault = Fault(armed=False)
    with proxy.listen(fault) as port:
        async with ours.connection(host="127.0.0.1", port=port) as connection:
            async with connection.notifications("back", reconnect=True) as stream:
                fault.for_all = True
                fault.arm(0, CLOSE)
                with pytest.raises(ours.driver.ConnectionDoesNotExistError):
                    await connection.fetchval("SELECT 1")
                waiting = asyncio.ensure_future(stream.__anext__())
                while "listening to back again failed, retrying" not in caplog.text:
                    await asyncio.sleep(0.005)
                fault.armed = False
                assert await asyncio.wait_for(waiting, 10) == NotificationGap("reconnected")
                async with ours.connection() as other:
                    await notify(other, "back", "here")
                assert [note.payload for note in await take(stream, 1)] == ["here"]


async def test_closing_ends_the_attempts(ours, proxy, caplog, monkeypatch):
    monkeypatch.setattr(notification_reconnect, "FIRST_RETRY_SECONDS", 1000.0)
    monkeypatch.setattr(notification_reconnect, "LAST_RETRY_SECONDS", 1000.0)
    fault = Fault(armed=False, for_all=True)
    with proxy.listen(fault) as port:
        async with ours.connection(host="127.0.0.1", port=port) as connection:
            stream = connection.notifications("never", reconnect=True)
            async with stream:
                fault.arm(0, CLOSE)
                with pytest.raises(ours.driver.ConnectionDoesNotExistError):
                    await connection.fetchval("SELECT 1")
                waiting = asyncio.ensure_future(anext_or_none(stream))
                while "again failed, retrying" not in caplog.text:
                    await asyncio.sleep(0.005)
                await stream.aclose()
                assert await asyncio.wait_for(waiting, 10) is None


async def test_an_error_that_would_come_again_is_raised(ours):
    async with ours.connection() as other:
        await other.execute("CREATE ROLE listens_once LOGIN PASSWORD 'secret'")
        try:
            account = {"user": "listens_once", "password": "secret"}
            async with ours.connection(**account) as connection:
                async with connection.notifications("once", reconnect=True) as stream:
                    await other.execute("ALTER ROLE listens_once NOLOGIN")
                    pid = connection.get_server_pid()
                    await end_backend(other, pid)
                    with pytest.raises(ours.driver.InvalidAuthorizationSpecificationError):
                        await take(stream, 1)
                    with pytest.raises(StopAsyncIteration):
                        await stream.__anext__()
        finally:
            await other.execute("DROP ROLE listens_once")


@each_loop
@pytest.mark.parametrize("reconnect", [False, True])
def test_leaves_nothing_behind(ours, loop_factory, reconnect):
    async def main():
        async with ours.connection() as connection, ours.connection() as other:
            for _ in range(3):
                stream = connection.notifications("tidy", reconnect=reconnect)
                waiting = asyncio.ensure_future(stream.__anext__())
                await asyncio.sleep(0.01)
                waiting.cancel()
                await asyncio.wait([waiting])
                del stream, waiting
            if reconnect:
                stream = connection.notifications("tidy", reconnect=reconnect)
                async with stream:
                    pid = connection.get_server_pid()
                    await end_backend(other, pid)
                    await take(stream, 1)

    run_tidily(loop_factory, main)
