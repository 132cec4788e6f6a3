"""An existing server, given as a libpq DSN or URL."""

from __future__ import annotations

import psycopg

from pgbench_drivers.server import settings
from pgbench_drivers.server.base import Endpoint, Server, ServerError, ServerInfo


class DsnServer(Server):
    """Yours: it is neither started nor stopped, and its processes are out of sight."""

    def __init__(self, dsn: str, reason: str) -> None:
        self._dsn = dsn
        self._reason = reason
        self._endpoint: Endpoint | None = None
        self._info: ServerInfo | None = None

    def start(self) -> None:
        try:
            with psycopg.connect(
                self._dsn, connect_timeout=10, client_encoding="utf8", autocommit=True
            ) as connection:
                connection.execute("SELECT 1")
                facts = connection.info
                self._endpoint = Endpoint(
                    host=facts.host or facts.hostaddr,
                    port=facts.port,
                    user=facts.user,
                    password=facts.password or None,
                    database=facts.dbname,
                )
                self._info = ServerInfo(
                    backend="dsn",
                    version=facts.parameter_status("server_version") or "unknown",
                    reason=self._reason,
                    settings=settings.shown(connection),
                    details={"started by": "somebody else"},
                )
        except psycopg.Error as error:
            raise ServerError(f"the server of the given DSN cannot be used: {error}") from error

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
