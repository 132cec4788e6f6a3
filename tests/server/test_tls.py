"""Servers with TLS: one that is installed, and one that a DSN names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pgbench_drivers.server import Server, ServerError, choose_server, tls
from pgbench_drivers.server.admin import connect


def choose(spec: str) -> Server:
    return choose_server(spec, pg_version="18", transport="tls", connections=5, say=print)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    programs = tls.installed()
    if programs is None:
        pytest.skip("no PostgreSQL with TLS is installed (Debian and Ubuntu: postgresql)")
    with choose(str(programs)) as started:
        yield started


def dsn(server: Server, **changes: object) -> str:
    to = server.endpoint
    facts = {
        "host": to.host, "port": to.port, "user": to.user, "password": to.password,
        "dbname": to.database, "sslrootcert": to.ca_file, **changes,
    }  # fmt: skip
    return " ".join(f"{name}={value}" for name, value in facts.items())


def test_an_installed_server_is_verified(server: Server) -> None:
    assert server.info.backend == "installed"
    assert server.info.settings["ssl"] == "on"
    with connect(server.endpoint) as connection:
        found = connection.execute(
            "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        ).fetchone()
    assert found == (True, "TLSv1.3")


def test_its_key_is_for_nobody_else(server: Server) -> None:
    assert server.endpoint.ca_file is not None
    home = Path(server.endpoint.ca_file).parent
    assert (home / tls.KEY_NAME).stat().st_mode & 0o777 == 0o600


def test_plaintext_stays_possible_for_the_audit(server: Server) -> None:
    with psycopg.connect(dsn(server, sslmode="disable")) as connection:
        assert not connection.pgconn.ssl_in_use


def test_a_server_of_a_dsn_is_verified(server: Server) -> None:
    with choose(dsn(server)) as yours, connect(yours.endpoint) as connection:
        assert yours.endpoint.ca_file == server.endpoint.ca_file
        assert connection.pgconn.ssl_in_use


def test_a_dsn_with_another_authority_is_refused(server: Server, tmp_path: Path) -> None:
    tls.make_certificates().write(tmp_path)
    other = dsn(server, sslrootcert=tmp_path / tls.CA_NAME)
    with pytest.raises(ServerError, match="certificate verify failed"), choose(other):
        pass


def test_a_dsn_with_a_unix_socket_is_refused(server: Server) -> None:
    assert server.endpoint.ca_file is not None
    by_socket = dsn(server, host=Path(server.endpoint.ca_file).parent)
    with pytest.raises(ServerError, match="no TLS on a unix socket"), choose(by_socket):
        pass


def test_an_installed_postgresql_is_not_found_by_its_name_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "postgres"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tls, "INSTALLED", ())
    assert tls.installed() is None
