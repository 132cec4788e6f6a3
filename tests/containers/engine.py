"""A Docker engine for the tests: the one that answers, else a private one of Debian's package."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import docker.errors
import requests

Say = Callable[[str], None]

DEFAULT_HOST = "unix:///var/run/docker.sock"
BRIDGE = "docker0"
# Root's tools are here, and not always in PATH.
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 30
INSTALL_TIMEOUT_SECONDS = 600


class NotHereError(Exception):
    """Why an engine, or a package, cannot be had on this machine."""


@contextlib.contextmanager
def engine(say: Say) -> Iterator[str]:
    """The DOCKER_HOST of an engine that answers; raises NotHereError."""
    host = os.environ.get("DOCKER_HOST", DEFAULT_HOST)
    if answers(host):
        yield host
        return
    if os.geteuid() != 0:
        raise NotHereError("no Docker engine answers, and only root may start one")
    if not shutil.which("dockerd", path=SYSTEM_PATH):
        install(["docker.io", "iproute2"], say)
    with _private_engine(say) as private:
        yield private


def answers(host: str) -> bool:
    """Whether an engine answers there."""
    try:
        client = docker.DockerClient(base_url=host, timeout=5)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (docker.errors.DockerException, requests.RequestException):
        return False


def install(packages: list[str], say: Say) -> None:
    """Install packages of Debian or Ubuntu, and say so; raises NotHereError."""
    wanted = " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NotHereError(f"{wanted}: only root can install packages, and only with apt-get")
    say(f"installing {wanted} with apt-get, for the tests of the Docker backend")
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(
            command,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            last = " | ".join(done.stderr.splitlines()[-3:])
            raise NotHereError(f"{' '.join(command)} failed: {last}")


@contextlib.contextmanager
def _private_engine(say: Say) -> Iterator[str]:
    """A dockerd with socket, data and state of its own, that leaves the host's network alone."""
    home = Path(tempfile.mkdtemp(prefix="dockerd-"))
    had_bridge = _bridge_exists()
    host = f"unix://{home}/docker.sock"
    say(f"starting a private Docker engine at {host}")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                # Even a test run that is killed leaves no engine behind.
                "setpriv", "--pdeathsig", "TERM",
                "dockerd",
                f"--host={host}",
                f"--data-root={home}/data",
                f"--exec-root={home}/exec",
                f"--pidfile={home}/pid",
                "--iptables=false",
                "--ip6tables=false",
                "--ip-forward=false",
                "--ip-masq=false",
            ],
            env={**os.environ, "PATH": SYSTEM_PATH},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait_for(process, host, home / "log")
        yield host
    finally:
        _end(process)
        if not had_bridge and _bridge_exists():
            delete = ["ip", "link", "delete", BRIDGE]
            subprocess.run(delete, env={**os.environ, "PATH": SYSTEM_PATH}, check=False)
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(process: subprocess.Popen[bytes], host: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not answers(host):
        if process.poll() is not None or time.monotonic() > deadline:
            last = " | ".join(log.read_text(errors="replace").splitlines()[-3:])
            raise NotHereError(f"dockerd does not run here: {last}")
        time.sleep(0.2)


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM: after SIGKILL mounts and shims would remain."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _bridge_exists() -> bool:
    return Path("/sys/class/net", BRIDGE).exists()
