"""Both drivers with the same certificates, keys and revocation lists come to the same end."""

import asyncio
import importlib
import ssl
from pathlib import Path

import pytest

from certificate_authority import KEY_PASSWORD, Authority
from scripted_server import READY, ScriptedServer
from tls_server import TlsServer

MODES = ("require", "verify-ca", "verify-full")


@pytest.fixture(params=["asyncpg", "pgstride"])
def driver(request):
    return importlib.import_module(request.param)


class World:
    """Two authorities, and certificates of the first for servers and a client."""

    def __init__(self, directory):
        self.authority = Authority(directory / "ours")
        self.stranger = Authority(directory / "theirs", "stranger")
        self.servers = {
            name: self.authority.sign(name, name, name) for name in ("localhost", "elsewhere")
        }
        self.client_certificate, self.client_key = self.authority.sign("client", "ann", "client")
        self.locked_key = self.authority.locked(self.client_key)
        self.revoked = self.authority.revocations(self.servers["localhost"][0])

    def context(self, name="localhost", *, asks_client=False, alpn=False):
        """A server's."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.servers[name])
        # What TLS 1.3 has against a client's certificate, the client hears too late.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        if asks_client:
            context.load_verify_locations(self.authority.certificate)
            context.verify_mode = ssl.CERT_REQUIRED
        if alpn:
            context.set_alpn_protocols(["postgresql"])
        return context


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("authorities"))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home directory without certificates; all that TLS could be told of is unset."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for name in ("SSLMODE", "SSLROOTCERT", "SSLCRL", "SSLCERT", "SSLKEY", "SSLNEGOTIATION"):
        monkeypatch.delenv(f"PG{name}", raising=False)
    directory = tmp_path / ".postgresql"
    directory.mkdir()
    return directory


def lets_in(seen):
    async def script(client):
        await client.begin()
        assert client.encrypted
        seen.append(client.certificate)
        await client.send(*READY)
        await client.until_closed()

    return script


async def outcome(driver, context, query="", *, direct=False, **arguments):
    """The client's certificate as the server sees it, or the class of what was raised."""
    seen = []
    server = ScriptedServer(lets_in(seen), context=context, direct=direct)
    async with server:
        given = {**server.arguments, "host": "localhost", **arguments}
        try:
            connection = await driver.connect(f"postgresql:///?{query}", **given)
        except ssl.SSLCertVerificationError:
            return "not trusted"
        except driver.exceptions.ClientConfigurationError:
            return "not configured"
        except (OSError, driver.ConnectionDoesNotExistError):
            return "refused"
        connection.terminate()
    return seen[0] or "nobody"


@pytest.mark.parametrize("mode", MODES)
async def test_whom_the_root_certificate_trusts(driver, world, mode):
    ours = f"sslrootcert={world.authority.certificate}"
    theirs = f"sslrootcert={world.stranger.certificate}"
    right, wrong = world.context(), world.context("elsewhere")
    assert await outcome(driver, right, ours, ssl=mode) == "nobody"
    assert await outcome(driver, right, theirs, ssl=mode) == "not trusted"
    name_counts = mode == "verify-full"
    assert await outcome(driver, wrong, ours, ssl=mode) == (
        "not trusted" if name_counts else "nobody"
    )
    assert await outcome(driver, right, ssl=mode) == (
        "nobody" if mode == "require" else "not configured"
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("named_by", ["dsn", "environment", "home"])
async def test_whom_a_revocation_list_trusts_no_more(driver, world, monkeypatch, mode, named_by):
    root = world.authority.certificate
    query = f"sslrootcert={root}" if named_by != "home" else ""
    for revoked, expected in ((world.authority.no_revocations, "nobody"),
                              (world.revoked, "not trusted")):  # fmt: skip
        if named_by == "dsn":
            query = f"sslrootcert={root}&sslcrl={revoked}"
        elif named_by == "environment":
            monkeypatch.setenv("PGSSLCRL", str(revoked))
        else:
            home = Path.home() / ".postgresql"
            (home / "root.crt").write_text(root.read_text())
            (home / "root.crl").write_text(revoked.read_text())
        assert await outcome(driver, world.context(), query, ssl=mode) == expected


@pytest.mark.parametrize("named_by", ["dsn", "environment", "home"])
async def test_who_the_client_is(driver, world, home, monkeypatch, named_by):
    certificate, key, query = world.client_certificate, world.client_key, ""
    if named_by == "dsn":
        query = f"sslcert={certificate}&sslkey={key}"
    elif named_by == "environment":
        monkeypatch.setenv("PGSSLCERT", str(certificate))
        monkeypatch.setenv("PGSSLKEY", str(key))
    else:
        (home / "postgresql.crt").write_text(certificate.read_text())
        (home / "postgresql.key").write_text(key.read_text())
        (home / "postgresql.key").chmod(0o600)
    context = world.context(asks_client=True)
    assert await outcome(driver, context, query, ssl="require") == "ann"


async def test_without_a_certificate_the_client_is_nobody(driver, world):
    assert await outcome(driver, world.context(asks_client=True), ssl="require") == "refused"


async def test_a_keys_passphrase(driver, world):
    context = world.context(asks_client=True)
    query = f"sslcert={world.client_certificate}&sslkey={world.locked_key}&sslpassword="
    assert await outcome(driver, context, query + KEY_PASSWORD, ssl="require") == "ann"


@pytest.mark.parametrize("password", ["", "&sslpassword=wrong"])
async def test_a_wrong_passphrase_names_the_key_and_nothing_secret(world, password):
    driver = importlib.import_module("pgstride")
    query = f"sslcert={world.client_certificate}&sslkey={world.locked_key}{password}"
    with pytest.raises(driver.exceptions.ClientConfigurationError) as raised:
        async with ScriptedServer(lets_in([]), context=world.context()) as server:
            await driver.connect(f"postgresql:///?{query}", **server.arguments, ssl="require")
    assert str(world.locked_key) in str(raised.value)
    assert "wrong" not in str(raised.value)


@pytest.mark.parametrize("alpn", [False, True])
async def test_direct_tls_begins_without_a_question(driver, world, alpn):
    context = world.context(alpn=alpn)
    query = f"sslrootcert={world.authority.certificate}"
    for mode in MODES:
        given = {"ssl": mode, "direct_tls": True, "direct": True}
        assert await outcome(driver, context, query, **given) == "nobody"
    stranger = f"sslrootcert={world.stranger.certificate}"
    assert await outcome(driver, context, stranger, **given) == "not trusted"


@pytest.mark.parametrize("ssl_argument", [None, False, "disable", "allow", "prefer"])
async def test_direct_tls_is_for_those_who_insist(driver, world, ssl_argument):
    given = {"ssl": ssl_argument, "direct_tls": True, "direct": True}
    assert await outcome(driver, world.context(), **given) == "not configured"


async def test_direct_tls_of_a_server_that_waits_for_the_question_fails(driver):
    async def script(client):
        await client.begin()

    async with ScriptedServer(script) as server:
        arguments = {**server.arguments, "ssl": "require", "direct_tls": True, "timeout": 2}
        with pytest.raises((OSError, asyncio.TimeoutError, driver.ConnectionDoesNotExistError)):
            await driver.connect(**arguments)


async def test_a_context_of_the_callers_decides(driver, world):
    context = ssl.create_default_context(cafile=world.authority.certificate)
    assert await outcome(driver, world.context(), ssl=context) == "nobody"
    context = ssl.create_default_context(cafile=world.stranger.certificate)
    assert await outcome(driver, world.context(), ssl=context) == "not trusted"


@pytest.fixture(scope="module")
def real(world):
    with TlsServer("hostssl all ann all cert\nhostssl all all all scram-sha-256\n",
                   world.authority, world.servers["localhost"]) as started:  # fmt: skip
        yield started


async def test_a_real_server_knows_the_client_by_its_certificate(driver, world, real, home):
    root = f"sslrootcert={world.authority.certificate}"
    connection = await driver.connect(f"postgresql:///?{root}", **real.arguments, ssl="verify-full")
    await connection.execute("DROP ROLE IF EXISTS ann; CREATE ROLE ann LOGIN")
    await connection.close()
    given = {**real.arguments, "user": "ann", "ssl": "verify-full"}
    with pytest.raises(driver.InvalidAuthorizationSpecificationError, match="certificate"):
        await driver.connect(f"postgresql:///?{root}", **given)
    query = (
        f"{root}&sslcert={world.client_certificate}&sslkey={world.locked_key}"
        f"&sslpassword={KEY_PASSWORD}&sslcrl={world.authority.no_revocations}"
    )
    connection = await driver.connect(f"postgresql:///?{query}", **given)
    assert await connection.fetchval("SELECT current_user") == "ann"
    await connection.close()
    query = query.replace(str(world.authority.no_revocations), str(world.revoked))
    with pytest.raises(ssl.SSLCertVerificationError, match="revoked"):
        await driver.connect(f"postgresql:///?{query}", **given)
