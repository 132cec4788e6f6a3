"""The sentences at the head of the page: who leads, by how much, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from pgbench_drivers.report.formatting import count, figure, ratio, spread
from pgbench_drivers.report.standings import (
    CPU_METRIC,
    HEADLINE_METRIC,
    Analysed,
    Standing,
    Standings,
)
from pgbench_drivers.results.model import Driver


@dataclass(frozen=True)
class Verdict:
    """A headline and the sentences that qualify it."""

    headline: str
    sentences: tuple[str, ...]


def verdict(analysed: Analysed) -> Verdict:
    """What the run says, in words that claim no more than it shows."""
    throughput = analysed.standings(HEADLINE_METRIC)
    if not throughput.ranked:
        return Verdict(
            "No driver completed the headline queries",
            ("There is nothing to rank; the reasons stand below.",),
        )
    drivers = {d.name: d for d in analysed.run.drivers}
    return Verdict(
        _headline(throughput, drivers),
        tuple(
            s
            for s in (
                _basis(throughput, drivers),
                _doubt(throughput, drivers),
                _cheapest(analysed, drivers),
                _left_out(throughput, drivers),
            )
            if s
        ),
    )


def _headline(standings: Standings, drivers: dict[str, Driver]) -> str:
    best = standings.ranked[0]
    name = drivers[best.driver].title
    second = _next_of_others(standings, drivers)
    if second is None:
        return f"{name} delivers {count(best.value)} rows/s"
    other = drivers[second.driver].title
    factor = best.value / second.value if second.value else 1.0
    if standings.inseparable(best, second):
        return f"{name} and {other} lead, too close to call"
    return f"{name} leads with {count(best.value)} rows/s, {ratio(factor)} as many as {other}"


def _next_of_others(standings: Standings, drivers: dict[str, Driver]) -> Standing | None:
    """The best of the drivers that are not the first one again, in another mode."""
    best, *others = standings.ranked
    same = _without_mode(drivers[best.driver].title)
    return next((p for p in others if _without_mode(drivers[p.driver].title) != same), None)


def _without_mode(title: str) -> str:
    return title.partition(" (")[0]


def _basis(standings: Standings, drivers: dict[str, Driver]) -> str:
    best = standings.ranked[0]
    queries = len(standings.queries)
    rounds = len(best.rounds[0])
    what = "on the one query" if queries == 1 else f"as the geometric mean over {queries} queries"
    return (
        f"{drivers[best.driver].title} ({drivers[best.driver].language_title}) reached "
        f"{count(best.value)} rows/s {what}, with {_connections(standings.concurrency)}; "
        + (
            f"the median of {rounds} rounds, "
            f"which ranged from {_range(best.low, best.high)} rows/s."
            if rounds > 1
            else "one round, so nothing is known of its spread."
        )
    )


def _doubt(standings: Standings, drivers: dict[str, Driver]) -> str | None:
    if len(standings.ranked) < 2 or not standings.ranked[1].mark:
        return None
    best = standings.ranked[0]
    tied = [p for p in standings.ranked if standings.inseparable(best, p)]
    names = [drivers[p.driver].title for p in tied]
    if len(names) == 2:
        return f"This run does not separate {_list(names)}."
    who = _list(names[1:]) if len(names) <= 5 else f"{len(names) - 1} drivers"
    return f"This run does not separate {who} from {names[0]}."


def _cheapest(analysed: Analysed, drivers: dict[str, Driver]) -> str | None:
    cpu = analysed.standings(CPU_METRIC)
    if not cpu.ranked:
        return None
    best = cpu.ranked[0]
    text = f"Lowest client CPU per row: {drivers[best.driver].title}, {figure(best.value, 'µs')}"
    second = _next_of_others(cpu, drivers)
    if second is not None:
        text += f" (next: {drivers[second.driver].title}, {figure(second.value, 'µs')}"
        text += ", too close to call)" if cpu.inseparable(best, second) else ")"
    return text + "."


def _left_out(standings: Standings, drivers: dict[str, Driver]) -> str | None:
    names = [drivers[name].title for name in standings.unranked]
    if not names:
        return None
    if len(names) == 1:
        return f"{names[0]} lacks a figure for a headline query and is not ranked."
    who = _list(names) if len(names) <= 3 else f"{len(names)} drivers"
    return f"{who} lack a figure for a headline query and are not ranked."


def _range(low: float, high: float) -> str:
    return spread(low, high, "rows/s").replace("–", " to ")


def _connections(number: int) -> str:
    return "one connection" if number == 1 else f"{number} connections"


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
