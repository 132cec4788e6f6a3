"""The proxy passes everything on, over TCP and unix sockets, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from pgbench_drivers.audit.conversation import Conversation
from pgbench_drivers.server import Server, choose_server
from pgbench_drivers.server.base import Endpoint
from pgbench_drivers.wire.proxy import Proxy


def before(server: Endpoint) -> Proxy[Conversation]:
    return Proxy(server.host, server.port, Conversation)


def connect(proxy: Proxy[Conversation], server: Endpoint) -> psycopg.Connection:
    return psycopg.connect(
        host=proxy.host, port=proxy.port, user=server.user, password=server.password,
        dbname=server.database, autocommit=True,
    )  # fmt: skip


def test_a_client_notices_nothing_and_everything_is_recorded(embedded_server: Server) -> None:
    with before(embedded_server.endpoint) as proxy:
        with connect(proxy, embedded_server.endpoint) as client:
            rows = client.execute("SELECT i FROM generate_series(1, 100000) AS i").fetchall()
            assert rows[-1] == (100_000,)
        with connect(proxy, embedded_server.endpoint) as client:
            assert client.execute("SELECT 2").fetchone() == (2,)
    first, second = proxy.listeners
    assert (first.failure, second.failure) == (None, None)
    assert first.cycles[0].executions[0].rows == 100_000
    assert second.cycles[0].turns == 1


def test_it_is_gone_afterwards(embedded_server: Server) -> None:
    with before(embedded_server.endpoint) as proxy:
        pass
    with pytest.raises(psycopg.OperationalError, match="refused"):
        connect(proxy, embedded_server.endpoint)


def test_a_client_that_stays_does_not_hold_it(
    embedded_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgbench_drivers.wire.proxy.DRAIN_SECONDS", 0.1)
    with before(embedded_server.endpoint) as proxy:
        client = connect(proxy, embedded_server.endpoint)
    with pytest.raises(psycopg.OperationalError):
        client.execute("SELECT 1")


def test_a_server_that_is_not_there_is_the_client_s_error(embedded_server: Server) -> None:
    with (
        Proxy("127.0.0.1", 9, Conversation) as proxy,
        pytest.raises(psycopg.OperationalError),
    ):
        connect(proxy, embedded_server.endpoint)
    assert not proxy.listeners[0].started


def test_a_unix_socket_is_passed_through_as_one() -> None:
    with (
        choose_server(
            "embedded", pg_version="18", transport="unix", connections=5, say=print
        ) as server,
        before(server.endpoint) as proxy,
    ):
        directory = Path(proxy.host)
        assert directory.is_dir()
        with connect(proxy, server.endpoint) as client:
            assert client.execute("SELECT 1").fetchone() == (1,)
    assert not directory.exists()
    assert len(proxy.listeners[0].cycles) == 1
