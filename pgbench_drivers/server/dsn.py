"""An existing server, given as a libpq DSN or URL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo

from pgbench_drivers.server import settings
from pgbench_drivers.server.base import Endpoint, Server, ServerError, ServerInfo, one_line
from pgbench_drivers.transports import Transport

CONNECT_TIMEOUT_SECONDS = 10

# Superusers could use the reserved connections too, but should not have to.
_ROOM = """
SELECT current_setting('max_connections')::int,
       current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true)::int, 0)
         - (SELECT sum(numbackends) FROM pg_stat_database)::int,
       (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user),
       (SELECT datconnlimit FROM pg_database WHERE datname = current_database())
"""


class DsnServer(Server):
    """Yours: it is neither started nor stopped, and its processes are out of sight."""

    def __init__(self, dsn: str, transport: Transport, connections: int, reason: str) -> None:
        self._dsn = dsn
        self._ca_file = ca_file(dsn) if transport == "tls" else None
        self._connections = connections
        self._reason = reason
        self._endpoint: Endpoint | None = None
        self._info: ServerInfo | None = None

    def start(self) -> None:
        with self._connect() as connection:
            _check_room(connection, self._connections)
            facts = connection.info
            if self._ca_file and facts.host.startswith("/"):
                raise ServerError(
                    "--transport tls: PostgreSQL has no TLS on a unix socket: give --server the "
                    "server's host and port"
                )
            self._endpoint = Endpoint(
                host=facts.host or facts.hostaddr,
                port=facts.port,
                user=facts.user,
                password=facts.password or None,
                database=facts.dbname,
                ca_file=self._ca_file,
            )
            self._info = ServerInfo(
                backend="dsn",
                version=facts.parameter_status("server_version") or "unknown",
                reason=self._reason,
                settings=settings.shown(connection),
                details={"started by": "somebody else"},
            )

    def stop(self) -> None:
        self._endpoint = None

    @property
    def endpoint(self) -> Endpoint:
        if self._endpoint is None:
            raise ServerError("the server has not been connected to")
        return self._endpoint

    @property
    def info(self) -> ServerInfo:
        if self._info is None:
            raise ServerError("the server has not been connected to")
        return self._info

    def cpu_seconds(self) -> float | None:
        return None

    def set_affinity(self, cpus: frozenset[int]) -> None:
        raise ServerError("--pin-server needs a server that we start: --server docker or embedded")

    def _connect(self) -> psycopg.Connection[Any]:
        """As the drivers connect: without TLS, or with the server verified."""
        tls: dict[str, Any] = {"sslmode": "disable"}
        if self._ca_file is not None:
            tls = {"sslmode": "verify-full", "sslrootcert": self._ca_file}
        try:
            return psycopg.connect(
                self._dsn,
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
                **tls,
                gssencmode="disable",
                client_encoding="utf8",
                autocommit=True,
            )
        except psycopg.Error as error:
            raise ServerError(
                f"the server of --server cannot be used: {one_line(error)}; check that it runs "
                "at this host and port, and that it lets this user in with this password "
                f"(PGPASSWORD and ~/.pgpass are read) {'by' if self._ca_file else 'without'} TLS, "
                "as the drivers connect"
            ) from error


def ca_file(dsn: str) -> str:
    """The file whose certificates vouch for the server of a DSN; raises ServerError."""
    named = conninfo.conninfo_to_dict(dsn).get("sslrootcert") or os.environ.get("PGSSLROOTCERT")
    if not named or named == "system":
        raise ServerError(
            "--transport tls: drivers verify the server, so that --server needs the file of the "
            "authority that signed its certificate: sslmode=verify-full sslrootcert=/path/ca.crt"
        )
    path = Path(str(named)).resolve()
    if not path.is_file():
        raise ServerError(f"--transport tls: sslrootcert: there is no file {path}")
    return str(path)


def _check_room(connection: psycopg.Connection[Any], wanted: int) -> None:
    row = connection.execute(_ROOM).fetchone()
    assert row is not None
    maximum, free, role_limit, database_limit = row
    if free < wanted:
        raise ServerError(
            f"the server lets {max(free, 0)} more connections in (max_connections = {maximum}), "
            f"but the run needs {wanted}: lower --concurrency, or raise max_connections"
        )
    # One more for the orchestrator itself; -1 means no limit.
    for limit, whose in ((role_limit, "role"), (database_limit, "database")):
        if 0 <= limit < wanted + 1:
            raise ServerError(
                f"the {whose} may have {limit} connections, but the run needs {wanted + 1}: "
                f"lower --concurrency, or raise the {whose}'s CONNECTION LIMIT"
            )
