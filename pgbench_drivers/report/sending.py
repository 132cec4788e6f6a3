"""What each driver sends, as the page and the Markdown export show it."""

from __future__ import annotations

from dataclasses import dataclass

from pgbench_drivers.audit.sentence import commands, sentence
from pgbench_drivers.report.page import DriverView, driver_views
from pgbench_drivers.results.audit import Audit, Format, ParameterFormat
from pgbench_drivers.results.model import Query, Run

_PREPARED = {
    "never": "never",
    "per-connection": "once per connection",
    "per-query": "every time",
    "sometimes": "sometimes",
}


@dataclass(frozen=True)
class SentLine:
    """One sentence, and the titles of the queries for which it holds.

    With a `lack`, which says in two words what is the matter, the reason why there is none.
    """

    queries: str
    text: str
    lack: str


@dataclass(frozen=True)
class SentRow:
    """The figures of one audit."""

    view: DriverView
    query: Query
    protocol: str
    prepared: str
    parameters: str
    results: str
    round_trips: str
    bytes_sent: float
    bytes_received: float
    rows: float
    besides: str


@dataclass(frozen=True)
class SentByDriver:
    """What one driver sends: queries that are treated alike share a line."""

    view: DriverView
    lines: tuple[SentLine, ...]


@dataclass(frozen=True)
class Sending:
    """The whole section; empty when the run had no audit."""

    drivers: tuple[SentByDriver, ...]
    rows: tuple[SentRow, ...]


def sending(run: Run) -> Sending:
    """What the run's audits say, in the run's order of drivers and queries."""
    by_pair = {(audit.driver, audit.query): audit for audit in run.audits}
    drivers, rows = [], []
    for view in driver_views(run):
        mine = [
            (query, by_pair[view.driver.name, query.name])
            for query in run.queries
            if (view.driver.name, query.name) in by_pair
        ]
        if mine:
            drivers.append(SentByDriver(view, _lines(mine)))
        rows += [_row(view, query, audit) for query, audit in mine if audit.sent]
    return Sending(tuple(drivers), tuple(rows))


def _lines(audits: list[tuple[Query, Audit]]) -> tuple[SentLine, ...]:
    found: dict[tuple[str, str], list[str]] = {}
    for query, audit in audits:
        found.setdefault(_said(query, audit), []).append(query.title)
    return tuple(SentLine(", ".join(titles), text, lack) for (text, lack), titles in found.items())


def _said(query: Query, audit: Audit) -> tuple[str, str]:
    if audit.breach:
        seen = f": {sentence(audit.sent, query.kind)}" if audit.sent else ""
        return f"{audit.breach}{seen}", "not as declared"
    if audit.sent is None:
        lack = "not supported" if audit.unsupported else "not known"
        return audit.failure or "without a reason", lack
    return sentence(audit.sent, query.kind), ""


def _row(view: DriverView, query: Query, audit: Audit) -> SentRow:
    sent = audit.sent
    assert sent is not None
    fewest, most = sent.round_trips, sent.round_trips_most
    besides = dict(sent.other_commands)
    if sent.other_prepares:
        besides["Parse of other statements"] = sent.other_prepares
    return SentRow(
        view=view,
        query=query,
        protocol=f"{sent.protocol}, COPY {sent.copy}" if sent.copy else sent.protocol,
        prepared=_PREPARED[sent.prepared],
        parameters=_formats(sent.parameters),
        results=_formats(sent.results),
        round_trips=f"{fewest:,}" if fewest == most else f"{fewest:,}–{most:,}",
        bytes_sent=sent.bytes_sent,
        bytes_received=sent.bytes_received,
        rows=sent.rows_received or sent.rows_written,
        besides=commands(besides) or "–",
    )


def _formats(formats: list[Format] | list[ParameterFormat]) -> str:
    """The format, or how many of the columns are binary."""
    kinds = set(formats)
    if not kinds:
        return "–"
    if len(kinds) == 1:
        return formats[0]
    return f"{sum(one == 'binary' for one in formats)} of {len(formats)} binary"
