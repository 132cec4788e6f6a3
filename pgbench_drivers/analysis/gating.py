"""Did something become slower? The verdict of a gate, cell by cell.

A regression must be larger than what is allowed and significant, and where
the gate measures by itself, it must show twice: cells beyond the threshold
are measured again, and judged by both measurements. A false alarm then needs
the same cell to be unlucky twice, and the rate of false alarms stays below 5 %
of runs: the test is that of a gate which measured every cell twice and looked
only at the suspected ones. Where both sides are measured together, both are
measured again; that the machine changed between the two measurements makes
the rank test over both only more cautious, since each has as many rounds of
either side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pgbench_drivers.analysis.comparable import (
    IncomparableError,
    cautions,
    changed_queries,
    check_closed_loop,
)
from pgbench_drivers.analysis.comparison import CellId, cell_id, round_values, rounds_needed
from pgbench_drivers.analysis.interval import Interval
from pgbench_drivers.analysis.multiple import ALPHA, holm
from pgbench_drivers.analysis.summary import Metric
from pgbench_drivers.analysis.two_samples import p_value, ratio, smallest_p
from pgbench_drivers.results.model import Cell, Run

AGAIN = " when it was measured again"

Outcome = Literal["passed", "regression", "unmeasured"]
Values = tuple[float, ...]


@dataclass(frozen=True)
class Judged:
    """One cell's figure at the gate.

    `slowdown` is how many times worse than the baseline it became, whichever
    direction of the metric is worse; `p` is one-sided and adjusted by Holm.
    """

    driver: str
    query: str
    concurrency: int
    metric: Metric
    outcome: Outcome
    reason: str
    slowdown: float | None = None
    interval: Interval | None = None
    p: float | None = None
    measured_again: bool = False


@dataclass(frozen=True)
class Judgement:
    """The gate's verdict, with what it rests on."""

    max_regression: float
    cells: tuple[Judged, ...]
    notes: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """A regression weighs most; nothing measured is never a pass."""
        found = {cell.outcome for cell in self.cells}
        if "regression" in found:
            return "regression"
        return "passed" if found == {"passed"} else "unmeasured"


@dataclass(frozen=True)
class _Evidence:
    """What is known of a cell's costs; `why_not` says why it is nothing."""

    base: Values = ()
    first: Values = ()
    base_again: Values = ()
    again: Values = ()
    why_not: str = ""

    @property
    def slowdown(self) -> float:
        """The first measurement's."""
        return ratio(self.base, self.first).value

    @property
    def slowdown_again(self) -> float:
        """The second measurement's, against the base of its own time where there is one."""
        return ratio(self.base_again or self.base, self.again).value


def check_baseline(baseline: Run, cells: int) -> None:
    """Raise IncomparableError for an open loop, and for too few rounds to show a regression.

    `cells` are the comparisons that the gate will make; it measures suspected
    ones twice, with the baseline's number of rounds each time.
    """
    check_closed_loop(baseline)
    rounds = baseline.options.rounds
    if smallest_p(rounds, 2 * rounds, "greater") * cells > ALPHA:
        raise IncomparableError(
            f"a baseline of {_rounds(rounds)} cannot show a regression over {cells} comparisons, "
            f"however large: measure one with --rounds {rounds_needed(cells, sides=1)}"
        )


def check_rounds(rounds: int, cells: int) -> None:
    """The same for two sides that are measured together, and both of them again."""
    if smallest_p(2 * rounds, 2 * rounds, "greater") * cells > ALPHA:
        raise IncomparableError(
            f"{_rounds(rounds)} a side cannot show a regression over {cells} comparisons, "
            f"however large: --rounds {rounds_needed(cells, sides=1)} can"
        )


def suspects(
    baseline: Run, first: Run, metrics: Sequence[Metric], max_regression: float
) -> tuple[CellId, ...]:
    """The cells that look slower by more than is allowed, significant or not.

    Raises IncomparableError for an open loop.
    """
    check_closed_loop(baseline, first)
    found = [
        key
        for (key, _), evidence in _gather(baseline, first, metrics).items()
        if not evidence.why_not and evidence.slowdown > 1 + max_regression
    ]
    return tuple(dict.fromkeys(found))


def judge(
    baseline: Run,
    first: Run,
    again: Run | None,
    metrics: Sequence[Metric],
    max_regression: float,
    *,
    confirm: bool,
    baseline_again: Run | None = None,
    together: bool = False,
) -> Judgement:
    """Judge every measured cell of the baseline.

    With `confirm`, `again` holds the second measurement of the suspected
    cells, or is None when none was suspected. Without it, `first` alone
    decides. With `together`, the baseline was measured in turns with `first`,
    as `baseline_again` was with `again`, and where it failed, nothing is known.
    Raises IncomparableError when a query has changed, and for an open loop.
    """
    check_closed_loop(baseline, first)
    changed = changed_queries(baseline, first)
    if changed:
        raise IncomparableError(
            "; ".join(f"{query} {difference}" for query, difference in changed.items())
        )
    gathered = _gather(baseline, first, metrics, baseline_again, again, together=together)
    suspected = set(suspects(baseline, first, metrics, max_regression))
    measured = sum(1 for evidence in gathered.values() if not evidence.why_not)
    judged = [
        _judge(
            key,
            metric,
            evidence,
            confirm=key in suspected and confirm,
            max_regression=max_regression,
            comparisons=measured,
        )
        for (key, metric), evidence in gathered.items()
    ]
    cells = _adjusted(judged, max_regression)
    notes = (*cautions(baseline, first), *_blind(cells, max_regression))
    return Judgement(max_regression, tuple(cells), notes)


def _gather(
    baseline: Run,
    first: Run,
    metrics: Sequence[Metric],
    baseline_again: Run | None = None,
    again: Run | None = None,
    *,
    together: bool = False,
) -> dict[tuple[CellId, Metric], _Evidence]:
    aside = {d.name for d in baseline.drivers if d.synthetic or d.twin_of is not None}
    wanted = [
        c
        for c in baseline.cells
        if c.driver not in aside and (c.status == "ok" or (together and c.status != "unsupported"))
    ]
    others = [_by_id(run) for run in (first, baseline_again, again)]
    return {
        (cell_id(cell), metric): _evidence(
            cell, *(cells.get(cell_id(cell)) for cells in others), metric=metric
        )
        for metric in metrics
        for cell in wanted
    }


def _by_id(run: Run | None) -> Mapping[CellId, Cell]:
    return {cell_id(cell): cell for cell in run.cells} if run else {}


def _evidence(
    base: Cell,
    first: Cell | None,
    base_again: Cell | None,
    again: Cell | None,
    *,
    metric: Metric,
) -> _Evidence:
    if base.status != "ok":
        return _Evidence(why_not=f"the base {base.status}: {base.reason or 'no figure'}")
    before = _costs(base, metric)
    if not before:
        return _Evidence(why_not=f"the baseline has no {metric.key}, or one of zero")
    later = ((first, ""), (base_again, AGAIN), (again, AGAIN))
    for cell, when in later:
        if cell and not _costs(cell, metric):
            return _Evidence(why_not=f"{cell.status}{when}: {cell.reason or 'no figure'}")
    if first is None:
        return _Evidence(why_not="the new run does not have it")
    costs = [_costs(cell, metric) for cell, _ in later]
    return _Evidence(before, first=costs[0], base_again=costs[1], again=costs[2])


def _costs(cell: Cell | None, metric: Metric) -> Values:
    """The rounds' figures so that more is worse; none of a cell that is not there."""
    values = (cell and round_values(cell, metric)) or ()
    return tuple(1 / value for value in values) if metric.higher_is_better else values


def _judge(
    key: CellId,
    metric: Metric,
    evidence: _Evidence,
    *,
    confirm: bool,
    max_regression: float,
    comparisons: int,
) -> Judged:
    """A verdict that may be `regression` by size alone; `_adjusted` asks whether it is sure."""
    if evidence.why_not:
        return Judged(*key, metric, "unmeasured", evidence.why_not)
    base, values = evidence.base + evidence.base_again, evidence.first + evidence.again
    found = ratio(base, values)
    judged = Judged(
        *key, metric, "passed", "within what is allowed", found.value, found.interval, 1.0,
        bool(evidence.again),
    )  # fmt: skip
    limit = 1 + max_regression
    if evidence.slowdown <= limit:
        return judged
    if confirm and not evidence.again:
        return replace(judged, outcome="unmeasured", reason="suspected, and not measured again")
    if evidence.again and min(found.value, evidence.slowdown_again) <= limit:
        return replace(judged, reason="suspected, and not confirmed when measured again")
    if smallest_p(len(base), len(values), "greater") * comparisons > ALPHA:
        reason = (
            f"{_rounds(len(base))} against {len(values)} cannot show a regression "
            f"over {comparisons} comparisons"
        )
        return replace(judged, outcome="unmeasured", reason=reason)
    p = p_value(base, values, "greater")
    return replace(judged, outcome="regression", reason="", p=p)


def _adjusted(cells: Sequence[Judged], max_regression: float) -> list[Judged]:
    """Correct for the number of comparisons; what was not suspected counts with p = 1."""
    measured = [cell for cell in cells if cell.p is not None]
    adjusted = iter(holm([cell.p for cell in measured if cell.p is not None]))
    return [
        _settle(replace(cell, p=next(adjusted)), max_regression) if cell.p is not None else cell
        for cell in cells
    ]


def _settle(cell: Judged, max_regression: float) -> Judged:
    if cell.outcome != "regression":
        return cell
    if cell.p is not None and cell.p <= ALPHA:
        return replace(cell, reason=f"slower by more than {100 * max_regression:g} %")
    return replace(cell, outcome="passed", reason="slower, but chance alone may explain it")


def _blind(cells: Sequence[Judged], max_regression: float) -> list[str]:
    """Say it where noise hides as much as is allowed: a pass means little there."""
    passed = [cell for cell in cells if cell.outcome == "passed"]
    hidden = [c for c in passed if not c.interval or c.interval.high > 1 + max_regression]
    if not hidden:
        return []
    note = (
        f"noise: in {len(hidden)} of {len(passed)} cells that passed, a slowdown of more than "
        f"{100 * max_regression:g} % is not ruled out, since the interval reaches beyond it: "
        "more rounds or a quieter machine would tell"
    )
    return [note]


def _rounds(number: int) -> str:
    return "1 round" if number == 1 else f"{number} rounds"
