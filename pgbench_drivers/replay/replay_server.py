"""The running replay server: the program in `replay/`, with a recording."""

from __future__ import annotations

import contextlib
import signal
import tempfile
from pathlib import Path

import msgspec

from pgbench_drivers.errors import UserError
from pgbench_drivers.server.base import Endpoint
from pgbench_drivers.server.program import Ended, Program
from pgbench_drivers.transports import Transport


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


class ReplayServer(Program):
    """Answers from the recording at `endpoint` while the block lasts.

    User, password and database of `like` are kept, though any are let in.
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
        unix = ["--unix", self._directory.name] if transport == "unix" else []
        argv = [str(program), str(recording), *unix]
        super().__init__(argv, "the replay server", ReplayError, cpus)

    @property
    def endpoint(self) -> Endpoint:
        """Where clients connect."""
        host = self._directory.name if self._transport == "unix" else "127.0.0.1"
        like = self._like
        return Endpoint(host, self.port, like.user, like.password, like.database)

    def statistics(self) -> Statistics:
        """What was served so far; raises ReplayError when the server has ended."""
        with contextlib.suppress(ProcessLookupError):
            self.signal(signal.SIGUSR1)
        return msgspec.json.decode(self.line(), type=Statistics)

    def stop(self) -> Ended:
        """End the server; may be called twice."""
        ended = super().stop()
        self._directory.cleanup()
        return ended
