"""What a driver was seen to send, as docs/fairness-audit.md explains it.

A *query* is the runner contract's: one batch, with all its rows, is one.
"""

from __future__ import annotations

from typing import Literal

from pgbench_drivers.results.document import Document

Protocol = Literal["simple", "extended", "both"]
Prepared = Literal["never", "per-connection", "per-query", "sometimes"]
Format = Literal["text", "binary"]
# "merged" are parameters that stand in the text of the statement.
ParameterFormat = Literal["text", "binary", "merged"]


class Connecting(Document, frozen=True):
    """What one connection does until its first query is answered, that query included.

    `round_trips` and bytes of `start_up` end with the first ReadyForQuery;
    the rest are those of the queries after it. `prepares` and `describes`
    count all statements, `other_commands` what ran besides the benchmark's.
    """

    start_up_round_trips: float
    start_up_bytes_sent: float
    start_up_bytes_received: float
    first_query_round_trips: float
    prepares: float
    describes: float
    other_commands: dict[str, float]


class Sent(Document, frozen=True):
    """What goes over the wire for one driver and query, per query of the steady state.

    `queries` were seen on `connections`, the `steady` ones of them, the later
    half, are those of which everything but `connecting` is told. Formats have
    one entry per column and per parameter. `round_trips` is the fewest and
    `round_trips_most` the most that one query took, `in_flight` the most
    executions that were under way at once; other counts and bytes are means.
    `executions` is how often the benchmark's statement ran, `other_prepares`
    counts other statements that were prepared, and `other_commands` what ran
    besides, by command tag; `transactions` are those that the server ended (None in
    results of before it was counted). `rows_received` and `rows_written` are the server's.
    """

    connections: int
    queries: int
    steady: int
    protocol: Protocol
    prepared: Prepared
    named: bool
    executions: float
    parameters: list[ParameterFormat]
    results: list[Format]
    copy: Format | None
    round_trips: int
    round_trips_most: int
    in_flight: int
    bytes_sent: float
    bytes_received: float
    prepares: float
    describes: float
    other_prepares: float
    other_commands: dict[str, float]
    rows_received: float
    rows_written: float
    connecting: Connecting
    transactions: float | None = None


class Audit(Document, frozen=True):
    """The audit of one driver on one query: what it sent, or why that is not known.

    `unsupported`: the reason is that the driver, or this machine, cannot do it at all.
    `breach` is what it was seen to send although the usage that its row declares
    rules that out.
    """

    driver: str
    query: str
    sent: Sent | None
    failure: str | None
    unsupported: bool = False
    breach: str | None = None
