"""What a driver sends, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pgbench_drivers.contract.messages import QueryKind
from pgbench_drivers.results.audit import Sent

_UNITS: dict[QueryKind, str] = {"fetch": "query", "batch": "batch", "copy": "COPY"}


def sentence(sent: Sent, kind: QueryKind) -> str:
    """One sentence: protocol, preparation, formats, what comes besides, round trips."""
    text = ", ".join(_parts(sent, _UNITS[kind])) + "."
    return text[0].upper() + text[1:]


def _parts(sent: Sent, unit: str) -> Iterator[str]:
    if sent.copy:
        yield f"COPY in {sent.copy} format"
    yield _protocol(sent, unit)
    yield from _formats(sent)
    if sent.executions > 1:
        yield f"executes {_number(sent.executions)} times per {unit}"
    if sent.in_flight > 1:
        yield f"pipelines up to {sent.in_flight:,} at a time"
    if sent.describes == sent.executions > 1:
        yield "a Describe with each execution"
    elif sent.describes:
        yield f"{_times(sent.describes)} Describe per {unit}"
    yield from _besides(sent)
    yield f"{_round_trips(sent)} per {unit}"


def _protocol(sent: Sent, unit: str) -> str:
    if sent.protocol == "simple":
        return "simple protocol"
    kind = "a named" if sent.named else "the unnamed"
    said = {
        "never": "never prepares",
        "per-connection": f"prepares {kind} statement once per connection",
        "per-query": f"prepares {kind} statement anew for every {unit}",
        "sometimes": f"prepares {kind} statement again for some executions",
    }[sent.prepared]
    return said if sent.protocol == "extended" else f"simple and extended protocol, {said}"


def _formats(sent: Sent) -> Iterator[str]:
    if "merged" in sent.parameters:
        yield "arguments merged into the statement"
    elif sent.parameters:
        yield _mixture(sent.parameters, "parameters")
    if sent.results:
        yield _mixture(sent.results, "results")


def _mixture(formats: Sequence[str], noun: str) -> str:
    if len(set(formats)) == 1:
        return f"{formats[0]} {noun}"
    return f"{formats.count('binary')} of {len(formats)} {noun} binary and the rest text"


def _besides(sent: Sent) -> Iterator[str]:
    if sent.other_prepares:
        yield f"prepares {_count(sent.other_prepares, 'other statement')}"
    if sent.other_commands:
        yield f"also sends {commands(sent.other_commands)}"


def facts_text(sent: Sent) -> str:
    """The figures behind the sentence, in one line."""
    connecting = sent.connecting
    parts = [
        f"{_number(sent.bytes_sent)} B sent per query",
        f"{_number(sent.bytes_received)} B received",
        f"{_count(sent.rows_received, 'row')} received",
        f"{_count(sent.rows_written, 'row')} written" if sent.rows_written else "",
        f"to connect {_count(connecting.start_up_round_trips, 'round trip')}",
        f"first query {_count(connecting.first_query_round_trips, 'round trip')}",
        f"with it {_number(connecting.prepares)} prepared",
        f"{_number(connecting.describes)} described",
        f"besides {commands(connecting.other_commands)}" if connecting.other_commands else "",
        f"{sent.steady} of {sent.queries} queries on {sent.connections} connections counted",
    ]
    return "; ".join(part for part in parts if part)


def commands(counted: Mapping[str, float]) -> str:
    """Commands with their counts: "BEGIN, COMMIT, 2 × SET"."""
    return ", ".join(
        tag if number == 1 else f"{_number(number)} × {tag}" for tag, number in counted.items()
    )


def _round_trips(sent: Sent) -> str:
    fewest, most = sent.round_trips, sent.round_trips_most
    if most == 1:
        return "one round trip"
    if sent.in_flight > 1 and fewest > 1:
        # A client that reads late may not have waited for all of them.
        return f"at most {fewest:,} round trips"
    return f"{fewest:,} round trips" if fewest == most else f"{fewest:,} to {most:,} round trips"


def _times(number: float) -> str:
    return "a" if number == 1 else _number(number)


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 or number == round(number) else f"{number:.2g}"


def _count(number: float, noun: str) -> str:
    return f"{_number(number)} {noun}" if number == 1 else f"{_number(number)} {noun}s"
