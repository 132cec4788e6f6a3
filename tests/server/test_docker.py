"""The Docker backend against a real engine."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml

from pgbench_drivers.paths import ROOT
from pgbench_drivers.results import storage
from pgbench_drivers.server import ServerError, choose_server, settings
from pgbench_drivers.server.admin import connect
from pgbench_drivers.server.docker import (
    INITDB_ARGUMENTS,
    OWNER_LABEL,
    TMPFS_OPTIONS,
    DockerServer,
    data_directory,
)
from tests.containers import compose as composed
from tests.end_to_end.conftest import bench, interrupt_impatiently, kill, started_run

CONNECTIONS = 20


def server(**changes: Any):
    arguments = {
        "pg_version": "18", "transport": "tcp", "connections": CONNECTIONS, "say": print, **changes
    }  # fmt: skip
    return choose_server("docker", **arguments)


def our_containers() -> list[Any]:
    client = docker.from_env()
    try:
        return client.containers.list(all=True, filters={"label": OWNER_LABEL})
    finally:
        client.close()


def test_a_container_answers_and_is_removed(docker_host: str) -> None:
    with server() as started:
        with connect(started.endpoint) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            before = started.cpu_seconds()
            connection.execute("SELECT sum(i) FROM generate_series(1, 500000) AS i")
            after = started.cpu_seconds()
        assert before is not None
        assert after is not None
        assert after > before
        info = started.info
        assert info.backend == "docker"
        assert info.version.startswith("18")
        assert info.settings["fsync"] == "off"
        assert info.settings["max_connections"] == str(CONNECTIONS + settings.SPARE_CONNECTIONS)
        assert info.details["image"] == "postgres:18"
        assert len(our_containers()) == 1
    assert our_containers() == []


def test_tls_is_there_or_its_lack_is_named(docker_host: str) -> None:
    """The official image has it; the stand-in, made of the pip-installed PostgreSQL, has not."""
    try:
        with server(transport="tls") as started, connect(started.endpoint) as connection:
            mine = connection.execute(
                "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            ).fetchone()
            assert mine == (True,)
            assert started.info.settings["ssl"] == "on"
    except ServerError as error:
        assert stand_in_is_used()
        assert "SSL" in str(error)  # noqa: PT017 the server's own words
    assert our_containers() == []


def stand_in_is_used() -> bool:
    client = docker.from_env()
    try:
        return "pgbench-drivers.stand-in" in client.images.get("postgres:18").labels
    finally:
        client.close()


def test_data_are_on_tmpfs(docker_host: str) -> None:
    with server():
        (container,) = our_containers()
        assert container.attrs["HostConfig"]["Tmpfs"] == {data_directory("18"): TMPFS_OPTIONS}


def test_the_server_can_be_pinned(docker_host: str) -> None:
    with server() as started:
        started.set_affinity(frozenset({0}))
        (container,) = our_containers()
        assert container.attrs["HostConfig"]["CpusetCpus"] == "0"
        with pytest.raises(ServerError, match="--pin-server"):
            started.set_affinity(frozenset({4000}))


def test_an_error_removes_the_container(docker_host: str) -> None:
    with pytest.raises(ZeroDivisionError), server():
        raise ZeroDivisionError
    assert our_containers() == []


def test_a_missing_image_is_named_with_the_cure(docker_host: str) -> None:
    with pytest.raises(ServerError) as caught, server(pg_version="0.0-nowhere"):
        pass
    assert "postgres:0.0-nowhere" in str(caught.value)
    assert "docker load" in str(caught.value)
    assert "--server embedded" in str(caught.value)
    assert our_containers() == []


def test_a_container_that_ends_at_once_tells_why(docker_host: str) -> None:
    with pytest.raises(ServerError) as caught, server(connections=-50):
        pass
    assert "ended while it started" in str(caught.value)
    assert "max_connections" in str(caught.value)
    assert our_containers() == []


def test_auto_takes_docker_when_an_engine_answers_and_says_so(docker_host: str) -> None:
    said: list[str] = []
    chosen = choose_server(
        "auto", pg_version="18", transport="tcp", connections=CONNECTIONS, say=said.append
    )
    assert isinstance(chosen, DockerServer)
    assert said[0].startswith("server: docker (engine ")


def test_a_unix_socket_in_a_container_is_refused_with_the_cure() -> None:
    with pytest.raises(ServerError, match="use --server embedded or --transport tcp"):
        server(transport="unix")


def test_a_run_measures_against_the_container(docker_host: str, tmp_path: Path) -> None:
    done = bench(
        "run", "--quick", "-d", "asyncpg", "-d", "pgx", "-q", "one_plus_one", "-q", "copy",
        "--server", "docker", "-o", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    run = storage.read(tmp_path / "run" / "result.json")
    assert run.complete
    assert run.server.backend == "docker"
    assert all(cell.rounds[0].server_cpu_us for cell in run.cells)
    assert our_containers() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_removes_the_container(
    docker_host: str, tmp_path: Path, number: signal.Signals
) -> None:
    process, _ = started_run(tmp_path / "run", server="docker")
    kill(process.pid, number)
    _, log = process.communicate(timeout=60)
    assert process.returncode == 130, log
    assert our_containers() == []


def test_further_interrupts_do_not_disturb_the_removal(docker_host: str, tmp_path: Path) -> None:
    process, _ = started_run(tmp_path / "run", server="docker")
    interrupt_impatiently(process)
    _, log = process.communicate(timeout=60)
    # The last interrupts may come while Python itself is ending.
    assert process.returncode in (130, -signal.SIGINT), log
    assert our_containers() == []


def test_the_container_of_a_killed_run_is_removed_by_the_next(
    docker_host: str, tmp_path: Path
) -> None:
    process, _ = started_run(tmp_path / "killed", server="docker")
    kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    (left,) = our_containers()
    done = bench(
        "run", "--quick", "-d", "null-go", "-q", "one_plus_one", "--server", "docker",
        "-o", tmp_path / "next",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"removing the container {left.name} of a run that was killed" in done.stderr
    assert our_containers() == []


def test_the_container_of_another_run_is_left_alone(docker_host: str) -> None:
    with server():
        (first,) = our_containers()
        with server():
            assert len(our_containers()) == 2
        assert [container.id for container in our_containers()] == [first.id]


def described() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return found["services"]["postgres"]


def test_compose_describes_the_same_server() -> None:
    found = described()
    connections = 100 - settings.SPARE_CONNECTIONS
    assert found["command"] == ["postgres", *settings.arguments(connections)]
    assert found["image"] == "postgres:${PG_VERSION:-18}"
    assert found["tmpfs"] == [f"${{PG_DATA:-{data_directory('18')}}}:{TMPFS_OPTIONS}"]
    assert found["environment"]["POSTGRES_INITDB_ARGS"] == INITDB_ARGUMENTS
    assert "SELECT 1" in found["healthcheck"]["test"]


def test_compose_starts_the_same_server_and_becomes_healthy(compose: list[str]) -> None:
    port = free_port()
    dsn = f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres"
    by_sdk = server(connections=100 - settings.SPARE_CONNECTIONS)
    with composed.started(compose, port), by_sdk:
        by_hand = choose_server(dsn, pg_version="18", transport="tcp", connections=9, say=print)
        with by_hand:
            assert by_hand.info.version == by_sdk.info.version
            assert by_hand.info.settings == by_sdk.info.settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
