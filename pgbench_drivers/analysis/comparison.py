"""Two runs, cell by cell: the ratio with its interval, and a verdict in one word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pgbench_drivers.analysis.bound import bounds
from pgbench_drivers.analysis.comparable import (
    IncomparableError,
    cautions,
    changed_queries,
    check_closed_loop,
    other_machine,
)
from pgbench_drivers.analysis.geomean import geometric_ratio
from pgbench_drivers.analysis.interval import Interval
from pgbench_drivers.analysis.multiple import ALPHA, holm
from pgbench_drivers.analysis.summary import Metric
from pgbench_drivers.analysis.two_samples import p_value, ratio, smallest_p
from pgbench_drivers.results.model import Cell, Run

Verdict = Literal["faster", "slower", "same", "undecided"]
CellId = tuple[str, str, int]

SAME_WITHIN = 0.02
FEWEST_CONFIDENCE_FOR_SAME = 0.9
"""Two one-sided tests at 5 % are an interval of 90 % (Schuirmann 1987)."""


@dataclass(frozen=True)
class CellComparison:
    """One cell's figure in both runs; `ratio` is new ÷ base, `p` adjusted by Holm."""

    driver: str
    query: str
    concurrency: int
    metric: Metric
    base: tuple[float, ...]
    new: tuple[float, ...]
    ratio: float
    interval: Interval | None
    p: float
    verdict: Verdict


@dataclass(frozen=True)
class MeanComparison:
    """A driver's geometric mean over `queries` in both runs, likewise."""

    driver: str
    queries: tuple[str, ...]
    concurrency: int
    metric: Metric
    ratio: float
    interval: Interval | None
    p: float
    verdict: Verdict


@dataclass(frozen=True)
class LeftOut:
    """A cell that cannot be compared, and why."""

    driver: str
    query: str
    concurrency: int
    reason: str


@dataclass(frozen=True)
class Comparison:
    """All that two runs say of each other."""

    base: Run
    new: Run
    same_within: float
    cells: tuple[CellComparison, ...]
    means: tuple[MeanComparison, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def compare(
    base: Run,
    new: Run,
    metrics: Sequence[Metric],
    *,
    same_within: float = SAME_WITHIN,
    any_machine: bool = False,
) -> Comparison:
    """Compare what both runs measured; raises IncomparableError.

    `same` means that the interval lies within ± `same_within`; a difference
    of less than that is not called one, however sure it is.
    """
    check_closed_loop(base, new)
    notes = list(cautions(base, new))
    difference = other_machine(base.environment, new.environment)
    if difference and not any_machine:
        raise IncomparableError(
            f"the runs were measured on {difference}: their ratios would compare the machines; "
            "--any-machine compares them all the same"
        )
    if difference:
        notes.append(f"measured on {difference}: the ratios compare machines as well")
    left_out, pairs = _match(base, new)
    found = [_compare(*pair, metric) for metric in metrics for pair in pairs]
    left_out += [cell for cell in found if isinstance(cell, LeftOut)]
    cells = _adjusted([c for c in found if isinstance(c, CellComparison)], same_within)
    bounded = _server_bound(base) | _server_bound(new)
    hidden = sum(1 for cell in cells if _is_hidden(cell, bounded))
    cells = [replace(c, verdict="undecided") if _is_hidden(c, bounded) else c for c in cells]
    if not cells:
        reasons = "; ".join(dict.fromkeys(f"{c.query}: {c.reason}" for c in left_out))
        raise IncomparableError(
            f"there is nothing to compare: {reasons or 'neither run holds a cell of a driver'}"
        )
    notes += _powerless(cells)
    if hidden:
        notes.append(
            f"the server's CPU bounded {hidden} of the comparisons that would read `same`: "
            "they are undecided, as a busy server makes drivers look alike"
        )
    means = tuple(_means(cells, same_within))
    return Comparison(base, new, same_within, tuple(cells), means, tuple(left_out), tuple(notes))


def round_values(cell: Cell, metric: Metric) -> tuple[float, ...] | None:
    """The figure of every round, or None unless the cell was measured and all have one."""
    if cell.status != "ok" or not cell.rounds:
        return None
    found = [metric.of_round(measured) for measured in cell.rounds]
    kept = tuple(value for value in found if value is not None and value > 0)
    return kept if len(kept) == len(found) else None


def cell_id(cell: Cell) -> CellId:
    """What a cell is known by in both runs."""
    return cell.driver, cell.query, cell.concurrency


def rounds_needed(comparisons: int, sides: Literal[1, 2] = 2) -> int:
    """The fewest rounds on each side with which one of so many comparisons can be significant."""
    rounds = 2
    alternative: Literal["two-sided", "greater"] = "two-sided" if sides == 2 else "greater"
    while smallest_p(rounds, rounds, alternative) * comparisons > ALPHA:
        rounds += 1
    return rounds


def _match(base: Run, new: Run) -> tuple[list[LeftOut], list[tuple[Cell, Cell]]]:
    """Pairs of measured cells of real drivers, and what has no counterpart."""
    drivers = (*base.drivers, *new.drivers)
    aside = {d.name for d in drivers if d.synthetic or d.twin_of is not None}
    before, after = ({cell_id(c): c for c in run.cells} for run in (base, new))
    changed = changed_queries(base, new)
    left_out: list[LeftOut] = []
    pairs: list[tuple[Cell, Cell]] = []
    for key in dict.fromkeys((*before, *after)):
        if key[0] in aside:
            continue
        reason = changed.get(key[1]) or _why_not(before.get(key), after.get(key))
        if reason:
            left_out.append(LeftOut(*key, reason))
        else:
            pairs.append((before[key], after[key]))
    return left_out, pairs


def _why_not(before: Cell | None, after: Cell | None) -> str | None:
    if before is None:
        return "only in the new run"
    if after is None:
        return "only in the base run"
    for which, cell in (("base", before), ("new", after)):
        if cell.status != "ok" or not cell.rounds:
            return f"{cell.status} in the {which} run: {cell.reason or 'no reason known'}"
    return None


def _compare(before: Cell, after: Cell, metric: Metric) -> CellComparison | LeftOut:
    base, new = round_values(before, metric), round_values(after, metric)
    if base is None or new is None:
        return LeftOut(*cell_id(before), f"{metric.key} is missing or zero in a round")
    found = ratio(base, new)
    return CellComparison(
        *cell_id(before), metric, base, new, found.value, found.interval, p_value(base, new),
        "undecided",
    )  # fmt: skip


def _adjusted(cells: Sequence[CellComparison], same_within: float) -> list[CellComparison]:
    adjusted = holm([cell.p for cell in cells])
    return [
        replace(cell, p=p, verdict=_verdict(cell.metric, cell.ratio, cell.interval, p, same_within))
        for cell, p in zip(cells, adjusted, strict=True)
    ]


def _verdict(
    metric: Metric, value: float, interval: Interval | None, p: float, same_within: float
) -> Verdict:
    sure = interval is not None and interval.confidence >= FEWEST_CONFIDENCE_FOR_SAME
    if sure and interval and interval.within(1 / (1 + same_within), 1 + same_within):
        return "same"
    if p > ALPHA or value == 1:
        return "undecided"
    return "faster" if (value > 1) == metric.higher_is_better else "slower"


def _server_bound(run: Run) -> set[CellId]:
    return {key for key, found in bounds(run).items() if found.by == "server"}


def _is_hidden(cell: CellComparison, bounded: set[CellId]) -> bool:
    """Whether the two look the same where the server alone might make them so."""
    key = (cell.driver, cell.query, cell.concurrency)
    return cell.verdict == "same" and cell.metric.by_wall_clock and key in bounded


def _means(cells: Sequence[CellComparison], same_within: float) -> Iterator[MeanComparison]:
    groups: dict[tuple[str, str, int], list[CellComparison]] = {}
    for cell in cells:
        groups.setdefault((cell.metric.key, cell.driver, cell.concurrency), []).append(cell)
    several = [group for group in groups.values() if len(group) > 1]
    found = [geometric_ratio([c.base for c in g], [c.new for c in g]) for g in several]
    for group, mean, p in zip(several, found, holm([m.p for m in found]), strict=True):
        first = group[0]
        yield MeanComparison(
            first.driver,
            tuple(cell.query for cell in group),
            first.concurrency,
            first.metric,
            mean.value,
            mean.interval,
            p,
            _verdict(first.metric, mean.value, mean.interval, p, same_within),
        )


def _powerless(cells: Sequence[CellComparison]) -> list[str]:
    """Say it when too few rounds make every difference undecided, whatever its size."""
    weakest = min(cells, key=lambda cell: len(cell.base) + len(cell.new))
    smallest = smallest_p(len(weakest.base), len(weakest.new))
    if smallest * len(cells) <= ALPHA:
        return []
    needed = rounds_needed(len(cells))
    over = "" if len(cells) == 1 else f" over {len(cells)} comparisons"
    times = "" if len(cells) == 1 else ", to be multiplied by their number"
    note = (
        f"{len(weakest.base)} rounds against {len(weakest.new)} cannot show a difference{over}, "
        f"however large (p ≥ {smallest:.2g}{times}): --rounds {needed} in both runs can"
    )
    return [note]
