"""The running replay server: the program in `replay/`, with a recording."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

from pgbench_drivers.errors import UserError
from pgbench_drivers.server import processes
from pgbench_drivers.server.base import Endpoint, Transport

ANSWER_TIMEOUT_SECONDS = 10.0
STDERR_BYTES_IN_ERROR = 1000
PR_SET_PDEATHSIG = 1

_LIBC = ctypes.CDLL(None, use_errno=True)


class ReplayError(UserError):
    """The replay server cannot be started, or has ended."""


class Served(msgspec.Struct, frozen=True):
    """What one statement was asked for; `written_rows` are those of INSERT and COPY tags."""

    protocol: str
    sql: str
    executions: int
    rows: int
    written_rows: int
    bytes: int
    copied_bytes: int


class Statistics(msgspec.Struct, frozen=True):
    """What the server has done since its start; `refused` counts what was not recorded."""

    connections: int
    open: int
    refused: int
    statements: list[Served]

    @property
    def written_rows(self) -> int:
        """Rows that all statements together reported as written."""
        return sum(statement.written_rows for statement in self.statements)


@dataclass(frozen=True)
class Ended:
    """How the server's process ended."""

    code: int
    stderr: str


class ReplayServer:
    """Answers from the recording at `endpoint` while the block lasts.

    It dies with the orchestrator too (Linux: PR_SET_PDEATHSIG). User,
    password and database of `like` are kept, though any are let in.
    """

    def __init__(
        self,
        program: Path,
        recording: Path,
        like: Endpoint,
        transport: Transport = "tcp",
        cpus: frozenset[int] | None = None,
    ) -> None:
        self._like = like
        self._transport = transport
        self._directory = tempfile.TemporaryDirectory(prefix="pgbench-replay-")
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 closed by stop()
        unix = ["--unix", self._directory.name] if transport == "unix" else []
        self._process = _start([str(program), str(recording), *unix], self._stderr, cpus)
        self._port = 0

    def __enter__(self) -> ReplayServer:
        try:
            self._port = int(msgspec.json.decode(self._line())["port"])
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    @property
    def endpoint(self) -> Endpoint:
        """Where clients connect."""
        host = self._directory.name if self._transport == "unix" else "127.0.0.1"
        like = self._like
        return Endpoint(host, self._port, like.user, like.password, like.database)

    def cpu_seconds(self) -> float | None:
        """CPU time that the server has used so far."""
        return processes.family_cpu_seconds(self._process.pid)

    def statistics(self) -> Statistics:
        """What was served so far; raises ReplayError when the server has ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)
        return msgspec.json.decode(self._line(), type=Statistics)

    def stop(self) -> Ended:
        """End the server; may be called twice."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(ANSWER_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        ended = Ended(self._process.returncode, self._said())
        self._stderr.close()
        self._directory.cleanup()
        return ended

    def _line(self) -> bytes:
        """The next line of JSON that the server writes."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], ANSWER_TIMEOUT_SECONDS)
        line = self._process.stdout.readline() if ready else b""
        if line:
            return line
        raise ReplayError(f"the replay server does not answer: {self._said() or 'it says nothing'}")

    def _said(self) -> str:
        if self._stderr.closed:
            return ""
        self._stderr.seek(0)
        return self._stderr.read(STDERR_BYTES_IN_ERROR).decode(errors="replace").strip()


def _start(
    argv: Sequence[str], stderr: IO[bytes], cpus: frozenset[int] | None
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
            preexec_fn=_child_setup(os.getpid(), cpus),  # noqa: PLW1509 two system calls only
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ReplayError(f"the replay server cannot be started: {error}") from error


def _child_setup(parent: int, cpus: frozenset[int] | None) -> Callable[[], None]:
    def setup() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)
        if cpus:
            os.sched_setaffinity(0, cpus)

    return setup
