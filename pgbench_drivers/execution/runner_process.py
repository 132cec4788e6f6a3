"""One runner process: job in, events out, and an end whatever happens."""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

from pgbench_drivers import signals
from pgbench_drivers.contract.messages import Event, Job

TERMINATE_SECONDS = 1.0
CHECK_SECONDS = 1.0
STDERR_TAIL_BYTES = 4000
PR_SET_PDEATHSIG = 1

_LIBC = ctypes.CDLL(None, use_errno=True)
_DECODER = msgspec.json.Decoder(Event)


class RunnerError(Exception):
    """The runner process did not keep to the contract; the message says how."""


class RunnerTimeout(RunnerError):
    """The runner was silent for too long."""


@dataclass(frozen=True)
class RunnerCommand:
    """How to start a language's runner."""

    argv: tuple[str, ...]
    directory: Path
    environment: dict[str, str]


class RunnerProcess:
    """A started runner; as a context manager it never outlives the block.

    It dies with the orchestrator too, even if that is killed (Linux:
    PR_SET_PDEATHSIG). `cpus` pins it.
    """

    def __init__(self, command: RunnerCommand, job: Job, cpus: frozenset[int] | None) -> None:
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 closed by stop()
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._process = subprocess.Popen(
            command.argv,
            cwd=command.directory,
            env={**os.environ, **command.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            start_new_session=True,
            preexec_fn=_child_setup(os.getpid(), cpus),  # noqa: PLW1509 two system calls only
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._send(job)

    def __enter__(self) -> RunnerProcess:
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
        """The runner's process id."""
        return self._process.pid

    def events(self, patience: Callable[[], float]) -> Iterator[Event]:
        """Events until stdout ends.

        `patience()` tells before each event how many seconds it may take.
        Raises RunnerTimeout, and RunnerError for a line that is no event.
        """
        while True:
            line = self._next_line(patience())
            if line is None:
                return
            try:
                yield _DECODER.decode(line)
            except msgspec.DecodeError as error:
                shown = line[:120].decode(errors="replace").strip()
                raise RunnerError(
                    f"wrote what is no event of the contract: {shown}: {error}"
                ) from error

    def _next_line(self, seconds: float) -> bytes | None:
        deadline = time.monotonic() + seconds
        while True:
            signals.check()
            left = deadline - time.monotonic()
            try:
                return self._lines.get(timeout=max(0.0, min(left, CHECK_SECONDS)))
            except queue.Empty:
                if left <= CHECK_SECONDS:
                    raise RunnerTimeout(f"no answer for {seconds:.0f} s") from None

    def wait(self, seconds: float) -> int:
        """The exit code (negative: the signal); raises RunnerTimeout."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise RunnerTimeout(f"did not end within {seconds:.0f} s after its result") from None

    def stop(self) -> None:
        """End the process and its children: SIGTERM, a second later SIGKILL."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(TERMINATE_SECONDS)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.wait()
        self._signal(signal.SIGKILL)
        self._reader.join(TERMINATE_SECONDS)
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            if stream is not None and not stream.closed:
                _close_quietly(stream)

    def stderr_tail(self) -> str:
        """The end of what the runner logged."""
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - STDERR_TAIL_BYTES))
        return self._stderr.read().decode(errors="replace").strip()

    def _send(self, job: Job) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(msgspec.json.encode(job) + b"\n")
            self._process.stdin.close()
        except BrokenPipeError:
            pass  # its exit code and stderr tell why

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._lines.put(line)
        except ValueError:
            pass  # closed by stop()
        self._lines.put(None)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def exit_text(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def _child_setup(parent: int, cpus: frozenset[int] | None) -> Callable[[], None]:
    def setup() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        if cpus:
            os.sched_setaffinity(0, cpus)

    return setup


def _close_quietly(stream: IO[bytes]) -> None:
    with contextlib.suppress(OSError):
        stream.close()
