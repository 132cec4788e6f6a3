"""How connections are opened: TCP options, order of hosts, direct TLS, versions, cancelling."""

import asyncio
import socket
import ssl
import struct

import pytest

import backend as b
import pgstride
from scripted_server import CANCEL_REQUEST, READY, SSL_REQUEST, ScriptedServer, server_context
from tidiness import each_loop, run_tidily
from tls_server import TlsServer

V3_0, V3_2 = 3 << 16, 3 << 16 | 2
KEY = bytes(range(32))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return server_context(tmp_path_factory.mktemp("tls"))[0]


@pytest.fixture(scope="module")
def context_with_alpn(tmp_path_factory):
    return server_context(tmp_path_factory.mktemp("alpn"), alpn=True)[0]


async def accept(client):
    await client.begin()
    await client.send(*READY)
    await client.until_closed()


# -- TCP


def socket_of(connection):
    return connection._session.transport.get_extra_info("socket")


@each_loop
def test_the_system_looks_after_the_connection(loop_factory, ours):
    expected = {
        "TCP_KEEPIDLE": 30,
        "TCP_KEEPINTVL": 10,
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": 20000,
    }

    async def main():
        async with pgstride.connect(
            **ours.arguments,
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            tcp_user_timeout=20000,
        ) as connection:
            opened = socket_of(connection)
            assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            for name, value in expected.items():
                if hasattr(socket, name):  # not every system has each
                    option = getattr(socket, name)
                    assert opened.getsockopt(socket.IPPROTO_TCP, option) == value
            assert await connection.fetchval("SELECT 1") == 1

    run_tidily(loop_factory, main)


@each_loop
@pytest.mark.parametrize(("given", "on"), [({}, 1), ({"keepalives": False}, 0)])
def test_keepalives_are_on_unless_switched_off(loop_factory, ours, given, on):
    async def main():
        async with pgstride.connect(**ours.arguments, **given) as connection:
            option = socket_of(connection).getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert bool(option) == bool(on)

    run_tidily(loop_factory, main)


async def test_options_are_set_below_tls_too(context):
    async with ScriptedServer(accept, context=context) as server:
        connection = await pgstride.connect(**server.arguments, ssl="require")
        opened = socket_of(connection)
        assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0
        connection.terminate()


async def test_a_value_that_the_system_refuses_is_named(ours):
    with pytest.raises(pgstride.ClientConfigurationError, match="keepalives_idle=100000000"):
        await pgstride.connect(**ours.arguments, keepalives_idle=100_000_000)


async def test_unix_sockets_have_no_such_options(ours):
    async with pgstride.connect(**ours.arguments) as connection:
        directories = await connection.fetchval("SHOW unix_socket_directories")
    arguments = {**ours.arguments, "host": directories.split(",")[0].strip()}
    async with pgstride.connect(**arguments, keepalives_idle=30) as connection:
        assert await connection.fetchval("SELECT 1") == 1


# -- several hosts


async def ports_tried(servers, times, **arguments):
    """Connect so often, and note to which of the servers."""
    given = {**servers[0].arguments, "host": ["127.0.0.1"] * len(servers), **arguments}
    given["port"] = [server.port for server in servers]
    found = []
    for _ in range(times):
        connection = await pgstride.connect(**given, ssl=False)
        found.append(connection._endpoint.port)
        connection.terminate()
    return found


async def test_hosts_are_tried_in_their_order_or_at_random():
    async with ScriptedServer(accept) as first, ScriptedServer(accept) as second:
        servers = [first, second]
        assert set(await ports_tried(servers, 3)) == {first.port}
        # By chance, all would be the same once in 2**39.
        found = await ports_tried(servers, 40, load_balance_hosts="random")
        assert set(found) == {first.port, second.port}


async def test_each_host_is_tried_once_in_a_random_order_too(ours):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = unused.getsockname()[1]
        arguments = {
            **ours.arguments,
            "host": ["127.0.0.1"] * 3,
            "port": [closed, closed, ours.arguments["port"]],
        }
        for _ in range(5):
            async with pgstride.connect(**arguments, load_balance_hosts="random") as connection:
                assert await connection.fetchval("SELECT 1") == 1


async def test_the_addresses_of_a_name_are_tried_in_a_random_order(ours, monkeypatch):
    """As libpq does; here, of two addresses only one has a server."""
    loop = asyncio.get_running_loop()
    port, asked = ours.arguments["port"], []
    real = loop.getaddrinfo

    async def getaddrinfo(host, *rest, **more):
        if host != "balanced.test":
            return await real(host, *rest, **more)
        asked.append(host)
        kinds = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kinds, ("127.0.0.2", port)), (*kinds, ("127.0.0.1", port))]

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    arguments = {**ours.arguments, "host": "balanced.test", "load_balance_hosts": "random"}
    for _ in range(5):
        async with pgstride.connect(**arguments) as connection:
            peer = connection._session.transport.get_extra_info("peername")
            assert peer[0] == "127.0.0.1"
    assert len(asked) == 5


async def test_a_server_that_is_starting_up_is_passed_over():
    async def not_yet(client):
        await client.begin()
        await client.send(b.error_response("the database system is starting up", "57P03", "FATAL"))

    async with ScriptedServer(not_yet) as first, ScriptedServer(accept) as second:
        assert await ports_tried([first, second], 2) == [second.port] * 2
        with pytest.raises(pgstride.CannotConnectNowError):
            await ports_tried([first, first], 1)


# -- TLS from the first byte


@each_loop
@pytest.mark.parametrize("how", [{"direct_tls": True}, {"sslnegotiation": "direct"}])
def test_tls_may_come_first(loop_factory, context_with_alpn, how):
    async def main():
        async with ScriptedServer(accept, context=context_with_alpn, direct=True) as server:
            connection = await pgstride.connect(**server.arguments, ssl="require", **how)
            assert server.clients[0].encrypted
            assert server.clients[0].requests == [V3_0], "there was no SSLRequest"
            connection.terminate()

    run_tidily(loop_factory, main)


async def test_the_server_has_to_say_that_it_speaks_postgresql(context):
    """Or what is said to it could be meant for another server of the same certificate."""
    async with ScriptedServer(accept, context=context, direct=True) as server:
        arguments = {**server.arguments, "ssl": "require"}
        with pytest.raises(ConnectionError, match="ALPN"):
            await pgstride.connect(**arguments, sslnegotiation="direct")
        assert all(client.code == 0 for client in server.clients), "nothing was said"
        (await pgstride.connect(**arguments, direct_tls=True)).terminate()


# -- versions of the protocol


def speaking(*negotiation, key=KEY):
    async def script(client):
        await client.begin()
        if client.code == CANCEL_REQUEST:
            return
        await client.send(*negotiation, *READY[:-2], b.backend_key_data(4711, key), READY[-1])
        await client.until_closed()

    return script


async def test_3_0_is_asked_for_unless_the_user_does():
    async with ScriptedServer(speaking(key=KEY[:4])) as server:
        for given in ({}, {"max_protocol_version": "latest"}, {"min_protocol_version": "3.2"}):
            (await pgstride.connect(**server.arguments, ssl=False, **given)).terminate()
    assert [client.code for client in server.clients] == [V3_0, V3_2, V3_2]


async def test_an_older_server_will_do_or_not():
    async with ScriptedServer(speaking(b.negotiate_protocol_version(V3_0))) as server:
        arguments = {**server.arguments, "ssl": False}
        (await pgstride.connect(**arguments, max_protocol_version="3.2")).terminate()
        with pytest.raises(pgstride.UnsupportedServerFeatureError, match="min_protocol_version"):
            await pgstride.connect(**arguments, min_protocol_version="3.2")


@pytest.mark.parametrize(("given", "length"), [({}, 4), ({"max_protocol_version": "3.2"}, 32)])
async def test_postgresql_18_has_long_keys_and_cancels_by_them(ours, given, length):
    async with pgstride.connect(**ours.arguments, **given) as connection:
        if connection.get_server_version() < (18,):
            pytest.skip("needs a PostgreSQL 18")
        assert len(connection._session.cancel_request()) == 12 + length
        with pytest.raises(asyncio.TimeoutError):
            await connection.fetchval("SELECT pg_sleep(60)", timeout=0.05)
        assert await connection.fetchval("SELECT 1") == 1


# -- cancelling


@each_loop
@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("encrypted", [False, True])
def test_the_cancel_request_is_encrypted_as_its_connection_is(
    loop_factory, context_with_alpn, encrypted, direct
):
    """Its key gives power over the session to whoever reads it."""
    if direct and not encrypted:
        return
    context = context_with_alpn if encrypted else None
    how = {"sslnegotiation": "direct"} if direct else {}

    async def main():
        async with ScriptedServer(speaking(), context=context, direct=direct) as server:
            connection = await pgstride.connect(
                **server.arguments, **how, ssl="require" if encrypted else False
            )
            with pytest.raises(asyncio.TimeoutError):
                await connection.fetchval("SELECT 1", timeout=0.05)
            while len(server.clients) < 2 or server.clients[1].code in (0, SSL_REQUEST):
                await asyncio.sleep(0.01)
            cancelling = server.clients[1]
            assert cancelling.encrypted == encrypted
            assert cancelling.requests[-1] == CANCEL_REQUEST
            assert cancelling.body == struct.pack(">i", 4711) + KEY
            connection.terminate()

    run_tidily(loop_factory, main)


async def test_the_key_is_not_said_to_a_server_that_has_no_tls_any_more(context):
    async def script(client):
        if len(server.clients) > 1:
            server.context = None
        await speaking()(client)

    async with ScriptedServer(script, context=context) as server:
        connection = await pgstride.connect(**server.arguments, ssl="prefer")
        with pytest.raises(asyncio.TimeoutError):
            await connection.fetchval("SELECT 1", timeout=0.05)
        while len(server.clients) < 2 or not server.clients[1].requests:
            await asyncio.sleep(0.01)
        connection.terminate()
    assert server.clients[1].requests == [SSL_REQUEST]


@pytest.fixture(scope="module")
def real():
    with TlsServer("hostssl all postgres all scram-sha-256\n") as started:
        yield started


@each_loop
def test_a_real_server_takes_encrypted_cancel_requests(loop_factory, real):
    async def main():
        arguments = {**real.arguments, "ssl": "require"}
        async with pgstride.connect(**arguments) as connection:
            with pytest.raises(asyncio.TimeoutError):
                await connection.fetchval("SELECT pg_sleep(60)", timeout=0.05)
            assert await connection.fetchval("SELECT 1") == 1

    run_tidily(loop_factory, main)


# -- sslmode's second attempt


class Refusing:
    """A script that refuses connections of one kind, and notes the kinds of all."""

    def __init__(self, *, encrypted, error=None, after_ok=False):
        self.encrypted, self.after_ok = encrypted, after_ok
        self.error = error or b.error_response("no pg_hba.conf entry", "28000", "FATAL")
        self.kinds = []

    async def __call__(self, client):
        await client.begin()
        self.kinds.append(client.encrypted)
        if client.encrypted == self.encrypted:
            await client.send(*READY[: self.after_ok], self.error)
        else:
            await client.send(*READY)
        await client.until_closed()


@pytest.mark.parametrize(("mode", "first"), [("prefer", True), ("allow", False)])
@pytest.mark.parametrize("sqlstate", ["28000", "28P01", "53300"])
async def test_the_other_kind_is_tried_when_the_server_refuses_one(context, mode, first, sqlstate):
    script = Refusing(encrypted=first, error=b.error_response("no", sqlstate, "FATAL"))
    async with ScriptedServer(script, context=context) as server:
        (await pgstride.connect(**server.arguments, ssl=mode)).terminate()
    assert script.kinds == [first, not first]


@pytest.mark.parametrize("mode", ["prefer", "require", "allow"])
async def test_but_not_after_it_has_let_the_user_in(context, mode):
    script = Refusing(encrypted=mode != "allow", after_ok=True)
    async with ScriptedServer(script, context=context) as server:
        with pytest.raises(pgstride.InvalidAuthorizationSpecificationError):
            await pgstride.connect(**server.arguments, ssl=mode)
    assert script.kinds == [mode != "allow"]


async def test_nor_when_it_would_be_the_same_again():
    script = Refusing(encrypted=False)
    async with ScriptedServer(script) as server:
        with pytest.raises(pgstride.InvalidAuthorizationSpecificationError):
            await pgstride.connect(**server.arguments, ssl="prefer")
    assert script.kinds == [False]


async def test_nor_for_a_password_that_the_user_has_not_given(context):
    script = Refusing(encrypted=True, error=b.authentication_cleartext())
    async with ScriptedServer(script, context=context) as server:
        arguments = {**server.arguments, "password": None, "passfile": "/nowhere"}
        with pytest.raises(pgstride.InvalidPasswordError, match="none was given"):
            await pgstride.connect(**arguments, ssl="prefer")
    assert script.kinds == [True]


async def test_of_two_refusals_the_one_that_says_more_is_raised(context):
    async def script(client):
        await client.begin()
        sqlstate = "28P01" if client.encrypted else "28000"
        await client.send(b.error_response("no", sqlstate, "FATAL"))
        await client.until_closed()

    async with ScriptedServer(script, context=context) as server:
        with pytest.raises(pgstride.InvalidPasswordError):
            await pgstride.connect(**server.arguments, ssl="prefer")
        with pytest.raises(pgstride.InvalidPasswordError) as caught:
            await pgstride.connect(**server.arguments, ssl="allow")
        assert type(caught.value.__cause__) is pgstride.InvalidAuthorizationSpecificationError


@each_loop
@pytest.mark.parametrize("mode", ["prefer", "require"])
def test_a_handshake_that_fails_is_a_reason_for_the_other_kind(loop_factory, tmp_path, mode):
    old, _ = server_context(tmp_path)
    old.maximum_version = ssl.TLSVersion.TLSv1_2

    async def main():
        async with ScriptedServer(accept, context=old) as server:
            arguments = {
                **server.arguments,
                "ssl": mode,
                "dsn": "postgresql://?ssl_min_protocol_version=TLSv1.3",
            }
            if mode == "require":
                with pytest.raises((ssl.SSLError, ConnectionError)):
                    await pgstride.connect(**arguments)
                assert len(server.clients) == 1
            else:
                (await pgstride.connect(**arguments)).terminate()
                assert server.clients[1].requests == [V3_0]

    run_tidily(loop_factory, main)
