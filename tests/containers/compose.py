"""docker-compose.yml by hand: the command that is here, or Debian's package."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence

import docker

from pgbench_drivers.paths import ROOT
from tests.containers.engine import Say, install

PROJECT = "pgbench-drivers-test"
HEALTHY_WITHIN_SECONDS = 60


def compose_command(say: Say) -> list[str]:
    """`docker compose` or `docker-compose`; raises NotHereError."""
    if shutil.which("docker"):
        plugin = ["docker", "compose"]
        if subprocess.run([*plugin, "version"], capture_output=True, check=False).returncode == 0:
            return plugin
    if not shutil.which("docker-compose"):
        install(["docker-compose"], say)
    return ["docker-compose"]


@contextlib.contextmanager
def started(command: Sequence[str], port: int) -> Iterator[None]:
    """The server of docker-compose.yml, up and healthy on `port`."""
    base = [*command, "--project-name", PROJECT, "--file", str(ROOT / "docker-compose.yml")]
    environment = {**os.environ, "PG_PORT": str(port)}
    try:
        done = subprocess.run(
            [*base, "up", "-d"], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        _wait_until_healthy()
        yield
    finally:
        subprocess.run([*base, "down", "-v"], env=environment, check=False, capture_output=True)


def _wait_until_healthy() -> None:
    client = docker.from_env()
    deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
    wanted = {"label": f"com.docker.compose.project={PROJECT}"}
    try:
        while True:
            (container,) = client.containers.list(all=True, filters=wanted)
            if container.attrs["State"].get("Health", {}).get("Status") == "healthy":
                return
            assert time.monotonic() < deadline, container.logs().decode()
            time.sleep(0.2)
    finally:
        client.close()
