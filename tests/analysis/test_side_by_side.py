"""Two versions of a driver in one run: what is held against what, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pgbench_drivers.analysis.gating import IncomparableError, Judgement, check_rounds, judge
from pgbench_drivers.analysis.side_by_side import described, not_compared, split
from pgbench_drivers.analysis.summary import metric
from pgbench_drivers.results.model import Cell, Run
from tests.analysis.truth import costing_cell
from tests.results.making import make_run, replace

CPU = [metric("client_cpu_us_per_query")]
BASES = {"a": "a@1"}
STEADY = (10.0, 10.01, 9.99, 10.02, 9.98)


def run(new: Sequence[float] | Cell, base: Sequence[float] | Cell) -> Run:
    cells = [
        costs if isinstance(costs, Cell) else costing_cell(name, "q", costs)
        for name, costs in (("a", new), ("a@1", base))
    ]
    return make_run(cells=cells, rounds=5)


def judged(first: Run, again: Run | None = None) -> Judgement:
    base, new = split(first, BASES)
    base_again, new_again = split(again, BASES) if again else (None, None)
    return judge(
        base, new, new_again, CPU, 0.05, confirm=True, baseline_again=base_again, together=True
    )


def times(factor: float) -> list[float]:
    return [factor * cost * 1.0001 for cost in STEADY]


def without_figures(driver: str, status: str) -> Cell:
    return Cell(driver, "q", 8, status, "boom", None, [], [])  # type: ignore[arg-type]


def test_the_base_gets_the_drivers_name_and_nothing_else() -> None:
    base, new = split(run(times(2.0), STEADY), BASES)
    assert [[d.name for d in part.drivers] for part in (base, new)] == [["a"], ["a"]]
    assert [[c.driver for c in part.cells] for part in (base, new)] == [["a"], ["a"]]
    assert base.cells[0].rounds[0].client_cpu_user_us < new.cells[0].rounds[0].client_cpu_user_us


def test_what_did_not_change_passes_without_any_note() -> None:
    judgement = judged(run(times(1.0), STEADY))
    assert (judgement.outcome, judgement.notes) == ("passed", ())


def test_a_slowdown_that_shows_twice_is_a_regression() -> None:
    judgement = judged(run(times(1.1), STEADY), run(times(1.1), STEADY))
    assert judgement.outcome == "regression"
    assert judgement.cells[0].slowdown == pytest.approx(1.1, rel=1e-2)


def test_the_machine_may_become_slower_before_the_second_measurement() -> None:
    slower_machine = run(times(1.3), times(1.3))
    judgement = judged(run(times(1.2), STEADY), slower_machine)
    assert judgement.outcome == "passed"
    assert "not confirmed" in judgement.cells[0].reason


def test_and_a_regression_shows_on_the_slower_machine_too() -> None:
    judgement = judged(run(times(1.2), STEADY), run(times(1.25), times(1.03)))
    assert judgement.outcome == "regression"


@pytest.mark.parametrize("status", ["failed", "not-run", "unfinished"])
def test_a_base_without_figures_leaves_the_cell_unknown(status: str) -> None:
    judgement = judged(run(STEADY, without_figures("a@1", status)))
    assert judgement.outcome == "unmeasured"
    assert judgement.cells[0].reason == f"the base {status}: boom"


def test_a_base_that_fails_when_measured_again_leaves_the_cell_unknown() -> None:
    again = run(times(1.2), without_figures("a@1", "failed"))
    assert judged(run(times(1.2), STEADY), again).outcome == "unmeasured"


def test_what_the_base_does_not_support_is_told_and_not_compared() -> None:
    first = run(STEADY, without_figures("a@1", "unsupported"))
    base, _ = split(first, BASES)
    assert judged(first).cells == ()
    assert judged(first).outcome == "unmeasured"
    assert not_compared(base) == ["a / q / 8 is not compared: the base does not support it: boom"]


def test_the_versions_that_ran_are_told() -> None:
    measured = run(STEADY, STEADY)
    new, base = measured.drivers
    drivers = [replace(new, version="2.0"), replace(base, version="1.0", notes="here with a 1")]  # type: ignore[arg-type]
    told = described(replace(measured, drivers=drivers), BASES)
    assert told == ["a 2.0 is held against a@1 1.0, in turns on this machine (here with a 1)"]


def test_rounds_that_can_never_show_a_regression_are_refused() -> None:
    check_rounds(5, 100)
    with pytest.raises(IncomparableError, match=r"1 round a side .*: --rounds 3 can"):
        check_rounds(1, 1)
