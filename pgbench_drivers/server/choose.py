"""Which server a run uses."""

from __future__ import annotations

import psycopg
from psycopg import conninfo

from pgbench_drivers.server.base import Probe, Say, Server, ServerError, Transport, one_line
from pgbench_drivers.server.docker import DockerServer, engine_version
from pgbench_drivers.server.dsn import DsnServer
from pgbench_drivers.server.embedded import EmbeddedServer, binaries_directory

DOCKER_CURE = (
    "not needed, since there is the embedded server; else see docs.docker.com/engine/install"
)
NAMED_SERVERS = ("auto", "docker", "embedded")


def choose_server(
    spec: str, *, pg_version: str, transport: Transport, connections: int, say: Say
) -> Server:
    """The server that `spec` names: auto, docker, embedded, or a libpq DSN or URL.

    It has room for so many `connections` besides the orchestrator's own. `auto`
    is Docker when an engine answers, else the embedded one; `say` is told which
    and why. Nothing is started yet. Raises ServerError.
    """
    if spec == "auto":
        spec, reason = _automatic(transport)
        say(f"server: {spec} ({reason})")
    else:
        reason = "asked for by --server"
    if spec == "docker":
        if transport == "unix":
            raise ServerError(
                "--transport unix does not work with --server docker, whose socket is inside "
                "the container: use --server embedded or --transport tcp"
            )
        return DockerServer(pg_version, connections, reason, say)
    if spec == "embedded":
        return EmbeddedServer(transport, connections, reason)
    return DsnServer(_checked_dsn(spec), connections, reason)


def probe_servers() -> list[Probe]:
    """What `doctor` tells of the backends."""
    return [_probe_docker(), _probe_embedded()]


def _automatic(transport: Transport) -> tuple[str, str]:
    if transport == "unix":
        return "embedded", "the unix socket of a container is out of reach"
    docker = _probe_docker()
    return ("docker" if docker.available else "embedded"), docker.text


def _probe_docker() -> Probe:
    try:
        return Probe("docker", True, f"engine {engine_version()} answers")
    except ServerError as error:
        return Probe("docker", False, str(error), DOCKER_CURE)


def _probe_embedded() -> Probe:
    try:
        return Probe("embedded", True, f"PostgreSQL at {binaries_directory()}")
    except ServerError as error:
        return Probe("embedded", False, str(error))


def _checked_dsn(spec: str) -> str:
    try:
        conninfo.conninfo_to_dict(spec)
    except psycopg.ProgrammingError as error:
        raise ServerError(
            "--server: expected auto, docker, embedded, or a libpq DSN or URL such as "
            f"postgresql://user@host/database: {one_line(error)}"
        ) from error
    return spec
