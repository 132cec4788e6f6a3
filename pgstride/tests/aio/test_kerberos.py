"""Kerberos with a real ticket server, a real PostgreSQL and the package `gssapi`."""

import asyncio
import importlib

import pytest

import pgstride
from kerberos_realm import Realm, skip_unless_installed
from tls_server import TlsServer

RULES = "host all all all gss include_realm=0\n"
SERVICES = ("postgres/localhost", "db/localhost")
FAILED = "unexpected error while performing authentication: .*"


@pytest.fixture(scope="module")
def realm():
    skip_unless_installed()
    with Realm() as started:
        yield started


@pytest.fixture(scope="module")
def server(realm):
    """PostgreSQL with the keys of two services, for whom the realm knows by their roles' names."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KRB5_CONFIG", str(realm.configuration))
        keytab = realm.keytab(*SERVICES)
        with TlsServer(RULES, settings={"krb_server_keyfile": keytab}) as started:
            yield started


@pytest.fixture(scope="module")
def ticket(realm):
    return realm.ticket("postgres")


@pytest.fixture(scope="module")
def others_ticket(realm):
    return realm.ticket("ann")


@pytest.fixture
def client(realm, server, ticket, monkeypatch):
    """What connects by the ticket of the role postgres."""
    monkeypatch.setenv("KRB5_CONFIG", str(realm.configuration))
    monkeypatch.setenv("KRB5CCNAME", ticket)
    return {**server.arguments, "password": None}


@pytest.fixture(params=["asyncpg", "pgstride"])
def driver(request):
    return importlib.import_module(request.param)


async def authenticated(driver, arguments):
    """How the server says that it knows the client."""
    connection = await driver.connect(**arguments)
    try:
        return await connection.fetchrow(
            "SELECT gss_authenticated, principal, encrypted FROM pg_stat_gssapi "
            "WHERE pid = pg_backend_pid()"
        )
    finally:
        await connection.close()


@pytest.mark.parametrize("given", [{}, {"gsslib": "gssapi"}, {"krbsrvname": "db"}])
@pytest.mark.parametrize("ssl", [False, "require"])
async def test_a_ticket_opens_the_connection(driver, client, ssl, given):
    row = await authenticated(driver, {**client, "ssl": ssl, **given})
    assert tuple(row) == (True, "postgres@PGSTRIDE.TEST", False)


async def test_a_pool_s_connections_are_opened_by_it(driver, client):
    async with driver.create_pool(**client, min_size=4, max_size=4) as pool:
        assert await asyncio.gather(*(pool.fetchval("SELECT $1::int", n) for n in range(8))) == [
            *range(8)
        ]


@pytest.mark.parametrize(("given", "why"), [
    ({"krbsrvname": "nobody"}, "Server nobody/localhost@PGSTRIDE.TEST not found"),
    ({"host": "127.0.0.1"}, "Server postgres/127.0.0.1@PGSTRIDE.TEST not found"),
])  # fmt: skip
async def test_a_service_that_the_realm_does_not_know_is_named(driver, client, given, why):
    with pytest.raises(driver.exceptions.InternalClientError, match=FAILED + why):
        await driver.connect(**{**client, **given})


async def test_without_a_ticket_it_is_said(driver, client, monkeypatch, tmp_path):
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'none'}")
    with pytest.raises(driver.exceptions.InternalClientError, match=FAILED + "No Kerberos cred"):
        await driver.connect(**client)


async def test_a_ticket_that_has_expired_is_told(driver, client, realm, monkeypatch):
    monkeypatch.setenv("KRB5CCNAME", realm.ticket(driver.__name__, lifetime="1s"))
    await asyncio.sleep(2)
    with pytest.raises(driver.exceptions.InternalClientError, match=FAILED + "expired"):
        await driver.connect(**client)


async def test_a_ticket_server_that_is_gone_is_told(driver, client, monkeypatch):
    with Realm() as gone:
        monkeypatch.setenv("KRB5_CONFIG", str(gone.configuration))
        monkeypatch.setenv("KRB5CCNAME", gone.ticket("postgres"))
        gone.stop()
        with pytest.raises(driver.exceptions.InternalClientError, match=FAILED + "any KDC"):
            await driver.connect(**client)


async def test_another_s_ticket_is_refused_by_the_server(
    driver, client, monkeypatch, others_ticket
):
    monkeypatch.setenv("KRB5CCNAME", others_ticket)
    with pytest.raises(
        driver.InvalidAuthorizationSpecificationError, match='failed for user "postg'
    ):
        await driver.connect(**client)


async def test_may_be_demanded_or_ruled_out(client):
    row = await authenticated(pgstride, {**client, "require_auth": "gss"})
    assert row["gss_authenticated"]
    with pytest.raises(pgstride.InterfaceError, match="'gss'"):
        await pgstride.connect(**client, require_auth="!gss")
