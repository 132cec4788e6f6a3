"""The proxy passes everything on, over TCP and unix sockets, and leaves nothing behind."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import psycopg
import pytest

from pgbench_drivers.audit.proxy import RecordingProxy
from pgbench_drivers.contract.messages import Connection
from pgbench_drivers.server import Server, choose_server


def connect(to: Connection) -> psycopg.Connection:
    return psycopg.connect(
        host=to.host, port=to.port, user=to.user, password=to.password, dbname=to.database,
        autocommit=True,
    )  # fmt: skip


def target(server: Server) -> Connection:
    return Connection(**dataclasses.asdict(server.endpoint))


def test_a_client_notices_nothing_and_everything_is_recorded(embedded_server: Server) -> None:
    with RecordingProxy(target(embedded_server)) as proxy:
        with connect(proxy.connection) as client:
            rows = client.execute("SELECT i FROM generate_series(1, 100000) AS i").fetchall()
            assert rows[-1] == (100_000,)
        with connect(proxy.connection) as client:
            assert client.execute("SELECT 2").fetchone() == (2,)
    first, second = proxy.conversations
    assert (first.failure, second.failure) == (None, None)
    assert first.cycles[0].executions[0].rows == 100_000
    assert second.cycles[0].turns == 1


def test_it_is_gone_afterwards(embedded_server: Server) -> None:
    with RecordingProxy(target(embedded_server)) as proxy:
        pass
    with pytest.raises(psycopg.OperationalError, match="refused"):
        connect(proxy.connection)


def test_a_client_that_stays_does_not_hold_it(
    embedded_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgbench_drivers.audit.proxy.DRAIN_SECONDS", 0.1)
    with RecordingProxy(target(embedded_server)) as proxy:
        client = connect(proxy.connection)
    with pytest.raises(psycopg.OperationalError):
        client.execute("SELECT 1")


def test_a_server_that_is_not_there_is_the_client_s_error(embedded_server: Server) -> None:
    nowhere = Connection("127.0.0.1", 9, "me", None, "mine")
    with (
        RecordingProxy(nowhere) as proxy,
        pytest.raises(psycopg.OperationalError),
    ):
        connect(proxy.connection)
    assert not proxy.conversations[0].started


def test_a_unix_socket_is_passed_through_as_one() -> None:
    with (
        choose_server(
            "embedded", pg_version="18", transport="unix", connections=5, say=print
        ) as server,
        RecordingProxy(target(server)) as proxy,
    ):
        directory = Path(proxy.connection.host)
        assert directory.is_dir()
        with connect(proxy.connection) as client:
            assert client.execute("SELECT 1").fetchone() == (1,)
    assert not directory.exists()
    assert len(proxy.conversations[0].cycles) == 1
