"""Facts about a driver and a query, counted in recorded conversations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from pgbench_drivers.audit.conversation import IDLE, Conversation, Cycle, Execution
from pgbench_drivers.contract.messages import JobQuery
from pgbench_drivers.results.audit import (
    Connecting,
    Format,
    ParameterFormat,
    Prepared,
    Protocol,
    Sent,
)
from pgbench_drivers.wire.bodies import BINARY

_FIRST_PARAMETER = re.compile(r"\$\d+")
_TWO_WORD_TAGS = ("DISCARD ALL", "START TRANSACTION")
_WRITING_TAGS = ("INSERT", "COPY", "MERGE")


class AuditError(Exception):
    """What was recorded cannot be understood; the message says why."""


@dataclass
class Span:
    """One query of a connection: everything after the query before, to the end of its own."""

    cycles: list[Cycle] = field(default_factory=list)

    def executions(self) -> Iterable[Execution]:
        """All executions, the benchmark's and others."""
        return (execution for cycle in self.cycles for execution in cycle.executions)


class Subject:
    """The benchmark's statement, and how to know it on the wire.

    Drivers may wrap it or merge arguments into it, so it is recognised by
    what stands before its first parameter. COPY is written by the driver
    itself and recognised by the server's asking for data.
    """

    def __init__(self, query: JobQuery) -> None:
        self.query = query
        self._head = _FIRST_PARAMETER.split(query.sql, maxsplit=1)[0].strip()
        self._readback = query.readback.sql.strip() if query.readback else None

    def is_text(self, sql: str) -> bool:
        """Whether this text is that of the benchmark's statement."""
        return self.query.kind != "copy" and self._head in sql

    def is_execution(self, execution: Execution) -> bool:
        """Whether this ran the benchmark's statement."""
        if self.query.kind == "copy":
            return execution.copy_in is not None
        return self.is_text(execution.sql)

    def is_readback(self, cycle: Cycle) -> bool:
        """Whether the runner only looked here at what it had written."""
        return {text.strip() for text in cycle.touched} == {self._readback}


def sent(conversations: Sequence[Conversation], query: JobQuery, operations: int) -> Sent:
    """The facts; `operations` is how many queries the runner says it ran.

    Raises AuditError when a connection was not understood, when the server
    refused something, or when the wire does not show what the runner says.
    """
    started = [conversation for conversation in conversations if conversation.started]
    for conversation in conversations:
        if conversation.failure is not None:
            raise AuditError(f"what was sent could not be decoded: {conversation.failure}")
    subject = Subject(query)
    by_connection = [spans(conversation, subject) for conversation in started]
    used = [found for found in by_connection if found]
    seen = sum(map(len, used))
    # A runner may verify the answer with a query that it does not count.
    if not operations <= seen <= operations + (query.kind == "fetch"):
        raise AuditError(f"the runner counted {operations} queries, but {seen} went over the wire")
    steady = [span for found in used for span in found[max(1, len(found) // 2) :]]
    if not steady:
        raise AuditError("no connection ran the query a second time")
    connecting = _connecting(
        [conversation for conversation, found in zip(started, by_connection, strict=True) if found],
        [found[0] for found in used],
        subject,
    )
    return _facts(steady, subject, connecting, connections=len(used), queries=seen)


def spans(conversation: Conversation, subject: Subject) -> list[Span]:
    """The queries of a connection, in order; what follows the last one is left out.

    A query ends with the first idle ReadyForQuery after its statement ran:
    the transaction around it, and what is sent before it, belong to it.
    """
    found: list[Span] = []
    current, complete = Span(), False
    for cycle in conversation.cycles:
        if cycle.errors:
            raise AuditError(f"the server refused what was sent: {cycle.errors[0]}")
        if subject.is_readback(cycle):
            continue
        current.cycles.append(cycle)
        complete = complete or any(map(subject.is_execution, cycle.executions))
        if complete and cycle.status == IDLE:
            found.append(current)
            current, complete = Span(), False
    return found


def _facts(
    steady: Sequence[Span],
    subject: Subject,
    connecting: Connecting,
    *,
    connections: int,
    queries: int,
) -> Sent:
    own = [e for span in steady for e in span.executions() if subject.is_execution(e)]
    cycles = [cycle for span in steady for cycle in span.cycles]
    turns = [sum(cycle.turns for cycle in span.cycles) for span in steady]
    parsed = [sql for cycle in cycles for sql in cycle.parsed]
    own_texts = {execution.sql for execution in own}
    own_parsed = sum(sql in own_texts for sql in parsed)
    count = len(steady)
    return Sent(
        connections=connections,
        queries=queries,
        steady=count,
        protocol=_protocol(own),
        prepared=_prepared(own, own_parsed, count),
        named=all(execution.statement for execution in own),
        executions=len(own) / count,
        parameters=_parameters(own[-1], subject.query),
        results=_results(own[-1]),
        copy=_copy_format(own[-1]),
        round_trips=min(turns),
        round_trips_most=max(turns),
        in_flight=max(cycle.in_flight for cycle in cycles),
        bytes_sent=sum(cycle.bytes_sent for cycle in cycles) / count,
        bytes_received=sum(cycle.bytes_received for cycle in cycles) / count,
        prepares=own_parsed / count,
        describes=sum(len(cycle.described) for cycle in cycles) / count,
        other_prepares=(len(parsed) - own_parsed) / count,
        other_commands=_other_commands(steady, subject),
        rows_received=sum(execution.rows for execution in own) / count,
        rows_written=sum(map(_rows_written, own)) / count,
        connecting=connecting,
        transactions=sum(map(_ends_transaction, cycles)) / count,
    )


def _ends_transaction(cycle: Cycle) -> bool:
    """Whether the server has ended a transaction, an implicit one included, with this cycle."""
    return cycle.status == IDLE and bool(cycle.executions or cycle.parsed or cycle.described)


def _connecting(
    conversations: Sequence[Conversation], first: Sequence[Span], subject: Subject
) -> Connecting:
    starts = [conversation.start_up for conversation in conversations]
    cycles = [cycle for span in first for cycle in span.cycles]
    count = len(first)
    return Connecting(
        start_up_round_trips=fmean(start.turns for start in starts),
        start_up_bytes_sent=fmean(start.bytes_sent for start in starts),
        start_up_bytes_received=fmean(start.bytes_received for start in starts),
        first_query_round_trips=sum(cycle.turns for cycle in cycles) / count,
        prepares=sum(len(cycle.parsed) for cycle in cycles) / count,
        describes=sum(len(cycle.described) for cycle in cycles) / count,
        other_commands=_other_commands(first, subject),
    )


def _protocol(own: Sequence[Execution]) -> Protocol:
    kinds = {execution.simple for execution in own}
    if len(kinds) > 1:
        return "both"
    return "simple" if kinds == {True} else "extended"


def _prepared(own: Sequence[Execution], parsed: int, queries: int) -> Prepared:
    if all(execution.simple for execution in own):
        return "never"
    if parsed == 0:
        return "per-connection"
    return "per-query" if parsed >= queries else "sometimes"


def _parameters(execution: Execution, query: JobQuery) -> list[ParameterFormat]:
    if execution.simple:
        wanted = {"fetch": len(query.args), "batch": len(query.columns), "copy": 0}[query.kind]
        return ["merged"] * wanted
    return [*_each(execution.parameter_formats, execution.parameters)]


def _results(execution: Execution) -> list[Format]:
    return _each(execution.result_formats, execution.columns)


def _each(formats: Sequence[int], columns: int) -> list[Format]:
    """A format for each column: none sent is text for all, a single one is for all."""
    if len(formats) <= 1:
        formats = [*formats, 0][:1] * columns
    return ["binary" if number == BINARY else "text" for number in formats[:columns]]


def _copy_format(execution: Execution) -> Format | None:
    if execution.copy_in is None:
        return None
    return "binary" if execution.copy_in.format == BINARY else "text"


def _other_commands(spans_: Sequence[Span], subject: Subject) -> dict[str, float]:
    counted: Counter[str] = Counter()
    for span in spans_:
        for execution in span.executions():
            tags = [_command(tag) for tag in execution.tags]
            if subject.is_execution(execution):
                # A simple Query may hold more than the benchmark's statement.
                tags = [tag for tag in tags if tag in _BESIDE]
            counted.update(tags)
    return {tag: number / len(spans_) for tag, number in sorted(counted.items())}


_BESIDE = frozenset(
    ("BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK", "SET", "RESET", "DEALLOCATE",
     "DISCARD ALL", "SAVEPOINT", "RELEASE")
)  # fmt: skip


def _command(tag: str) -> str:
    """The command of a tag, without its counts: "INSERT 0 1" is an INSERT."""
    return next(
        (long for long in _TWO_WORD_TAGS if tag.startswith(long)), tag.split(" ", maxsplit=1)[0]
    )


def _rows_written(execution: Execution) -> int:
    return sum(
        int(tag.rsplit(" ", 1)[-1]) for tag in execution.tags if _command(tag) in _WRITING_TAGS
    )
