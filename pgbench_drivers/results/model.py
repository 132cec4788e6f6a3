"""The result document of one run, version 1.

Units are in the names: `_ns` nanoseconds, `_us` microseconds, `_kib` KiB.
Nothing aggregated is stored without the rounds that it came from.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from pgbench_drivers.results.audit import Audit
from pgbench_drivers.results.document import Document
from pgbench_drivers.transports import Transport

FORMAT_VERSION = 1

CellStatus = Literal["ok", "failed", "unsupported", "not-run", "unfinished"]
FailureKind = Literal[
    "bad-job", "unsupported", "wrong-answer", "driver", "crash", "timeout", "contract", "server",
    "usage",
]  # fmt: skip
Usage = Literal["idiomatic", "tuned", "pgbouncer-safe"]
ArrivalProcess = Literal["constant", "poisson"]
Backend = Literal["docker", "embedded", "installed", "dsn"]

PERCENTILES: tuple[float, ...] = (25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99)


class Latency(Document, frozen=True):
    """Latency of every query of one round, in nanoseconds.

    `percentiles_ns` has a key per entry of `PERCENTILES` ("25", "99.9") and is
    taken from `histogram`, an HdrHistogram (V2, compressed, base64; 1 ns to
    1 hour, 3 significant digits); the other figures are exact. `stddev_ns` is
    the population standard deviation.
    """

    min_ns: int
    max_ns: int
    mean_ns: float
    stddev_ns: float
    percentiles_ns: dict[str, int]
    histogram: str


class Arrivals(Document, frozen=True):
    """How the schedule of one round of an open loop was kept: numbers of queries.

    `missed` were not sent before the window's time was over; `late` were sent
    more than a millisecond after they were due, the latest of all queries
    `max_lateness_ns` after.
    """

    scheduled: int
    missed: int
    late: int
    max_lateness_ns: int


class Round(Document, frozen=True):
    """One measured window of one cell.

    `position` is the place of this round in the run's order, from 0.
    Client CPU is the runner process's, all threads; `server_cpu_us` is that of
    all server processes, or None where it cannot be read. `tenths` are the
    queries answered in each tenth of the window, and None in documents older
    than they are; `arrivals` is None in a closed loop. An open loop's
    latencies count from when a query was due. `encryption` is TLS' version and
    cipher, as the server had it, and None for plaintext.
    """

    index: int
    position: int
    started_at: str
    load_1m: float
    queries: int
    rows: int
    elapsed_ns: int
    latency: Latency
    client_cpu_user_us: int
    client_cpu_system_us: int
    server_cpu_us: float | None
    max_rss_kib: int
    tenths: list[int] | None = None
    arrivals: Arrivals | None = None
    encryption: str | None = None


class Failure(Document, frozen=True):
    """Why one round of a cell gave no figure."""

    round: int
    kind: FailureKind
    reason: str


class Cell(Document, frozen=True):
    """One driver on one query at one concurrency.

    In an open loop also at one rate: so many queries are due `per_second`,
    which is about a `share` of what the driver answered in a closed loop
    before, where the rate was chosen so.
    """

    driver: str
    query: str
    concurrency: int
    status: CellStatus
    reason: str | None
    mode: str | None
    rounds: list[Round]
    failures: list[Failure]
    per_second: float | None = None
    share: float | None = None


class Driver(Document, frozen=True):
    """A row of the comparison; versions as the running driver reported them.

    `twin_of` names the driver that this is once more (A/A), to show the noise.
    `usage` is how the driver is used: as its documentation says for code that
    runs the same statement often, with more than that, or without named
    prepared statements, which the audit has then looked for. It was warmed up
    `warmup` times as long as the options say.
    """

    name: str
    title: str
    language: str
    language_title: str
    client: Literal["async", "threads", "limit", "synthetic"]
    homepage: str
    notes: str
    synthetic: bool
    version: str | None
    runtime: str | None
    components: dict[str, str]
    not_run_reason: str | None
    twin_of: str | None = None
    usage: Usage = "idiomatic"
    warmup: float = 1.0


class Query(Document, frozen=True):
    """A query of the comparison, as it was run (placeholders filled)."""

    name: str
    title: str
    kind: Literal["fetch", "batch", "copy"]
    headline: bool
    sql: str
    description: str
    stresses: str
    rows: int
    columns: int


class Options(Document, frozen=True):
    """What the run was asked to do; with a `precision`, cells may have more than `rounds`.

    In the `mode` "replay" the server was recorded, and a program of ours
    answered in its place: `server_cpu_us` of the rounds is that program's.
    With `arrivals` the run is an open loop, in which queries are due at the
    `rate`s given (queries per second) or at shares of each cell's own
    throughput ("sweep"); without, every cell is a closed loop. `transport` is
    how runners reached the server: `unix`, `tcp`, `tls`, or with a delay `tcp+1ms`.
    """

    concurrency: list[int]
    warmup_seconds: float
    measure_seconds: float
    rounds: int
    seed: int
    server: str
    transport: Transport
    pin_client: list[int] | None
    pin_server: list[int] | None
    command: str
    aa: str | None = None
    precision: float | None = None
    max_time_seconds: float | None = None
    mode: Literal["live", "replay"] = "live"
    arrivals: ArrivalProcess | None = None
    rate: list[float] | Literal["sweep"] | None = None


class Server(Document, frozen=True):
    """The PostgreSQL that answered; settings from the running thing."""

    backend: Backend
    reason: str
    version: str
    settings: dict[str, str]
    details: dict[str, str]


class Environment(Document, frozen=True):
    """The machine and the state of the repository."""

    cpu_model: str
    cpu_cores: int
    cpu_governor: str | None
    memory_bytes: int
    kernel: str
    operating_system: str
    virtualisation: str | None
    load_1m_before: float
    python: str
    tool_version: str
    git_revision: str | None
    git_dirty: bool | None


class Run(Document, frozen=True):
    """One run of the toolbench; `audits` is empty when it was left out."""

    format_version: int
    run_id: str
    started_at: str
    finished_at: str
    complete: bool
    options: Options
    environment: Environment
    server: Server
    queries: list[Query]
    drivers: list[Driver]
    cells: list[Cell]
    warnings: list[str]
    audits: list[Audit] = msgspec.field(default_factory=list)

    @property
    def is_open_loop(self) -> bool:
        """Whether queries were due at a rate, so that throughput and CPU rank nobody."""
        return self.options.arrivals is not None
