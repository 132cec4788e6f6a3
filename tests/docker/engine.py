"""A Docker engine for the tests: the one that answers, else a private one of Debian's package."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import docker.errors
import requests

START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 30
INSTALL_TIMEOUT_SECONDS = 600


class NoEngineError(Exception):
    """Why no engine can be had here."""


@contextlib.contextmanager
def engine() -> Iterator[str]:
    """The DOCKER_HOST of an engine that answers; raises NoEngineError."""
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if _answers(host):
        yield host
        return
    daemon = _dockerd()
    with _private_engine(daemon) as private:
        yield private


def _answers(host: str) -> bool:
    try:
        client = docker.DockerClient(base_url=host, timeout=5)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (docker.errors.DockerException, requests.RequestException):
        return False


def _dockerd() -> str:
    if os.geteuid() != 0:
        raise NoEngineError("no Docker engine answers, and only root may start one")
    if not shutil.which("dockerd"):
        _install()
    found = shutil.which("dockerd")
    if not found:
        raise NoEngineError("no Docker engine answers, and the package docker.io has no dockerd")
    return found


def _install() -> None:
    if not shutil.which("apt-get"):
        raise NoEngineError("no Docker engine answers, and without apt-get none can be installed")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", "docker.io"],
    ):
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise NoEngineError(f"{' '.join(command)} failed: {done.stderr[-300:]}")


@contextlib.contextmanager
def _private_engine(daemon: str) -> Iterator[str]:
    """A dockerd with socket, data and state of its own, that leaves the host's network alone."""
    home = Path(tempfile.mkdtemp(prefix="dockerd-"))
    had_bridge = _bridge_exists()
    host = f"unix://{home}/docker.sock"
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                daemon,
                f"--host={host}",
                f"--data-root={home}/data",
                f"--exec-root={home}/exec",
                f"--pidfile={home}/pid",
                "--iptables=false",
                "--ip6tables=false",
                "--ip-forward=false",
                "--ip-masq=false",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_for(process, host, home / "log")
        yield host
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if not had_bridge and _bridge_exists():
            subprocess.run(["ip", "link", "delete", "docker0"], check=False)
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(process: subprocess.Popen[bytes], host: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not _answers(host):
        if process.poll() is not None or time.monotonic() > deadline:
            last = " | ".join(log.read_text(errors="replace").splitlines()[-3:])
            raise NoEngineError(f"dockerd does not run here: {last}")
        time.sleep(0.2)


def _bridge_exists() -> bool:
    return Path("/sys/class/net/docker0").exists()
