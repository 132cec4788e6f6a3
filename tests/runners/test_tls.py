"""Every driver by TLS: encrypted, as the server has it, and only if it can verify the server."""

from __future__ import annotations

import dataclasses
import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.contract.messages import JobQuery
from pgbench_drivers.execution import reference
from pgbench_drivers.execution.encryption import encryption_since, server_time
from pgbench_drivers.paths import REGISTRY
from pgbench_drivers.server import Endpoint, Server, choose_server, tls
from pgbench_drivers.server.admin import admin_connection, temporary_schema
from tests.runners.conftest import QUERY_SPECS, RUNNER_TIMEOUT_SECONDS, make_job

QUERY = "one_plus_one"
DRIVERS = {d.name: d for d in load_registry(REGISTRY) if d.entry.adapter not in {"null", "delay"}}
# One row for each adapter: usages and event loops change nothing about TLS.
_BY_ADAPTER = {(d.entry.language, d.entry.adapter): d.name for d in reversed(DRIVERS.values())}
TESTED = sorted(_BY_ADAPTER.values())
# Rows that have none, or whose library may have been built without, and which say so.
MAY_LACK_TLS = {"raw-drain", "libpq", "pg-native"}
# All of 127.0.0.0/8 is this machine, but only the first address is in the certificate.
ANOTHER_ADDRESS = "127.0.0.2"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL with TLS."""
    programs = tls.installed()
    if programs is None:
        pytest.skip("no PostgreSQL with TLS is installed (Debian and Ubuntu: postgresql)")
    with choose_server(
        str(programs), pg_version="18", transport="tls", connections=20, say=print
    ) as started:
        yield started


@pytest.fixture(scope="module")
def admin(server):
    with admin_connection(server.endpoint) as connection:
        yield connection


@pytest.fixture(scope="module")
def query(admin) -> JobQuery:
    with temporary_schema(admin) as schema:
        return reference.job_query(admin, QUERY_SPECS[QUERY], schema)


@pytest.fixture
def start(server, query, runners) -> Callable[[str, Endpoint], subprocess.Popen[str]]:
    """Starts a row's runner on a job against an endpoint."""

    def begin(name: str, endpoint: Endpoint) -> subprocess.Popen[str]:
        entry = DRIVERS[name].entry
        command = runners(entry.language, entry.environment)
        where = endpoint.as_connection()
        job = make_job(
            server, query, entry.adapter, entry.options, connection=where, warmup_seconds=0.0
        )
        process = subprocess.Popen(
            command.argv,
            cwd=command.directory,
            env={**os.environ, **command.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        process.stdin.write(msgspec.json.encode(job).decode() + "\n")
        process.stdin.flush()
        return process

    return begin


def ended(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any], str]:
    """Exit code, last event and stderr."""
    events, log = process.communicate(timeout=RUNNER_TIMEOUT_SECONDS)
    lines = events.splitlines()
    return process.returncode, json.loads(lines[-1]) if lines else {}, log


def is_unsupported(name: str, code: int, event: dict[str, Any]) -> bool:
    """Whether the row has no TLS and says so."""
    return name in MAY_LACK_TLS and code == 3 and "TLS" in event["message"]


@pytest.mark.parametrize("name", TESTED)
def test_a_driver_is_encrypted(name, server, admin, start) -> None:
    began = server_time(admin)
    process = start(name, server.endpoint)
    seen: list[str | None] = []
    for line in process.stdout:
        if json.loads(line)["event"] == "ready":
            seen = encryption_since(admin, began)
            break
        if json.loads(line)["event"] == "error":
            assert is_unsupported(name, process.wait(), json.loads(line)), line
            return
    code, _, log = ended(process)
    assert code == 0, log
    assert len(seen) == 1
    assert str(seen[0]).startswith("TLSv1.3, TLS_")


@pytest.mark.parametrize("name", TESTED)
def test_a_server_of_another_authority_is_refused(name, server, start, tmp_path: Path) -> None:
    tls.make_certificates().write(tmp_path)
    other = dataclasses.replace(server.endpoint, ca_file=str(tmp_path / tls.CA_NAME))
    code, event, log = ended(start(name, other))
    if not is_unsupported(name, code, event):
        assert code == 5, (event, log)
        assert event["kind"] == "driver"


@pytest.mark.parametrize("name", TESTED)
def test_a_server_of_another_name_is_refused(name, server, start) -> None:
    with forwarder(server.endpoint.port) as port:
        elsewhere = dataclasses.replace(server.endpoint, host=ANOTHER_ADDRESS, port=port)
        code, event, log = ended(start(name, elsewhere))
    if not is_unsupported(name, code, event):
        assert code == 5, (event, log)
        assert event["kind"] == "driver"


class forwarder:  # noqa: N801 used as a function
    """Passes connections to another address of this machine on to a port; gives its own port."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server((ANOTHER_ADDRESS, 0))
        self._pool = ThreadPoolExecutor(16)

    def __enter__(self) -> int:
        threading.Thread(target=self._accept, daemon=True).start()
        return self._listener.getsockname()[1]

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._pool.shutdown()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            self._pool.submit(_pump, client, server)
            self._pool.submit(_pump, server, client)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()
