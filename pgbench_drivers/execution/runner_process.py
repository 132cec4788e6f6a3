"""One runner process: job in, events out, and an end whatever happens."""

from __future__ import annotations

import contextlib
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
from pgbench_drivers.execution import proc
from pgbench_drivers.execution.witness import Nobody, Witness
from pgbench_drivers.server import processes

TERMINATE_SECONDS = 1.0
CHECK_SECONDS = 1.0
STDERR_TAIL_BYTES = 4000

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
    PR_SET_PDEATHSIG). `cpus` pins it. The `witness` hears of an event in the
    thread that reads it, since a runner ends soon after its last one.
    """

    def __init__(
        self,
        command: RunnerCommand,
        job: Job,
        cpus: frozenset[int] | None,
        witness: Witness | None = None,
    ) -> None:
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 closed by stop()
        self._heard: queue.Queue[Event | RunnerError | None] = queue.Queue()
        self._witness = witness or Nobody()
        self._peak_memory_kib: int | None = None
        self._witness.starting()
        self._process = subprocess.Popen(
            command.argv,
            cwd=command.directory,
            env={**os.environ, **command.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            start_new_session=True,
            preexec_fn=processes.child_setup(signal.SIGKILL, cpus),  # noqa: PLW1509 two system calls only
        )
        self._witness.running(self._process.pid)
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
    def peak_memory_kib(self) -> int | None:
        """The largest resident size, in KiB, as the last event was read; None if not known."""
        return self._peak_memory_kib

    def events(self, patience: Callable[[], float]) -> Iterator[Event]:
        """Events until stdout ends.

        `patience()` tells before each event how many seconds it may take.
        Raises RunnerTimeout, and RunnerError for a line that is no event.
        """
        while True:
            heard = self._next(patience())
            if heard is None:
                return
            if isinstance(heard, RunnerError):
                raise heard
            yield heard

    def _next(self, seconds: float) -> Event | RunnerError | None:
        deadline = time.monotonic() + seconds
        cpu_before = proc.cpu_seconds(self._process.pid)
        while True:
            signals.check()
            left = deadline - time.monotonic()
            try:
                return self._heard.get(timeout=max(0.0, min(left, CHECK_SECONDS)))
            except queue.Empty:
                if left <= CHECK_SECONDS:
                    used = _cpu_text(cpu_before, proc.cpu_seconds(self._process.pid))
                    raise RunnerTimeout(f"no answer for {seconds:.0f} s{used}") from None

    def wait(self, seconds: float) -> int:
        """The exit code (negative: the signal); raises RunnerTimeout."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise RunnerTimeout(f"did not end within {seconds:.0f} s after its result") from None
        self._witness.ended()
        return code

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
                self._heard.put(self._hear(line))
        except ValueError:
            pass  # closed by stop()
        self._heard.put(None)

    def _hear(self, line: bytes) -> Event | RunnerError:
        try:
            event: Event = _DECODER.decode(line)
        except msgspec.DecodeError as error:
            shown = line[:120].decode(errors="replace").strip()
            return RunnerError(f"wrote what is no event of the contract: {shown}: {error}")
        self._witness.heard(event)
        peak = proc.peak_memory_kib(self._process.pid)
        self._peak_memory_kib = self._peak_memory_kib if peak is None else peak
        return event

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


def _cpu_text(before: float | None, now: float | None) -> str:
    """Whether it was at work or waited."""
    if before is None or now is None:
        return ""
    return f", in which it used {now - before:.0f} s of CPU"


def _close_quietly(stream: IO[bytes]) -> None:
    with contextlib.suppress(OSError):
        stream.close()
