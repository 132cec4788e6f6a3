"""The network fails after every byte: the right exception comes in time, nothing is left.

PGSTRIDE_LONG_TESTS=1 tries every byte of everything; otherwise a few positions
are left out where the exchange is long.
"""

from __future__ import annotations

import asyncio
import io
import itertools
import os
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import pgstride
from fault_proxy import CLOSE, FROM_SERVER, MODES, STALL, TO_SERVER, Fault, FaultProxy
from tidiness import each_loop, run_tidily
from tls_server import TlsServer

EVERY_BYTE = "PGSTRIDE_LONG_TESTS" in os.environ
AT_ONCE = 32
TIMEOUT_SECONDS = 0.25
PATIENCE_SECONDS = 20.0

GONE = (pgstride.ConnectionDoesNotExistError, OSError)
# A transaction says that its connection has gone, as asyncpg's does.
GONE_AT_WORK = (*GONE, pgstride.InterfaceError)

Work = Callable[[Any], Awaitable[Any]]


@pytest.fixture(scope="module")
def proxy(server):
    with FaultProxy(server.endpoint.host, server.endpoint.port) as started:
        yield started


class Client:
    """Connects through the proxy."""

    def __init__(self, endpoint, proxy):
        self.endpoint, self.proxy = endpoint, proxy

    @property
    def arguments(self):
        return {
            "host": "127.0.0.1",
            "user": self.endpoint.user,
            "password": self.endpoint.password,
            "database": self.endpoint.database,
            "ssl": False,
        }

    def connect(self, port, **arguments):
        return pgstride.connect(**{**self.arguments, "port": port, **arguments})

    async def measured(self, work: Work | None = None, **arguments: Any) -> dict[str, int]:
        """How many bytes pass when nothing fails: of connecting, or of `work` afterwards."""
        fault = Fault()
        with self.proxy.listen(fault) as port:
            connection = await self.connect(port, **arguments)
            if work is not None:
                fault.arm(1 << 60, CLOSE)
                await work(connection)
            passed = dict(fault.passed)
            await connection.close()
        return passed


@pytest.fixture
def client(server, proxy):
    return Client(server.endpoint, proxy)


def positions(length: int, most: int) -> Iterable[int]:
    """All, or about `most` of them that move over all remainders."""
    return range(length) if EVERY_BYTE or length <= most else range(0, length, length // most)


async def each(cases: Iterable[Awaitable[None]]) -> None:
    """Run the cases, some at a time."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(case: Awaitable[None]) -> None:
        async with room:
            await asyncio.wait_for(case, PATIENCE_SECONDS)

    await asyncio.gather(*map(one, cases))


# -- connecting

each_failure = pytest.mark.parametrize(
    "failure",
    list(itertools.product((FROM_SERVER, TO_SERVER), MODES)),
    ids=" ".join,
)


# Roles that are authenticated in these ways, and what they prove it by.
PASSWORD = "secret"
METHODS = {
    "trust": "none",
    "password": "password",
    "md5": "md5",
    "scram-sha-256": "scram-sha-256",
}


@pytest.fixture(scope="module")
def roles(server):
    """One for each method, by its name, for the server that all tests share."""
    endpoint = server.endpoint
    names = {method: f"fault_{method.replace('-', '_')}" for method in METHODS}

    def run(*statements: str) -> str:
        async def main() -> str:
            connection = await pgstride.connect(
                host=endpoint.host, port=endpoint.port, user=endpoint.user, ssl=False,
                password=endpoint.password, database=endpoint.database,
            )  # fmt: skip
            try:
                for statement in statements:
                    await connection.execute(statement)
                path: str = await connection.fetchval("SHOW hba_file")
                return path
            finally:
                await connection.close()

        return asyncio.run(main())

    drop = [f"DROP ROLE IF EXISTS {name}" for name in names.values()]
    rules = Path(
        run(
            *drop,
            *(
                f"SET password_encryption = '{'md5' if method == 'md5' else 'scram-sha-256'}';"
                f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'"
                for method, name in names.items()
            ),
        )
    )
    before = rules.read_text()
    lines = [f"host all {name} all {method}\n" for method, name in names.items()]
    rules.write_text("".join(lines) + before)
    run("SELECT pg_reload_conf()", "SELECT pg_sleep(0.2)")
    yield names
    rules.write_text(before)
    run("SELECT pg_reload_conf()", *drop)


@each_loop
@each_failure
@pytest.mark.parametrize("method", METHODS)
def test_connecting_fails_clearly_wherever_the_network_does(
    loop_factory, client, roles, method, failure
):
    direction, mode = failure
    who = {"user": roles[method], "password": PASSWORD, "require_auth": METHODS[method]}

    async def case(position: int) -> None:
        fault = Fault(mode, position, direction)
        with client.proxy.listen(fault) as port:
            expected = (asyncio.TimeoutError,) if mode == STALL else GONE
            with pytest.raises(expected):
                await client.connect(port, timeout=TIMEOUT_SECONDS if mode == STALL else 10, **who)
            assert fault.happened or mode == STALL

    async def main() -> None:
        length = (await client.measured(**who))[direction]
        await each(case(position) for position in positions(length, 40))

    run_tidily(loop_factory, main)


@pytest.fixture(scope="module")
def encrypted():
    """A client of a server that binds SCRAM to TLS, through a proxy of its own."""
    with TlsServer("hostssl all postgres all scram-sha-256\n") as real:
        with FaultProxy("localhost", real.port) as proxy:
            yield proxy, {**real.arguments, "ssl": "require", "channel_binding": "require"}


# A record more or less, as TLS may have it: signatures differ in length.
TLS_SLACK_BYTES = 16


@each_loop
@each_failure
def test_connecting_by_bound_scram_fails_clearly_wherever_the_network_does(
    loop_factory, encrypted, failure
):
    direction, mode = failure
    proxy, arguments = encrypted

    async def connect(port: int, **more: Any) -> Any:
        return await pgstride.connect(**{**arguments, "host": "127.0.0.1", "port": port, **more})

    async def case(position: int) -> None:
        fault = Fault(mode, position, direction)
        with proxy.listen(fault) as port:
            expected = (asyncio.TimeoutError,) if mode == STALL else GONE
            with pytest.raises(expected):
                await connect(port, timeout=2 * TIMEOUT_SECONDS if mode == STALL else 10)
            assert fault.happened or mode == STALL

    async def main() -> None:
        fault = Fault()
        with proxy.listen(fault) as port:
            connection = await connect(port)
            length = fault.passed[direction] - TLS_SLACK_BYTES
            connection.terminate()
        await each(case(position) for position in positions(length, 40))

    run_tidily(loop_factory, main)


@each_loop
@pytest.mark.parametrize("mode", MODES)
def test_the_question_for_tls_may_stay_without_an_answer(loop_factory, client, mode):
    async def main() -> None:
        fault = Fault(mode, 0, for_all=True)
        with client.proxy.listen(fault) as port:
            with pytest.raises((asyncio.TimeoutError,) if mode == STALL else GONE):
                await client.connect(port, ssl="prefer", timeout=TIMEOUT_SECONDS)

    run_tidily(loop_factory, main)


@each_loop
@pytest.mark.parametrize(
    "answer", [b"X", b"", b"SN", b"N" + b"R\0\0\0\x08\0\0\0\0", b"E\0\0\0\x05\0"]
)
def test_an_answer_to_the_question_for_tls_that_is_none_is_refused(loop_factory, answer):
    """Plaintext after the answer could have been sent by anybody (CVE-2021-23222)."""

    async def main() -> None:
        async def serve(reader, writer):
            await reader.read(8)
            writer.write(answer)
            await asyncio.sleep(0.05)
            writer.close()

        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(GONE_AT_WORK):
            await pgstride.connect(
                host="127.0.0.1",
                port=port,
                user="u",
                password="p",
                database="d",
                ssl="require",
                timeout=5,
            )
        listener.close()
        await asyncio.sleep(0.1)

    run_tidily(loop_factory, main)


# -- queries


async def fetch_new(connection):
    assert [row["n"] for row in await connection.fetch("SELECT $1::int AS n", 5)] == [5]


async def prepare(connection):
    statement = await connection.prepare("SELECT $1::int AS n, $2::text AS t")
    assert len(statement.get_parameters()) == 2


async def execute_simple(connection):
    assert await connection.execute("SELECT 1; SELECT 2") == "SELECT 1"


async def execute_many(connection):
    await connection.executemany("SELECT $1::int", [(i,) for i in range(5)])


async def transact(connection):
    async with connection.transaction():
        assert await connection.fetchval("SELECT 1") == 1
        rows = [row[0] async for row in connection.cursor("SELECT generate_series(1, 3)")]
        assert rows == [1, 2, 3]


async def fetch_rows(connection):
    rows = await connection.fetch("SELECT i, 'text ' || i FROM generate_series(1, 5) AS i")
    assert len(rows) == 5


async def pipelined(connection):
    async with connection.pipeline() as pipeline:
        results = [pipeline.fetchval("SELECT $1::int", n) for n in range(3)]
        done = pipeline.execute("SELECT 'done'")
    assert [result.result() for result in results] == [0, 1, 2]
    assert done.result() == "SELECT 1"


async def copy_out(connection):
    copied = io.BytesIO()
    tag = await connection.copy_from_query("SELECT generate_series(1, 3)", output=copied)
    assert (tag, copied.getvalue()) == ("COPY 3", b"1\n2\n3\n")


async def copy_in(connection):
    await connection.execute("CREATE TEMP TABLE copied (n int)")
    tag = await connection.copy_to_table("copied", source=io.BytesIO(b"1\n2\n3\n"))
    assert tag == "COPY 3"


WORK = [
    fetch_new,
    prepare,
    execute_simple,
    execute_many,
    transact,
    fetch_rows,
    pipelined,
    copy_out,
    copy_in,
]
WORK_NAMES = [work.__name__ for work in WORK]


@each_loop
@pytest.mark.parametrize("work", WORK, ids=WORK_NAMES)
@pytest.mark.parametrize("mode", MODES)
def test_work_fails_clearly_wherever_the_network_does(loop_factory, client, mode, work):
    async def case(position: int) -> None:
        fault = Fault()
        with client.proxy.listen(fault) as port:
            connection = await client.connect(
                port, command_timeout=TIMEOUT_SECONDS if mode == STALL else 10
            )
            fault.arm(position, mode)
            with pytest.raises((asyncio.TimeoutError,) if mode == STALL else GONE_AT_WORK):
                await work(connection)
            if mode != STALL:
                assert connection.is_closed()
                with pytest.raises(GONE_AT_WORK, match="closed"):
                    await connection.fetchval("SELECT 1")
            else:
                try:  # on a busy machine the time-out may come before the fault
                    answer = await connection.fetchval("SELECT 'its own answer'")
                except (asyncio.TimeoutError, pgstride.InterfaceError):
                    pass
                else:
                    assert answer == "its own answer"
            connection.terminate()

    async def main() -> None:
        length = (await client.measured(work))[FROM_SERVER]
        # A connection that ends after the last byte fails the next query, not this one.
        await each(case(position) for position in positions(length, 20) if position < length)

    run_tidily(loop_factory, main)


@each_loop
@pytest.mark.parametrize("work", WORK, ids=WORK_NAMES)
def test_work_fails_clearly_when_only_a_part_of_it_is_sent(loop_factory, client, work):
    async def case(position: int) -> None:
        fault = Fault()
        with client.proxy.listen(fault) as port:
            connection = await client.connect(port, command_timeout=10)
            fault.arm(position, CLOSE, TO_SERVER)
            with pytest.raises(GONE_AT_WORK):
                await work(connection)
            assert connection.is_closed()

    async def main() -> None:
        length = (await client.measured(work))[TO_SERVER]
        await each(case(position) for position in positions(length, 20))

    run_tidily(loop_factory, main)


@each_loop
@pytest.mark.parametrize("mode", MODES)
def test_a_pool_goes_on_after_an_acquire_that_failed(loop_factory, client, mode):
    async def case(position: int) -> None:
        fault = Fault(mode, position)
        with client.proxy.listen(fault) as port:
            pool = await pgstride.create_pool(
                **{**client.arguments, "port": port}, min_size=0, max_size=1
            )
            with pytest.raises((asyncio.TimeoutError,) if mode == STALL else GONE):
                await pool.acquire(timeout=TIMEOUT_SECONDS if mode == STALL else 10)
            # Later connections do not meet the fault.
            assert await pool.fetchval("SELECT 1", timeout=10) == 1
            await asyncio.wait_for(pool.close(), 10)

    async def main() -> None:
        length = (await client.measured())[FROM_SERVER]
        await each(case(position) for position in positions(length, 20))

    run_tidily(loop_factory, main)


@each_loop
@pytest.mark.parametrize("mode", MODES)
def test_a_connection_that_ends_while_idle_is_closed(loop_factory, client, mode):
    async def main() -> None:
        fault = Fault()
        with client.proxy.listen(fault) as port:
            connection = await client.connect(port, command_timeout=TIMEOUT_SECONDS)
            await fetch_new(connection)
            fault.arm(0, mode)
            with pytest.raises((asyncio.TimeoutError, *GONE_AT_WORK)):
                await connection.fetchval("SELECT 1")
            connection.terminate()
            assert connection.is_closed()

    run_tidily(loop_factory, main)


@each_loop
def test_closing_a_stalled_connection_ends_within_its_time_out(loop_factory, client):
    async def main() -> None:
        fault = Fault()
        with client.proxy.listen(fault) as port:
            connection = await client.connect(port)
            fault.arm(1, STALL)
            with pytest.raises(asyncio.TimeoutError):
                await connection.fetchval("SELECT 1", timeout=TIMEOUT_SECONDS)
            with pytest.raises(asyncio.TimeoutError):
                await connection.close(timeout=TIMEOUT_SECONDS)
            assert connection.is_closed()

    run_tidily(loop_factory, main)


@each_loop
@pytest.mark.parametrize("mode", MODES)
def test_the_cancel_request_may_meet_the_fault_too(loop_factory, client, mode, monkeypatch):
    monkeypatch.setattr("pgstride.aio.transport.CANCEL_TIMEOUT_SECONDS", 0.5)

    async def main() -> None:
        fault = Fault(for_all=True)
        with client.proxy.listen(fault) as port:
            connection = await client.connect(port)
            fault.arm(0, mode)
            with pytest.raises((asyncio.TimeoutError, *GONE)):
                await connection.fetchval("SELECT pg_sleep(1)", timeout=TIMEOUT_SECONDS)
            connection.terminate()

    run_tidily(loop_factory, main)
