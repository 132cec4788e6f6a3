"""A server, or somebody in between, that wants to be let in, listened to or waited for."""

import base64
import contextlib

import pytest

import backend as b
import pgstride
from pgstride.authentication.scram import MAX_ITERATIONS
from scram_server import ScramServer
from scripted_server import READY, ScriptedServer, server_context

MODES = ["prefer", "require"]


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return server_context(tmp_path_factory.mktemp("tls"))[0]


# -- before encryption


def answering(*pieces):
    """A script that sends these in answer to SSLRequest, and notes what it hears after."""

    async def script(client):
        await client._reader.readexactly(8)
        for piece in pieces:
            await client.send(piece)
        script.heard.append(await client.until_closed())

    script.heard = []
    return script


@pytest.mark.parametrize("ssl", MODES)
@pytest.mark.parametrize("answer", [b"S", b"N"])
@pytest.mark.parametrize("injected", [b"".join(READY), b"\0", b.error_response("no")])
async def test_nothing_may_be_injected_behind_the_answer_to_ssl_request(ssl, answer, injected):
    """CVE-2021-23222: what is read before encryption must not count after it."""
    script = answering(answer + injected)
    async with ScriptedServer(script) as server:
        with pytest.raises(pgstride.InterfaceError, match="not encrypted"):
            await pgstride.connect(**server.arguments, ssl=ssl)
    assert script.heard == [b""]


async def test_nor_in_a_packet_of_its_own():
    async with ScriptedServer(answering(b"S", b"".join(READY))) as server:
        with pytest.raises((pgstride.InterfaceError, OSError)):
            await pgstride.connect(**server.arguments, ssl="require")


@pytest.mark.parametrize("ssl", MODES)
async def test_an_error_before_encryption_is_not_shown(ssl):
    """Anybody may have written it: to make the user do something, for instance."""
    script = answering(b.error_response("call 555-1234 for help", "28000", "FATAL"))
    async with ScriptedServer(script) as server:
        with pytest.raises(pgstride.InterfaceError, match="with an error") as caught:
            await pgstride.connect(**server.arguments, ssl=ssl)
    assert "555" not in str(caught.value)
    assert script.heard == [b""]


async def test_what_is_no_postgresql_is_not_shown_either():
    async with ScriptedServer(answering(b"HTTP/1.1 400 Bad Request")) as server:
        with pytest.raises(pgstride.InterfaceError, match="is it a PostgreSQL server") as caught:
            await pgstride.connect(**server.arguments, ssl="require")
    assert "HTTP" not in str(caught.value)


# -- authentication


def scram(change):
    """A script whose SCRAM messages go through `change`, and which notes what it hears after."""

    async def script(client):
        exchange = ScramServer(iterations=10)
        await client.begin()
        await client.send(b.authentication_sasl("SCRAM-SHA-256"))
        _, body = await client.read()
        first = exchange.first(body[body.index(b"\0") + 5 :])
        await client.send(b.authentication_sasl_continue(change("first", first)))
        with contextlib.suppress(EOFError):
            _, body = await client.read()
            final = change("final", exchange.final(body))
            await client.send(*[b.authentication_sasl_final(final)] * bool(final), *READY)
        script.heard.append(await client.until_closed())

    script.heard = []
    return script


def changed(step, how):
    return lambda at, message: how(message) if at == step else message


BEYOND = b"i=%d" % (MAX_ITERATIONS + 1)
TRICKS = {
    "work for hours": (changed("first", lambda m: m.replace(b"i=10", BEYOND)), "iterations"),
    "work for ever": (changed("first", lambda m: m.replace(b"i=10", b"i=" + b"9" * 999)), "iter"),
    "no work": (changed("first", lambda m: m.replace(b"i=10", b"i=0")), "iteration"),
    "a nonce of its own": (changed("first", lambda m: b"r=x" + m[m.index(b",") :]), "nonce"),
    "a wrong signature": (
        changed("final", lambda m: b"v=" + base64.b64encode(bytes(32))),
        "signature",
    ),
    "no signature": (changed("final", lambda m: b""), "proved itself"),
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_scram_shows_who_does_not_know_the_password(trick):
    change, message = TRICKS[trick]
    script = scram(change)
    async with ScriptedServer(script) as server:
        with pytest.raises(
            (pgstride.InterfaceError, pgstride.InternalClientError), match=message
        ) as caught:
            await pgstride.connect(**server.arguments, ssl=False)
    assert "secret" not in str(caught.value)
    assert script.heard == [b""]


async def test_an_honest_server_passes_the_same_script():
    async with ScriptedServer(scram(lambda at, message: message)) as server:
        (await pgstride.connect(**server.arguments, ssl=False)).terminate()


# -- memory and time


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_start_up_without_end_is_given_up(context, encrypted):
    async def script(client):
        await client.begin()
        number = 0
        while True:
            number += 1
            await client.send(b.parameter_status(f"name{number}", "x" * 1000))

    async with ScriptedServer(script, context=context if encrypted else None) as server:
        with pytest.raises(pgstride.InternalClientError, match="without being ready"):
            await pgstride.connect(**server.arguments, ssl="prefer")
