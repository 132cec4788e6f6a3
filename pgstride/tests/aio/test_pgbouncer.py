"""Behind PgBouncer in transaction mode: each transaction may have another server."""

import asyncio
import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time

import pytest

import pgstride

SETTINGS = """\
[databases]
* = host={host} port={port} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
auth_type = any
pool_mode = transaction
default_pool_size = {servers}
{tracking}
ignore_startup_parameters = extra_float_digits
unix_socket_dir =
logfile =
"""


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@pytest.fixture(scope="session")
def program():
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if found is None:
        pytest.skip("pgbouncer is not installed: Debian's package has it")
    return found


# PgBouncer follows prepared statements by itself from 1.21 on, if it is told to.
@pytest.fixture(params=["untracked", "tracked"])
def bouncer(request, program, server, tmp_path):
    if request.param == "tracked":
        version = subprocess.check_output([program, "--version"], text=True).split()[1]
        if tuple(int(part) for part in version.split(".")) < (1, 21):
            pytest.skip(f"PgBouncer {version} does not follow prepared statements")
    endpoint = server.endpoint
    own_port = free_port()
    settings = tmp_path / "pgbouncer.ini"
    settings.write_text(
        SETTINGS.format(
            host=endpoint.host,
            port=endpoint.port,
            user=endpoint.user,
            password=endpoint.password,
            own_port=own_port,
            servers=3,
            tracking="max_prepared_statements = 100" if request.param == "tracked" else "",
        )
    )
    # It refuses to run as root.
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else None
    if user is not None:
        for path in (*tmp_path.parents[:3], tmp_path):
            path.chmod(path.stat().st_mode | 0o055)
        settings.chmod(0o644)
    process = subprocess.Popen(
        [program, str(settings)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        user=user and user.pw_uid,
        group=user and user.pw_gid,
    )
    try:
        wait_for_answer(own_port, process)
        yield {
            "host": "127.0.0.1",
            "port": own_port,
            "user": endpoint.user,
            "database": endpoint.database,
            "ssl": False,
        }
    finally:
        process.kill()
        process.communicate()


def wait_for_answer(port, process):
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.05)
    pytest.fail("pgbouncer does not listen")


async def work(connection, number, rounds, lost):
    """Queries whose answers say whose they are, in and out of transactions.

    A statement that is lost within a transaction is an error, once in a connection's
    life: `lost` counts them.
    """
    for n in range(rounds):
        assert await connection.fetchval("SELECT $1::int * 1000 + $2::int", number, n) == (
            number * 1000 + n
        )
        try:
            await transact(connection, number, n)
        except pgstride.InvalidSQLStatementNameError:
            lost.append(number)
            await transact(connection, number, n)
        assert await connection.execute("SELECT $1::int", n) == "SELECT 1"
        rows = await connection.fetchmany("SELECT $1::int - $2::int", [(n, number), (number, n)])
        assert [row[0] for row in rows] == [n - number, number - n]


async def transact(connection, number, n):
    async with connection.transaction():
        row = await connection.fetchrow("SELECT $1::text AS a, $2::int8 AS b", str(number), n)
        assert tuple(row) == (str(number), n)
        rows = connection.cursor("SELECT generate_series($1::int, $1::int + 2)", n, prefetch=2)
        assert [row[0] async for row in rows] == [n, n + 1, n + 2]


async def test_many_clients_share_few_servers_without_configuration(ours, bouncer):
    async with contextlib.AsyncExitStack() as stack:
        connections = [
            await stack.enter_async_context(ours.connection(**bouncer)) for _ in range(8)
        ]
        lost = []
        await asyncio.gather(*(work(c, n, 30, lost) for n, c in enumerate(connections)))
        assert len(lost) <= len(connections)


async def test_without_a_cache_of_statements(ours, bouncer):
    async with contextlib.AsyncExitStack() as stack:
        connections = [
            await stack.enter_async_context(ours.connection(**bouncer, statement_cache_size=0))
            for _ in range(8)
        ]
        lost = []
        await asyncio.gather(*(work(c, n, 10, lost) for n, c in enumerate(connections)))
        assert lost == []


async def test_a_pool_behind_the_pooler(ours, bouncer):
    async with ours.pool(**bouncer, min_size=4, max_size=4) as pool:
        lost = []

        async def use(number):
            async with pool.acquire() as connection:
                await work(connection, number, 5, lost)

        await asyncio.gather(*(use(number) for number in range(20)))
        assert len(lost) <= 4
