"""The document of `pgbench-drivers cost`, version 1: what was seen of each runner from outside.

Units are in the names. Only what was seen is stored; differences and shares
are worked out from it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from pgbench_drivers.results.document import Document
from pgbench_drivers.results.model import Driver, Environment, Query, Server

FORMAT_VERSION: Literal[1] = 1


class Observation(Document, frozen=True):
    """One runner's life: one driver on one query.

    `start_up_ns` is from the program's execution to its `hello`, `connect_ns`
    from there to `ready`. The rest is of the measured window: `peak_kib` is the
    largest resident size in it (or, where the kernel cannot begin a peak anew,
    `peak_since_start`), and None is what could not be counted.
    """

    driver: str
    query: str
    connections: int
    round: int
    position: int
    started_at: str
    load_1m: float
    start_up_ns: int
    connect_ns: int
    elapsed_ns: int
    queries: int
    rows: int
    client_cpu_us: int
    peak_kib: int | None
    voluntary_switches: int | None
    involuntary_switches: int | None
    syscalls: int | None = None
    instructions: int | None = None
    cycles: int | None = None
    peak_since_start: bool = False


class AllocationCount(Document, frozen=True):
    """What one runner allocated in a window of its own; None is what its runtime does not tell.

    `queries` and `rows` are those of the window, which says nothing of time.
    """

    driver: str
    query: str
    connections: int
    round: int
    position: int
    started_at: str
    queries: int
    rows: int
    count: int | None
    bytes: int | None


class CostFailure(Document, frozen=True):
    """Why a driver has no figures for a query; `unsupported`: it cannot do that at all."""

    driver: str
    query: str
    connections: int
    reason: str
    unsupported: bool = False


class CostOptions(Document, frozen=True):
    """What was asked for.

    `probe` is the query of start-up and connecting, `counted` those of whose
    windows events were counted, `large` the one whose answer's memory was
    measured, or None.
    """

    rounds: int
    connections: int
    warmup_seconds: float
    window_seconds: float
    seed: int
    server: str
    transport: Literal["tcp", "unix"]
    probe: str
    counted: list[str]
    large: str | None
    command: str


class Cost(Document, frozen=True):
    """Everything that `cost` saw; `unavailable` tells why a counter has no figures.

    `untold` tells why a language's runners do not tell all of their allocations.
    """

    kind: Literal["cost"]
    format_version: Literal[1]
    started_at: str
    finished_at: str
    complete: bool
    options: CostOptions
    environment: Environment
    server: Server
    queries: list[Query]
    drivers: list[Driver]
    observations: list[Observation]
    failures: list[CostFailure]
    unavailable: dict[str, str]
    warnings: list[str]
    allocations: list[AllocationCount] = msgspec.field(default_factory=list)
    untold: dict[str, str] = msgspec.field(default_factory=dict)
