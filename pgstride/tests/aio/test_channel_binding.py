"""SCRAM-SHA-256-PLUS: against a server that a test scripts, and against a real one."""

import hashlib
import ssl

import pytest

import backend as b
import pgstride
from scram_server import ScramServer
from scripted_server import READY, ScriptedServer, server_context
from tls_server import TlsServer

PLAIN, PLUS = "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A server's context, and the binding data of its certificate."""
    context, certificate = server_context(tmp_path_factory.mktemp("tls"))
    encoded = ssl.PEM_cert_to_DER_cert(certificate.read_text())
    return context, hashlib.sha256(encoded).digest()


class Authentication:
    """A script that authenticates by SCRAM, and notes what the client chose."""

    def __init__(self, *offered, binding=None):
        self.offered, self.scram = offered, ScramServer(binding=binding, iterations=10)
        self.mechanism = None

    async def __call__(self, client):
        await client.begin()
        await client.send(b.authentication_sasl(*self.offered))
        _, body = await client.read()
        mechanism, _, rest = body.partition(b"\0")
        self.mechanism = mechanism.decode()
        await client.send(b.authentication_sasl_continue(self.scram.first(rest[4:])))
        _, body = await client.read()
        await client.send(b.authentication_sasl_final(self.scram.final(body)), *READY)
        await client.until_closed()


async def connect(server, **arguments):
    connection = await pgstride.connect(**{**server.arguments, "ssl": "require", **arguments})
    connection.terminate()


@pytest.mark.parametrize("channel_binding", [None, "prefer", "require"])
async def test_is_used_where_both_sides_can(tls, channel_binding):
    context, binding = tls
    authentication = Authentication(PLUS, PLAIN, binding=binding)
    async with ScriptedServer(authentication, context=context) as server:
        await connect(server, channel_binding=channel_binding)
    assert authentication.mechanism == PLUS
    assert authentication.scram.header == b"p=tls-server-end-point"


async def test_finds_out_somebody_in_between_with_another_certificate(tls):
    authentication = Authentication(PLUS, PLAIN, binding=hashlib.sha256(b"the server's").digest())
    async with ScriptedServer(authentication, context=tls[0]) as server:
        with pytest.raises(pgstride.InterfaceError, match="channel-bindings-dont-match"):
            await connect(server)


async def test_is_missed_where_the_server_has_none(tls):
    authentication = Authentication(PLAIN)
    async with ScriptedServer(authentication, context=tls[0]) as server:
        await connect(server)
    assert authentication.scram.header == b"y", "the server shall know if it was taken away"


async def test_may_be_switched_off(tls):
    context, binding = tls
    authentication = Authentication(PLUS, PLAIN, binding=binding)
    async with ScriptedServer(authentication, context=context) as server:
        await connect(server, channel_binding="disable")
        assert authentication.scram.header == b"n"
        await connect(server, dsn="postgresql://?channel_binding=disable")
        assert authentication.scram.header == b"n"


async def test_when_required_nothing_is_said_to_a_server_without_it(tls):
    heard = []

    def asks(request):
        async def script(client):
            await client.begin()
            await client.send(request)
            heard.append(await client.until_closed())

        return script

    for request in (
        b.authentication_sasl(PLAIN),
        b.authentication_cleartext(),
        b.authentication_md5(),
        b"".join(READY),
    ):
        async with ScriptedServer(asks(request), context=tls[0]) as server:
            with pytest.raises(pgstride.InterfaceError, match="channel_binding=require"):
                await connect(server, channel_binding="require")
    async with ScriptedServer(asks(b.authentication_sasl(PLUS, PLAIN))) as server:
        with pytest.raises(pgstride.InterfaceError, match="not encrypted"):
            await connect(server, channel_binding="require", ssl="prefer")
    assert set(heard) == {b""}


@pytest.fixture(scope="module")
def real():
    rules = (
        "hostssl all md5user all md5\nhostssl all trusted all trust\n"
        "hostssl all postgres all scram-sha-256\nhost all postgres all scram-sha-256\n"
    )
    with TlsServer(rules) as started:
        yield started


@pytest.mark.parametrize("channel_binding", ["disable", "prefer", "require"])
async def test_a_real_server_agrees(real, channel_binding):
    arguments = {**real.arguments, "channel_binding": channel_binding, "ssl": "require"}
    async with pgstride.connect(**arguments) as connection:
        query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert await connection.fetchval(query) is True
    with pytest.raises(pgstride.InvalidPasswordError):
        await pgstride.connect(**{**arguments, "password": "wrong"})


async def test_a_real_server_without_it_is_refused(real):
    async with pgstride.connect(**real.arguments, ssl="require") as connection:
        await connection.execute(
            "SET password_encryption = 'md5'; CREATE ROLE md5user LOGIN PASSWORD 'secret';"
            "CREATE ROLE trusted LOGIN"
        )
    for user in ("md5user", "trusted"):
        given = {**real.arguments, "user": user, "password": "secret", "ssl": "require"}
        async with pgstride.connect(**given):
            pass
        with pytest.raises(pgstride.InterfaceError, match="channel_binding=require"):
            await pgstride.connect(**given, channel_binding="require")
    with pytest.raises(pgstride.InterfaceError, match="not encrypted"):
        await pgstride.connect(**real.arguments, channel_binding="require", ssl=False)
