"""What bounds a cell: the client's CPU, the server's, or neither."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pgbench_drivers.analysis.per_round import client_cpu_us
from pgbench_drivers.results.model import Driver, Options, Round, Run

BoundBy = Literal["client", "server", "waiting"]

BUSY = 0.9
"""From this share of the CPU time that a side could have used it counts as busy."""


@dataclass(frozen=True)
class Cores:
    """How many cores each side may keep busy, and whether both draw on the same ones."""

    client: int
    server: int
    shared: int | None

    @classmethod
    def of(cls, options: Options, cores: int) -> Cores:
        """Those of a run: the ones that a side is pinned to, or else all of the machine's."""
        client = options.pin_client or list(range(cores))
        server = options.pin_server or list(range(cores))
        apart = set(client).isdisjoint(server)
        return cls(len(client), len(server), None if apart else len({*client, *server}))


@dataclass(frozen=True)
class Bound:
    """The median round's use of CPU: cores kept busy on average, by client and by server."""

    by: BoundBy
    client_cores: float
    server_cores: float


def bound(rounds: Sequence[Round], driver: Driver, concurrency: int, cores: Cores) -> Bound | None:
    """What bounds the cell that these rounds are of; None where the server's CPU is not known.

    An asynchronous client has one thread, and cannot use more than one core;
    a server has one process for each connection. Where both share cores and
    these are used up, what bounds the cell is the side that takes more of them.
    """
    server_times = [r.server_cpu_us for r in rounds]
    if not rounds or any(t is None or t < 0 for t in server_times):
        return None
    client = statistics.median(client_cpu_us(r) * 1e3 / r.elapsed_ns for r in rounds)
    server = statistics.median((r.server_cpu_us or 0.0) * 1e3 / r.elapsed_ns for r in rounds)
    client_limit = 1 if driver.client == "async" else min(cores.client, concurrency)
    server_limit = min(cores.server, concurrency)
    return Bound(_by(client, server, client_limit, server_limit, cores.shared), client, server)


def _by(
    client: float, server: float, client_limit: int, server_limit: int, shared: int | None
) -> BoundBy:
    if client >= BUSY * client_limit:
        return "client"
    if server >= BUSY * server_limit:
        return "server"
    if shared is not None and client + server >= BUSY * shared:
        return "server" if server > client else "client"
    return "waiting"


def bounds(run: Run) -> dict[tuple[str, str, int], Bound]:
    """Of every measured cell of a real driver whose server's CPU is known."""
    cores = Cores.of(run.options, run.environment.cpu_cores)
    drivers = {driver.name: driver for driver in run.drivers if not driver.synthetic}
    found = {
        (cell.driver, cell.query, cell.concurrency): bound(
            cell.rounds, drivers[cell.driver], cell.concurrency, cores
        )
        for cell in run.cells
        if cell.status == "ok" and cell.driver in drivers
    }
    return {key: value for key, value in found.items() if value is not None}
