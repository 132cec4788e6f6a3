"""PostgreSQL in a container, through the Docker SDK."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import socket
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import docker
import docker.errors
import requests

from pgbench_drivers.server import admin, processes, settings, tls
from pgbench_drivers.server.base import Endpoint, Say, Server, ServerError, ServerInfo, one_line
from pgbench_drivers.transports import Transport

IMAGE = "postgres"
USER = "postgres"
DATABASE = "postgres"
# The locale C alone would make the encoding SQL_ASCII.
INITDB_ARGUMENTS = "--locale=C --encoding=UTF8"
CONTAINER_PORT = "5432/tcp"
OWNER_LABEL = "pgbench-drivers.owner"
HOST_LABEL = "pgbench-drivers.host"

PING_TIMEOUT_SECONDS = 3
API_TIMEOUT_SECONDS = 120
START_TIMEOUT_SECONDS = 120.0
STOP_TIMEOUT_SECONDS = 10
TMPFS_OPTIONS = "rw,mode=0777"
LOG_LINES_IN_ERROR = 5

# A container has no bind mount for certificates: its engine may be on another machine.
TLS_DIRECTORY = "/pgbench-drivers-tls"
# PostgreSQL wants its key to belong to the account that it runs as, whose number is the image's.
TLS_ENTRYPOINT = [
    "sh", "-c", f'chown -R postgres {TLS_DIRECTORY} && exec docker-entrypoint.sh "$@"', "sh",
]  # fmt: skip

# From 18 on the image keeps data in a directory per major version below this.
DATA_SINCE_18 = "/var/lib/postgresql"
DATA_BEFORE_18 = "/var/lib/postgresql/data"
FIRST_WITH_NEW_DATA = 18


class DockerServer(Server):
    """A container of the pinned image on a port of its own; removed at the end.

    Containers of orchestrators that were killed are removed at the next start.
    """

    def __init__(
        self, pg_version: str, transport: Transport, connections: int, reason: str, say: Say
    ) -> None:
        self._image = f"{IMAGE}:{pg_version}"
        self._data = data_directory(pg_version)
        self._transport = transport
        self._certificates = tempfile.TemporaryDirectory(prefix="pgbench-drivers-tls-")
        self._connections = connections
        self._reason = reason
        self._say = say
        self._client: Any = None
        self._container: Any = None
        self._endpoint: Endpoint | None = None
        self._info: ServerInfo | None = None

    def start(self) -> None:
        try:
            self._client = docker.from_env(timeout=API_TIMEOUT_SECONDS)
            self._remove_leftovers()
            self._provide_image()
            password = secrets.token_urlsafe(18)
            self._container = self._create(password)
            ca_file = self._put_certificates() if self._transport == "tls" else None
            self._container.start()
            self._endpoint = Endpoint(tls.ADDRESS, self._port(), USER, password, DATABASE, ca_file)
        except (docker.errors.DockerException, requests.RequestException) as error:
            raise ServerError(f"Docker refused: {one_line(error)}") from error
        admin.wait_until_ready(self._endpoint, START_TIMEOUT_SECONDS, self._death)
        self._describe()

    def stop(self) -> None:
        if self._container is not None:
            with contextlib.suppress(docker.errors.NotFound):
                with contextlib.suppress(docker.errors.APIError):
                    self._container.stop(timeout=STOP_TIMEOUT_SECONDS)
                self._container.remove(force=True, v=True)
            self._container = None
        if self._client is not None:
            self._client.close()
            self._client = None
        self._certificates.cleanup()
        self._endpoint = None

    @property
    def endpoint(self) -> Endpoint:
        if self._endpoint is None:
            raise ServerError("the container is not running")
        return self._endpoint

    @property
    def info(self) -> ServerInfo:
        if self._info is None:
            raise ServerError("the container has not been started")
        return self._info

    def cpu_seconds(self) -> float | None:
        pid = self._host_pid()
        return processes.family_cpu_seconds(pid) if pid else None

    def set_affinity(self, cpus: frozenset[int]) -> None:
        try:
            self._container.update(cpuset_cpus=",".join(map(str, sorted(cpus))))
        except docker.errors.APIError as error:
            raise ServerError(f"--pin-server {sorted(cpus)}: {error.explanation}") from error

    def _create(self, password: str) -> Any:
        command = ["postgres", *settings.arguments(self._connections)]
        with_tls = {}
        if self._transport == "tls":
            command += tls.settings(TLS_DIRECTORY)
            with_tls = {"entrypoint": TLS_ENTRYPOINT}
        return self._client.containers.create(
            self._image,
            command=command,
            environment={"POSTGRES_PASSWORD": password, "POSTGRES_INITDB_ARGS": INITDB_ARGUMENTS},
            ports={CONTAINER_PORT: ("127.0.0.1", None)},
            tmpfs={self._data: TMPFS_OPTIONS},
            labels={OWNER_LABEL: processes.identity(), HOST_LABEL: socket.gethostname()},
            shm_size="512m",
            name=f"pgbench-drivers-{os.getpid()}-{secrets.token_hex(3)}",
            **with_tls,
        )

    def _put_certificates(self) -> str:
        """Copy them into the container; returns the path of the authority's, which is here."""
        here = Path(self._certificates.name)
        tls.make_certificates().write(here)
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.add(here, arcname=TLS_DIRECTORY)
        self._container.put_archive("/", packed.getvalue())
        return str(here / tls.CA_NAME)

    def _provide_image(self) -> None:
        try:
            self._client.images.get(self._image)
            return
        except docker.errors.ImageNotFound:
            self._say(f"pulling the image {self._image}")
        try:
            self._client.images.pull(self._image)
        except docker.errors.DockerException as error:
            raise ServerError(
                f"the image {self._image} is not here and cannot be pulled ({one_line(error)}): "
                f"bring it with `docker pull {self._image}` or `docker load`, choose another "
                "with --pg-version, or use --server embedded"
            ) from error

    def _port(self) -> int:
        self._container.reload()
        bound = self._container.ports.get(CONTAINER_PORT)
        if not bound:
            raise ServerError(
                f"the container of {self._image} ended while it started: {self._last_words()}"
            )
        return int(bound[0]["HostPort"])

    def _death(self) -> str | None:
        self._container.reload()
        if self._container.status in ("created", "running", "restarting"):
            return None
        return f"the container of {self._image} ended while it started: {self._last_words()}"

    def _last_words(self) -> str:
        log = self._container.logs(tail=LOG_LINES_IN_ERROR).decode(errors="replace")
        return " | ".join(line.strip() for line in log.splitlines() if line.strip())

    def _host_pid(self) -> int | None:
        """The postmaster's process id on this host; None when the engine is on another one."""
        if self._container is None:
            return None
        pid: int = self._container.attrs.get("State", {}).get("Pid", 0)
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            return None
        return pid if name == "postgres" else None

    def _describe(self) -> None:
        self._container.reload()
        with admin.connect(self.endpoint) as connection:
            self._info = ServerInfo(
                backend="docker",
                version=connection.info.parameter_status("server_version") or "unknown",
                reason=self._reason,
                settings=settings.shown(connection),
                details={
                    "image": self._image,
                    "image id": self._container.image.short_id,
                    "engine": self._client.version()["Version"],
                    "data": "tmpfs",
                    "published through": "a port of 127.0.0.1",
                },
            )

    def _remove_leftovers(self) -> None:
        ours = {"label": [OWNER_LABEL, f"{HOST_LABEL}={socket.gethostname()}"]}
        for container in self._client.containers.list(all=True, filters=ours):
            if not processes.runs(container.labels[OWNER_LABEL]):
                self._say(f"removing the container {container.name} of a run that was killed")
                with contextlib.suppress(docker.errors.NotFound):
                    container.remove(force=True, v=True)


def data_directory(pg_version: str) -> str:
    """Where the image of this version keeps its data."""
    major = pg_version.partition(".")[0].partition("-")[0]
    if major.isdigit() and int(major) < FIRST_WITH_NEW_DATA:
        return DATA_BEFORE_18
    return DATA_SINCE_18


def engine_version() -> str:
    """The version of the Docker engine that answers; raises ServerError."""
    try:
        client = docker.from_env(timeout=PING_TIMEOUT_SECONDS)
        try:
            return str(client.version()["Version"])
        finally:
            client.close()
    except (docker.errors.DockerException, requests.RequestException) as error:
        host = os.environ.get("DOCKER_HOST", "the default socket")
        if "Permission denied" in str(error):
            raise ServerError(
                f"the Docker engine at {host} does not let this user in: "
                "is the user in the group docker?"
            ) from error
        raise ServerError(f"no Docker engine answers at {host}") from error
