"""Job and events of the runner contract, as defined in docs/runner-contract.md.

The JSON Schema beside this file is generated from these classes by
`python -m pgbench_drivers.contract.schema`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

QueryKind = Literal["fetch", "batch", "copy"]
Window = Literal["warmup", "measure"]
ErrorKind = Literal["bad-job", "unsupported", "wrong-answer", "driver"]
ArrivalProcess = Literal["constant", "poisson"]

Checksum = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0)]
Rate = Annotated[float, Meta(gt=0)]
Seed = Annotated[int, Meta(ge=0, lt=2**53)]
Tenths = Annotated[list[Count], Meta(min_length=10, max_length=10)]


class ExitCode(IntEnum):
    """How a runner ends; any other code, or a signal, is a crash."""

    RESULT = 0
    BAD_JOB = 2
    UNSUPPORTED = 3
    WRONG_ANSWER = 4
    DRIVER = 5


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all parts of the contract: immutable, strict about unknown keys."""


class Tls(Message, frozen=True):
    """TLS with a server whose certificate `ca_file` (PEM) vouches for."""

    ca_file: str


class Connection(Message, frozen=True):
    """Where to connect; a `host` that starts with "/" is a unix socket's directory.

    Without `tls` in plaintext, and else with the server's chain and name verified.
    """

    host: str
    port: Annotated[int, Meta(ge=1, le=65535)]
    user: str
    password: str | None
    database: str
    tls: Tls | None

    def __repr__(self) -> str:
        return f"Connection(host={self.host!r}, port={self.port}, user={self.user!r})"


class Argument(Message, frozen=True):
    """A query argument: PostgreSQL type and JSON value (bytea as hex digits)."""

    type: str
    value: Any


class Column(Message, frozen=True):
    """A column of an answer, or of the rows that are sent."""

    name: str
    type: str
    nullable: bool = False


class Target(Message, frozen=True):
    """What `batch` and `copy` write: `row`, `row_count` times."""

    schema: str
    table: str
    row: list[Any]
    row_count: Positive


class Readback(Message, frozen=True):
    """The query whose answer proves that rows arrived."""

    sql: str
    columns: list[Column]


class Expect(Message, frozen=True):
    """The right answer to the first execution."""

    rows: Count
    checksum: Checksum


class JobQuery(Message, frozen=True):
    """The query to run."""

    name: str
    kind: QueryKind
    sql: str
    args: list[Argument]
    columns: list[Column]
    target: Target | None
    readback: Readback | None
    expect: Expect


class Arrivals(Message, frozen=True):
    """When queries are due in an open loop, over all connections together."""

    process: ArrivalProcess
    per_second: Rate


class Job(Message, frozen=True):
    """Everything a runner needs to know; without `arrivals` it runs a closed loop.

    Counting allocations costs time, so what is measured of time does without.
    """

    contract: Literal[3]
    driver: str
    options: dict[str, Any]
    connection: Connection
    query: JobQuery
    concurrency: Positive
    warmup_seconds: Seconds
    measure_seconds: Seconds
    arrivals: Arrivals | None
    seed: Seed
    count_allocations: bool = False


class Named(Message, frozen=True):
    """A name and the version that the running thing reports."""

    name: str
    version: str


class Hello(Message, frozen=True, tag_field="event", tag="hello"):
    """First event: who is running."""

    contract: Literal[3]
    runner: str
    runtime: Named
    driver: Named
    components: dict[str, str]
    mode: str
    synthetic: bool


class Ready(Message, frozen=True, tag_field="event", tag="ready"):
    """Connected, prepared, first answer verified."""

    connections: Positive
    rows: Count
    columns: Count
    checksum: Checksum | None


class Started(Message, frozen=True, tag_field="event", tag="started"):
    """A window begins."""

    window: Window


class Allocations(Message, frozen=True):
    """What a process allocated in a window; None is what the runtime does not tell."""

    count: Count | None
    bytes: Count | None


class Finished(Message, frozen=True, tag_field="event", tag="finished"):
    """A window has ended; CPU is the process's over the window, all threads.

    `allocations` is None unless the job asks for it, and where the runtime tells nothing.
    """

    window: Window
    elapsed_ns: Positive
    queries: Count
    cpu_user_us: Count
    cpu_system_us: Count
    max_rss_kib: Count
    allocations: Allocations | None


class ResultLatency(Message, frozen=True):
    """Latency of the measured window's queries, in nanoseconds."""

    min_ns: Count
    max_ns: Count
    mean_ns: Annotated[float, Meta(ge=0)]
    stddev_ns: Annotated[float, Meta(ge=0)]
    histogram: str


class ResultArrivals(Message, frozen=True):
    """How an open loop's schedule was kept: numbers of queries, and the longest delay."""

    scheduled: Positive
    missed: Count
    late: Count
    max_lateness_ns: Count


class Result(Message, frozen=True, tag_field="event", tag="result"):
    """Last event of a success.

    `tenths` counts the queries by the tenth of the window in which they were
    answered; their sum is `queries`. An open loop's `scheduled` is `queries`
    and `missed` together.
    """

    queries: Positive
    rows: Count
    elapsed_ns: Positive
    latency: ResultLatency
    tenths: Tenths
    arrivals: ResultArrivals | None

    def __post_init__(self) -> None:
        answered = sum(self.tenths)
        if answered != self.queries:
            raise ValueError(f"`tenths` add up to {answered}, `queries` is {self.queries}")
        if self.arrivals and self.arrivals.scheduled != self.queries + self.arrivals.missed:
            raise ValueError(
                f"{self.arrivals.scheduled} queries were scheduled, but {self.queries} answered "
                f"and {self.arrivals.missed} missed"
            )


class Error(Message, frozen=True, tag_field="event", tag="error"):
    """Last event of a failure that the runner understood."""

    kind: ErrorKind
    message: str


Event = Hello | Ready | Started | Finished | Result | Error
