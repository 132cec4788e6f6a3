"""A server that asks for less than is demanded gets nothing."""

import pytest

import backend as b
import pgstride
from scripted_server import READY, ScriptedServer

REQUESTS = {
    "password": b.authentication_cleartext(),
    "md5": b.authentication_md5(),
    "scram-sha-256": b.authentication_sasl("SCRAM-SHA-256"),
    "gss": b.authentication(7),
    "sspi": b.authentication(9),
    "none": b"".join(READY),
}


@pytest.mark.parametrize("asked", REQUESTS)
async def test_downgrades_are_refused_before_anything_is_said(asked):
    heard = []

    async def script(client):
        await client.begin()
        await client.send(REQUESTS[asked])
        heard.append(await client.until_closed())

    others = ",".join(method for method in REQUESTS if method != asked)
    async with ScriptedServer(script) as server:
        for require_auth in (others, f"!{asked}"):
            for ssl in (False, "prefer", "allow"):
                with pytest.raises(pgstride.InterfaceError, match=f"require_auth: .*'{asked}'"):
                    await pgstride.connect(**server.arguments, require_auth=require_auth, ssl=ssl)
    assert heard == [b""] * 6, "neither a password nor a second attempt in another way"


async def test_scram_may_be_demanded_of_a_real_server(ours):
    for require_auth in ("scram-sha-256", "!none", "!password,!md5", "none,scram-sha-256"):
        async with pgstride.connect(**ours.arguments, require_auth=require_auth) as connection:
            assert await connection.fetchval("SELECT 1") == 1
    for require_auth in ("password", "md5", "none", "!scram-sha-256"):
        with pytest.raises(pgstride.InterfaceError, match=r"require_auth: .*'scram-sha-256'"):
            await pgstride.connect(**ours.arguments, require_auth=require_auth)


async def test_a_pool_demands_it_of_each_connection(ours):
    with pytest.raises(pgstride.InterfaceError, match="require_auth"):
        await pgstride.create_pool(**ours.arguments, require_auth="md5", min_size=1)
