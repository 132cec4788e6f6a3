"""A program of ours that serves on a port, which it tells in a line of JSON."""

from __future__ import annotations

import select
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, TypeVar

import msgspec

from pgbench_drivers.errors import UserError
from pgbench_drivers.server import processes

ANSWER_TIMEOUT_SECONDS = 10.0
STDERR_BYTES_IN_ERROR = 1000

_Program = TypeVar("_Program", bound="Program")


@dataclass(frozen=True)
class Ended:
    """How the program's process ended."""

    code: int
    stderr: str


class Program:
    """The running program, `what` it is in words; it dies with the orchestrator too.

    (Linux: PR_SET_PDEATHSIG.) While the block lasts, it listens at `port`. Raises
    `failure` when it cannot be started or does not answer.
    """

    def __init__(
        self,
        argv: Sequence[str],
        what: str,
        failure: type[UserError],
        cpus: frozenset[int] | None = None,
    ) -> None:
        self._what = what
        self._failure = failure
        self.port = 0
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 closed by stop()
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                start_new_session=True,
                preexec_fn=processes.child_setup(signal.SIGTERM, cpus),  # noqa: PLW1509 two system calls only
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise failure(f"{what} cannot be started: {error}") from error

    def __enter__(self: _Program) -> _Program:
        try:
            # The first that it says.
            self.port = int(msgspec.json.decode(self.line())["port"])
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
        """Its process id."""
        return self._process.pid

    def line(self) -> bytes:
        """The next line of JSON that it writes."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], ANSWER_TIMEOUT_SECONDS)
        line = self._process.stdout.readline() if ready else b""
        if line:
            return line
        raise self._failure(f"{self._what} does not answer: {self._said() or 'it says nothing'}")

    def cpu_seconds(self) -> float | None:
        """CPU time that it has used so far."""
        return processes.family_cpu_seconds(self.pid)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; raises ProcessLookupError."""
        self._process.send_signal(number)

    def stop(self) -> Ended:
        """End it; may be called twice."""
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
        return ended

    def _said(self) -> str:
        if self._stderr.closed:
            return ""
        self._stderr.seek(0)
        return self._stderr.read(STDERR_BYTES_IN_ERROR).decode(errors="replace").strip()
