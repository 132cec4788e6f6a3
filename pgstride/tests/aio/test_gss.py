"""Kerberos: the packages' place is taken by fakes, and the server is scripted."""

import importlib
import importlib.abc
import sys
import types

import pytest

import backend as b
import pgstride
from scripted_server import READY, ScriptedServer

GSS, CONTINUE, SSPI = 7, 8, 9


class Context:
    """The client's side of an exchange of two round trips."""

    def __init__(self, **arguments):
        self.arguments = arguments
        self.complete = False

    def step(self, token):
        answer = {None: b"ticket", b"question": b"answer", b"welcome": None}[token]
        self.complete = answer is None
        return answer


@pytest.fixture
def contexts(monkeypatch):
    """Both packages, and the contexts that are made by them."""
    made = []

    def context(**arguments):
        made.append(Context(**arguments))
        return made[-1]

    gssapi, sspilib = types.ModuleType("gssapi"), types.ModuleType("sspilib")
    gssapi.NameType = types.SimpleNamespace(hostbased_service="hostbased")
    gssapi.Name = lambda *parts: parts
    gssapi.SecurityContext = context
    sspilib.UserCredential = lambda protocol: protocol
    sspilib.ClientSecurityContext = context
    monkeypatch.setitem(sys.modules, "gssapi", gssapi)
    monkeypatch.setitem(sys.modules, "sspilib", sspilib)
    return made


@pytest.fixture(params=["asyncpg", "pgstride"])
def driver(request):
    return importlib.import_module(request.param)


def asks(code, heard):
    """A script of a server that asks for two tokens and lets the client in."""

    async def script(client):
        await client.begin()
        await client.send(b.authentication(code))
        heard.append(await client.read())
        await client.send(b.authentication(CONTINUE, b"question"))
        heard.append(await client.read())
        await client.send(b.authentication(CONTINUE, b"welcome"), *READY)
        await client.until_closed()

    return script


async def connect(driver, server, **arguments):
    connection = await driver.connect(**{**server.arguments, "ssl": False, **arguments})
    connection.terminate()


@pytest.mark.parametrize(("given", "service"), [({}, "postgres"), ({"krbsrvname": "pg"}, "pg")])
async def test_tokens_are_exchanged_until_both_sides_know_each_other(
    driver, contexts, given, service
):
    heard = []
    async with ScriptedServer(asks(GSS, heard)) as server:
        await connect(driver, server, **given)
    assert heard == [("p", b"ticket"), ("p", b"answer")]
    name = (f"{service}@127.0.0.1", "hostbased")
    assert [made.arguments for made in contexts] == [{"name": name, "usage": "initiate"}]


@pytest.mark.parametrize(("code", "protocol"), [(GSS, "Kerberos"), (SSPI, "Negotiate")])
async def test_sspi_speaks_kerberos_or_lets_both_sides_choose(driver, contexts, code, protocol):
    heard = []
    async with ScriptedServer(asks(code, heard)) as server:
        await connect(driver, server, gsslib="sspi")
    assert heard == [("p", b"ticket"), ("p", b"answer")]
    assert [made.arguments for made in contexts] == [
        {"target_name": "postgres/127.0.0.1", "credential": protocol}
    ]


class Nowhere(importlib.abc.MetaPathFinder):
    """Finds that neither package is installed."""

    def find_spec(self, name, path, target=None):
        if name in {"gssapi", "sspilib"}:
            raise ModuleNotFoundError(name=name)


@pytest.mark.parametrize(("library", "module"), [("gssapi", "gssapi"), ("sspi", "sspilib")])
async def test_a_package_that_is_missing_is_named(driver, monkeypatch, library, module):
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setattr(sys, "meta_path", [Nowhere(), *sys.meta_path])
    async with ScriptedServer(asks(GSS, [])) as server:
        kinds = (driver.InterfaceError, driver.exceptions.InternalClientError)
        with pytest.raises(kinds) as raised:
            await connect(driver, server, gsslib=library)
    assert str(raised.value).endswith(
        f"{module} module not found; please install {driver.__name__}[gssauth] to "
        f"use {driver.__name__} with Kerberos/GSSAPI/SSPI authentication"
    )


async def test_what_the_package_raises_is_the_cause(driver, contexts, monkeypatch):
    class GSSError(Exception):
        pass

    def refuse(self, token):
        raise GSSError("no ticket")

    monkeypatch.setattr(Context, "step", refuse)
    async with ScriptedServer(asks(GSS, [])) as server:
        with pytest.raises(driver.exceptions.InternalClientError, match="no ticket") as raised:
            await connect(driver, server)
    assert isinstance(raised.value.__cause__, GSSError)


@pytest.mark.parametrize("early", [(), (b.authentication(CONTINUE, b"question"),)])
async def test_a_server_that_has_not_proved_itself_is_refused(contexts, early):
    async def script(client):
        await client.begin()
        await client.send(b.authentication(GSS), *early, *READY)
        await client.until_closed()

    async with ScriptedServer(script) as server:
        with pytest.raises(pgstride.exceptions.ProtocolError, match="proved itself by GSSAPI"):
            await connect(pgstride, server)


@pytest.mark.parametrize("messages", [
    (b.authentication(CONTINUE, b"welcome"),),
    (b.authentication(GSS), b.authentication(GSS)),
    (b.authentication(GSS), b.authentication_cleartext()),
    (b.authentication(GSS, b"more"),),
    (b.authentication(GSS), b.authentication(CONTINUE, b"welcome"),
     b.authentication(CONTINUE, b"welcome")),
])  # fmt: skip
async def test_messages_out_of_place_are_refused(contexts, messages):
    async def script(client):
        await client.begin()
        await client.send(*messages)
        await client.until_closed()

    async with ScriptedServer(script) as server:
        with pytest.raises(pgstride.exceptions.ProtocolError, match="Authentication"):
            await connect(pgstride, server)


async def test_may_be_demanded_or_ruled_out(contexts):
    async with ScriptedServer(asks(GSS, [])) as server:
        await connect(pgstride, server, require_auth="gss")
        for given in ({"require_auth": "!gss"}, {"channel_binding": "require"}):
            with pytest.raises(pgstride.InterfaceError, match="'gss'"):
                await connect(pgstride, server, **given)
    assert len(contexts) == 1
