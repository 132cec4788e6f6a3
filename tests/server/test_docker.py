"""The Docker backend against a real engine."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml

from pgbench_drivers.paths import ROOT
from pgbench_drivers.results import storage
from pgbench_drivers.server import ServerError, choose_server, settings
from pgbench_drivers.server.admin import connect
from pgbench_drivers.server.docker import INITDB_ARGUMENTS, OWNER_LABEL, DockerServer, data_directory
from tests.end_to_end.conftest import bench, kill, start


def server(**changes: Any):
    arguments = {
        "pg_version": "18", "transport": "tcp", "max_connections": 20, "say": print, **changes
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
        assert info.settings["max_connections"] == "20"
        assert info.details["image"] == "postgres:18"
        assert len(our_containers()) == 1
    assert our_containers() == []


def test_the_server_can_be_pinned(docker_host: str) -> None:
    with server() as started:
        started.set_affinity(frozenset({0}))
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
    assert "--server embedded" in str(caught.value)
    assert our_containers() == []


def test_a_container_that_ends_at_once_tells_why(docker_host: str) -> None:
    with pytest.raises(ServerError) as caught, server(max_connections=-5):
        pass
    assert "ended while it started" in str(caught.value)
    assert "max_connections" in str(caught.value)
    assert our_containers() == []


def test_auto_takes_docker_when_an_engine_answers(docker_host: str) -> None:
    said: list[str] = []
    chosen = choose_server(
        "auto", pg_version="18", transport="tcp", max_connections=20, say=said.append
    )
    assert isinstance(chosen, DockerServer)
    assert said[0].startswith("server: docker (engine ")


def test_a_run_measures_against_the_container(docker_host: str, tmp_path: Path) -> None:
    done = bench(
        "run", "--quick", "-d", "asyncpg", "-q", "one_plus_one", "--server", "docker",
        "-o", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    run = storage.read(tmp_path / "run" / "result.json")
    assert run.server.backend == "docker"
    assert run.cells[0].rounds[0].server_cpu_us
    assert our_containers() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_removes_the_container(
    docker_host: str, tmp_path: Path, number: signal.Signals
) -> None:
    process = start(
        "run", "-d", "asyncpg", "-q", "one_plus_one", "--warmup", "0", "--duration", "30",
        "--rounds", "30", "--server", "docker", "-o", tmp_path / "run",
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline()
    kill(process.pid, number)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert our_containers() == []


def test_the_container_of_a_killed_run_is_removed_by_the_next(docker_host: str) -> None:
    code = (
        "from pgbench_drivers.server import choose_server; import os\n"
        "server = choose_server('docker', pg_version='18', transport='tcp', max_connections=9,"
        " say=print)\n"
        "server.start(); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 9, done.stderr
    (left,) = our_containers()
    with server():
        assert [c.id for c in our_containers()] != [left.id]
    assert our_containers() == []


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return found["services"]["postgres"]


def test_compose_describes_the_same_server() -> None:
    described = compose()
    assert described["command"] == ["postgres", *settings.arguments(100)]
    assert described["image"] == "postgres:${PG_VERSION:-18}"
    assert described["tmpfs"] == [f"${{PG_DATA:-{data_directory('18')}}}:rw,mode=0777"]
    assert described["environment"]["POSTGRES_INITDB_ARGS"] == INITDB_ARGUMENTS
    assert "SELECT 1" in described["healthcheck"]["test"]


def test_compose_starts_it(docker_host: str, tmp_path: Path) -> None:
    command = _compose_command()
    if command is None:
        pytest.skip("docker-compose.yml was read but not started: no docker compose here")
    environment = {"PG_PORT": "54329", "DOCKER_HOST": docker_host, "PATH": "/usr/bin:/bin"}
    base = [*command, "--project-name", "pgbench-test", "-f", str(ROOT / "docker-compose.yml")]
    try:
        subprocess.run([*base, "up", "-d"], env=environment, check=True, capture_output=True)
        dsn = "postgresql://postgres:postgres@127.0.0.1:54329/postgres"
        _wait_until_healthy()
        with choose_server(
            dsn, pg_version="18", transport="tcp", max_connections=9, say=print
        ) as started:
            assert started.info.settings["fsync"] == "off"
    finally:
        subprocess.run([*base, "down", "-v"], env=environment, check=False, capture_output=True)


def _compose_command() -> list[str] | None:
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False) if (
        shutil.which("docker")
    ) else None
    if plugin is not None and plugin.returncode == 0:
        return ["docker", "compose"]
    found = shutil.which("docker-compose")
    return [found] if found else None


def _wait_until_healthy() -> None:
    import time

    client = docker.from_env()
    try:
        for _ in range(300):
            (container,) = client.containers.list(
                all=True, filters={"label": "com.docker.compose.project=pgbench-test"}
            )
            if container.attrs["State"].get("Health", {}).get("Status") == "healthy":
                return
            time.sleep(0.2)
        raise AssertionError(container.logs().decode())
    finally:
        client.close()
