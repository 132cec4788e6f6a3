"""A server seen from further away: the program in `delay/` stands before it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import TracebackType

from pgbench_drivers.server.base import Endpoint, ServerError
from pgbench_drivers.server.program import Ended, Program

LISTENS_ON = "127.0.0.1"
MICROSECONDS_PER_MS = 1000


class DelayProxy:
    """While the block lasts, `endpoint` is `server` with round trips `milliseconds` longer.

    Raises ServerError when it cannot be started.
    """

    def __init__(
        self,
        program: Path,
        server: Endpoint,
        milliseconds: float,
        cpus: frozenset[int] | None = None,
    ) -> None:
        self._server = server
        microseconds = round(milliseconds * MICROSECONDS_PER_MS)
        argv = [str(program), str(microseconds), server.host, str(server.port)]
        self._program = Program(argv, "the delaying proxy", ServerError, cpus)
        self._port = 0

    def __enter__(self) -> DelayProxy:
        try:
            self._port = self._program.port()
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
        """The proxy's process id."""
        return self._program.pid

    @property
    def endpoint(self) -> Endpoint:
        """Where clients connect."""
        return dataclasses.replace(self._server, host=LISTENS_ON, port=self._port)

    def cpu_seconds(self) -> float | None:
        """CPU time that the proxy has used so far."""
        return self._program.cpu_seconds()

    def stop(self) -> Ended:
        """End the proxy; may be called twice."""
        return self._program.stop()
