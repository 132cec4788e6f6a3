"""Passwords appear in no repr, log, warning or exception, wherever they came from."""

import asyncio
import gc
import logging
import traceback
import warnings

import pytest

import backend as b
import pgstride
from pgstride.connecting import Environment
from scripted_server import READY, ScriptedServer

SECRET = "hunter2-correct-horse"


async def from_function():
    return SECRET


def ways(server, directory, monkeypatch):
    """Arguments by which the password comes in."""
    host, port = server.arguments["host"], server.arguments["port"]
    passfile = directory / "passwords"
    passfile.write_text(f"*:*:*:*:{SECRET}\n")
    passfile.chmod(0o600)
    services = directory / "services"
    services.write_text(f"[shop]\nhost={host}\nport={port}\nuser=ann\npassword={SECRET}\n")
    usual = {"host": host, "port": port, "user": "ann", "ssl": False, "timeout": 5}
    monkeypatch.setenv("PGPASSWORD", SECRET)
    monkeypatch.setenv("PGSSLPASSWORD", SECRET)
    return {
        "argument": {**usual, "password": SECRET},
        "function": {**usual, "password": lambda: SECRET},
        "coroutine": {**usual, "password": from_function},
        "url": {"dsn": f"postgresql://ann:{SECRET}@{host}:{port}/shop", "ssl": False},
        "string": {"dsn": f"host={host} port={port} user=ann password='{SECRET}'", "ssl": False},
        "key": {**usual, "dsn": f"postgresql://?sslpassword={SECRET}&password={SECRET}"},
        "passfile": {**usual, "passfile": passfile},
        "service": {"service": "shop", "servicefile": services, "ssl": False},
        "environment": usual,
    }


WAYS = [
    "argument", "function", "coroutine", "url", "string", "key", "passfile", "service",
    "environment",
]  # fmt: skip


def shown(error):
    """All that a report of the error shows."""
    found = []
    while error is not None:
        found += [*traceback.format_exception(error), str(error), repr(error), repr(error.args)]
        found.append(repr(vars(error)))
        error = error.__cause__ or error.__context__
    return "".join(found)


def reprs_of_ours():
    """The representations of all our objects that there are."""
    return "".join(
        repr(found)
        for found in gc.get_objects()
        if str(getattr(type(found), "__module__", "")).startswith("pgstride.")
    )


def refuse(request):
    async def script(client):
        await client.begin()
        await client.send(*request)
        await client.until_closed()

    return script


ANSWERS = {
    "success": READY,
    "cleartext": (b.authentication_cleartext(), *READY),
    "wrong password": (
        b.authentication_md5(),
        b.error_response("password authentication failed", "28P01", "FATAL"),
    ),
    "unsupported": (b.authentication(7),),
    "unknown": (b.authentication(99),),
    "malformed": (b.authentication_sasl("SCRAM-SHA-256"), b.authentication(11, b"nonsense")),
    "out of place": (b.data_row(b"x"),),
    "hang up": (b.message(b"Z", b"?"),),
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("way", WAYS)
async def test_connecting_shows_no_secret(way, answer, tmp_path, monkeypatch, caplog):
    asyncio.get_running_loop().set_debug(True)
    caplog.set_level(logging.DEBUG)
    said = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with ScriptedServer(refuse(ANSWERS[answer])) as server:
            arguments = ways(server, tmp_path, monkeypatch)[way]
            connecting = pgstride.connect(**arguments)
            said.append(repr(connecting))
            task = asyncio.create_task(connecting)
            said.append(repr(task))
            try:
                connection = await task
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not tell
                said.append(shown(error))
            else:
                said += [repr(connection), str(connection), reprs_of_ours()]
                connection.terminate()
            said += [repr(task), reprs_of_ours()]
    assert said
    everything = "".join([*said, caplog.text, *(str(each.message) for each in caught)])
    assert SECRET not in everything


@pytest.mark.parametrize("way", WAYS)
async def test_a_pool_shows_no_secret(way, tmp_path, monkeypatch, caplog):
    asyncio.get_running_loop().set_debug(True)
    caplog.set_level(logging.DEBUG)
    async with ScriptedServer(refuse(READY)) as server:
        arguments = ways(server, tmp_path, monkeypatch)[way]
        pool = pgstride.create_pool(**arguments, min_size=1, max_size=2)
        said = [repr(pool), str(pool)]
        async with pool:
            async with pool.acquire() as connection:
                said += [repr(pool), repr(connection), reprs_of_ours()]
            pool.terminate()
    assert SECRET not in "".join([*said, caplog.text])


@pytest.mark.parametrize(
    "arguments",
    [
        {"dsn": f"postgresql://ann:{SECRET}/x@host/db"},
        {"dsn": f"postgresql://ann:{SECRET}#@host:x/db"},
        {"dsn": f"password='{SECRET}"},
        {"dsn": f"postgres//ann:{SECRET}@host"},
        {"password": [SECRET]},
        {"password": SECRET, "port": "x"},
        {"password": SECRET, "ssl": "sometimes"},
        {"password": SECRET, "host": ["a", "b"], "port": [1, 2, 3]},
        {"password": SECRET, "require_auth": "x"},
        {"password": SECRET, "server_settings": {"password": 5}},
        {"password": SECRET.encode()},
        {"dsn": "postgresql://h", "password": SECRET, "connection_class": dict},
        {"password": SECRET, "record_class": dict},
        {"password": f"{SECRET}\ud800", "timeout": 0},
    ],
)
async def test_arguments_that_are_refused_are_not_shown(arguments):
    errors = (ValueError, pgstride.InterfaceError, OSError, asyncio.TimeoutError)
    with pytest.raises(errors) as caught:
        await pgstride.connect(**arguments)
    assert SECRET not in shown(caught.value)


@pytest.mark.parametrize("password", [f"{SECRET}\ud800", f"{SECRET}\0"])
@pytest.mark.parametrize(
    "request_",
    [b.authentication_cleartext(), b.authentication_md5(), b.authentication_sasl("SCRAM-SHA-256")],
)
async def test_a_password_that_cannot_be_sent_is_not_shown(password, request_):
    async with ScriptedServer(refuse([request_])) as server:
        with pytest.raises((ValueError, pgstride.InterfaceError, asyncio.TimeoutError)) as caught:
            await pgstride.connect(
                **{**server.arguments, "password": password, "ssl": False, "timeout": 0.2}
            )
    assert SECRET not in shown(caught.value)


def test_the_surroundings_do_not_show_what_they_hold():
    environment = Environment(variables={"PGPASSWORD": SECRET})
    assert SECRET not in repr(environment) + repr(environment.source())
