"""The gate's verdicts, on runs whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from pgbench_drivers.analysis.comparison import IncomparableError
from pgbench_drivers.analysis.gating import Judgement, check_baseline, judge, suspects
from pgbench_drivers.analysis.summary import metric
from pgbench_drivers.results.model import Cell, Run
from tests.analysis.truth import costing_cell, samples
from tests.results.making import make_round, make_run, ok_cell, replace

CPU = [metric("client_cpu_us_per_query")]
STEADY = (10.0, 10.01, 9.99, 10.02, 9.98)
FIVE_PERCENT = 0.05


def costing(**drivers: Sequence[float]) -> Run:
    cells = [costing_cell(driver, "q", costs) for driver, costs in drivers.items()]
    return make_run(cells=cells, rounds=len(cells[0].rounds))


def times(factor: float) -> list[float]:
    return [factor * value * 1.0001 for value in STEADY]


def measured(baseline: Run, first: Run, again: Run | None = None) -> Judgement:
    return judge(baseline, first, again, CPU, FIVE_PERCENT, confirm=True)


def outcomes(judgement: Judgement) -> dict[str, str]:
    return {cell.driver: cell.outcome for cell in judgement.cells}


def test_nothing_slower_passes_and_nothing_is_suspected() -> None:
    baseline, first = costing(a=STEADY, b=STEADY), costing(a=times(1.03), b=times(0.5))
    assert suspects(baseline, first, CPU, FIVE_PERCENT) == ()
    judgement = measured(baseline, first)
    assert judgement.outcome == "passed"
    assert outcomes(judgement) == {"a": "passed", "b": "passed"}
    assert judgement.cells[0].slowdown == pytest.approx(1.03, rel=1e-3)


def test_only_what_looks_slower_is_suspected() -> None:
    baseline, first = costing(a=STEADY, b=STEADY), costing(a=times(1.1), b=times(1.0))
    assert suspects(baseline, first, CPU, FIVE_PERCENT) == (("a", "q", 8),)


def test_a_slowdown_that_shows_twice_is_a_regression() -> None:
    baseline, first = costing(a=STEADY, b=STEADY), costing(a=times(1.1), b=times(1.0))
    judgement = measured(baseline, first, costing(a=times(1.12)))
    assert judgement.outcome == "regression"
    slow, even = judgement.cells
    assert (slow.outcome, slow.measured_again) == ("regression", True)
    # One of the 3003 orders of five and ten; one suspect.
    assert slow.p == pytest.approx(2 / 3003)
    assert (even.outcome, even.measured_again) == ("passed", False)


def test_a_slowdown_that_does_not_show_again_passes() -> None:
    baseline, first = costing(a=STEADY), costing(a=times(1.2))
    judgement = measured(baseline, first, costing(a=times(1.0)))
    assert judgement.outcome == "passed"
    assert "not confirmed" in judgement.cells[0].reason


def test_a_suspect_that_was_not_measured_again_is_unknown() -> None:
    baseline, first = costing(a=STEADY, b=STEADY), costing(a=times(1.2), b=times(1.2))
    judgement = measured(baseline, first, costing(a=times(1.0)))
    assert outcomes(judgement) == {"a": "passed", "b": "unmeasured"}
    assert judgement.outcome == "unmeasured"


def test_a_slowdown_that_chance_explains_passes_and_says_so() -> None:
    baseline = costing(a=(8.0, 9.0, 10.0, 11.0, 12.0))
    slower = costing(a=(9.0, 10.0, 10.9, 12.0, 12.5))
    judgement = measured(baseline, slower, slower)
    assert judgement.outcome == "passed"
    assert judgement.cells[0].reason == "slower, but chance alone may explain it"


def test_a_pass_that_noise_could_hide_a_regression_in_says_so() -> None:
    noisy = (8.0, 9.0, 10.0, 11.0, 12.0)
    judgement = measured(costing(a=noisy, b=STEADY), costing(a=noisy, b=STEADY))
    assert judgement.outcome == "passed"
    (note,) = [note for note in judgement.notes if note.startswith("noise: ")]
    assert "in 1 of 2 cells that passed, a slowdown of more than 5 % is not ruled out" in note


def test_a_cell_that_failed_is_unknown_and_never_a_pass() -> None:
    baseline = costing(a=STEADY, b=STEADY)
    failed = Cell("b", "q", 8, "failed", "boom", None, [], [])
    first = make_run(cells=[costing_cell("a", "q", STEADY), failed], rounds=5)
    judgement = measured(baseline, first)
    assert judgement.outcome == "unmeasured"
    assert judgement.cells[1].reason == "failed: boom"


def test_a_cell_that_the_new_run_lacks_is_unknown() -> None:
    judgement = measured(costing(a=STEADY, b=STEADY), costing(a=STEADY))
    assert outcomes(judgement) == {"a": "passed", "b": "unmeasured"}


def test_a_regression_weighs_more_than_what_is_unknown() -> None:
    baseline, first = costing(a=STEADY, b=STEADY), costing(a=times(1.5))
    assert measured(baseline, first, first).outcome == "regression"


def test_nothing_measured_is_never_a_pass() -> None:
    assert Judgement(FIVE_PERCENT, (), ()).outcome == "unmeasured"


def test_a_file_is_judged_by_its_own_rounds_alone() -> None:
    baseline, new = costing(a=STEADY), costing(a=times(1.1))
    judgement = judge(baseline, new, None, CPU, FIVE_PERCENT, confirm=False)
    assert judgement.outcome == "regression"
    assert judgement.cells[0].p == pytest.approx(1 / 252)


def test_too_few_rounds_to_be_sure_are_unknown_not_a_pass() -> None:
    baseline, new = costing(a=STEADY[:2]), costing(a=(20.0, 21.0))
    judgement = judge(baseline, new, None, CPU, FIVE_PERCENT, confirm=False)
    assert judgement.outcome == "unmeasured"
    assert "2 rounds against 2 cannot show a regression" in judgement.cells[0].reason


def test_less_throughput_is_a_slowdown() -> None:
    def run(rows: int) -> Run:
        rounds = [make_round(i, rows=rows + i) for i in range(5)]
        return make_run(cells=[ok_cell("a", "q", rounds)], rounds=5)

    wanted = [metric("rows_per_second")]
    judgement = judge(run(2000), run(1000), None, wanted, FIVE_PERCENT, confirm=False)
    assert judgement.outcome == "regression"
    assert judgement.cells[0].slowdown == pytest.approx(2.0, rel=1e-2)


def test_what_the_baseline_could_not_measure_is_not_asked_for() -> None:
    cells = [costing_cell("a", "q", STEADY), Cell("b", "q", 8, "failed", "boom", None, [], [])]
    assert outcomes(measured(make_run(cells=cells, rounds=5), costing(a=STEADY))) == {"a": "passed"}


def test_a_baseline_without_the_figure_is_unknown_and_never_a_pass() -> None:
    judgement = measured(costing(a=STEADY, z=[0.0] * 5), costing(a=STEADY, z=STEADY))
    assert outcomes(judgement) == {"a": "passed", "z": "unmeasured"}
    assert "the baseline has no client_cpu_us_per_query" in judgement.cells[1].reason


def test_a_changed_query_is_refused() -> None:
    baseline = costing(a=STEADY)
    changed = replace(baseline, queries=[replace(baseline.queries[0], sql="SELECT 2")])
    with pytest.raises(IncomparableError, match="q is another query in the two runs"):
        measured(baseline, changed)


@pytest.mark.parametrize(("rounds", "cells"), [(1, 1), (2, 1), (3, 7)])
def test_a_baseline_that_can_never_show_a_regression_is_refused(rounds: int, cells: int) -> None:
    with pytest.raises(IncomparableError, match="measure one with --rounds"):
        check_baseline(costing(a=STEADY[:rounds]), cells)


def test_a_baseline_of_five_rounds_is_enough_for_many_cells() -> None:
    check_baseline(costing(a=STEADY), 100)


CELLS, ROUNDS = 7, 5
SIMULATED = 150


@pytest.mark.parametrize(("slowdown", "least", "most"), [(1.0, 0.0, 0.05), (1.1, 0.95, 1.0)])
def test_equal_drivers_pass_and_ten_percent_more_cpu_is_caught(
    slowdown: float, least: float, most: float
) -> None:
    """Seven cells of five rounds with 3 % of noise; one cell's driver may have become slower."""
    noise = iter(samples(3 * CELLS * SIMULATED, ROUNDS, level=10))

    def run() -> Run:
        return make_run(
            cells=[costing_cell("d", f"q{i}", next(noise)) for i in range(CELLS)], rounds=ROUNDS
        )

    def slowed(run: Run) -> Run:
        first, *others = run.cells
        costs = [r.client_cpu_user_us / r.queries * slowdown for r in first.rounds]
        return replace(run, cells=[costing_cell("d", "q0", costs), *others])

    alarms = [
        measured(run(), slowed(run()), slowed(run())).outcome == "regression"
        for _ in range(SIMULATED)
    ]
    assert least <= np.mean(alarms) <= most
