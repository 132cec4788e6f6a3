"""A server seen from further away: the program in `delay/` stands before it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from pgbench_drivers.server.base import Endpoint, ServerError
from pgbench_drivers.server.program import Program

LISTENS_ON = "127.0.0.1"
MICROSECONDS_PER_MS = 1000


class DelayProxy(Program):
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
        super().__init__(argv, "the delaying proxy", ServerError, cpus)

    @property
    def endpoint(self) -> Endpoint:
        """Where clients connect."""
        return dataclasses.replace(self._server, host=LISTENS_ON, port=self.port)
