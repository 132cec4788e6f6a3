"""Two runs against each other: verdicts, and what must not be compared."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from pgbench_drivers.analysis.comparison import (
    Comparison,
    IncomparableError,
    compare,
    rounds_needed,
)
from pgbench_drivers.analysis.summary import metric
from pgbench_drivers.results.model import Cell, Run
from tests.analysis.truth import costing_cell, samples
from tests.results.making import make_query, make_round, make_run, ok_cell, replace

CPU = metric("client_cpu_us_per_query")
STEADY = (10.0, 10.01, 9.99, 10.02, 9.98, 10.005)


def costing(**drivers: Sequence[float]) -> Run:
    """A run of drivers whose rounds cost so many µs on the one query."""
    return run_of([costing_cell(driver, "q", costs) for driver, costs in drivers.items()])


def run_of(cells: list[Cell], run_id: str = "a") -> Run:
    return replace(make_run(cells=cells, rounds=max(len(c.rounds) for c in cells)), run_id=run_id)


def times(factor: float, values: Sequence[float] = STEADY) -> list[float]:
    """The values, all of them so many times as large; no two runs agree to the digit."""
    return [factor * value * 1.0001 for value in values]


def verdicts(comparison: Comparison) -> dict[str, str]:
    return {cell.driver: cell.verdict for cell in comparison.cells}


def test_verdicts_of_a_change_that_is_plain() -> None:
    base = costing(worse=STEADY, better=STEADY, even=STEADY)
    new = costing(worse=times(1.1), better=times(0.9), even=times(1.0))
    comparison = compare(base, new, [CPU])
    assert verdicts(comparison) == {"worse": "slower", "better": "faster", "even": "same"}
    worse = comparison.cells[0]
    assert worse.ratio == pytest.approx(1.1, rel=1e-3)
    assert worse.interval is not None
    assert worse.interval.low < 1.1 < worse.interval.high
    # 2 of the 924 orders of six and six are as far apart; three comparisons.
    assert worse.p == pytest.approx(3 * 2 / 924)


def test_more_is_better_for_throughput() -> None:
    base = run_of([ok_cell("d", "q", [make_round(i, rows=1000 + i) for i in range(5)])])
    new = run_of([ok_cell("d", "q", [make_round(i, rows=2000 + i) for i in range(5)])])
    (cell,) = compare(base, new, [metric("rows_per_second")]).cells
    assert (cell.verdict, round(cell.ratio, 2)) == ("faster", 2.0)


def test_a_sure_difference_that_does_not_matter_is_none() -> None:
    base, new = costing(d=STEADY), costing(d=times(1.01))
    assert verdicts(compare(base, new, [CPU], same_within=0.02)) == {"d": "same"}
    assert verdicts(compare(base, new, [CPU], same_within=0.005)) == {"d": "slower"}


def test_noise_leaves_it_undecided() -> None:
    base, new = (costing(d=list(samples(1, 5, level=10, seed=seed)[0])) for seed in (1, 2))
    assert verdicts(compare(base, new, [CPU], same_within=0.001)) == {"d": "undecided"}


def test_three_rounds_decide_nothing_and_a_note_says_how_many_do() -> None:
    base, new = costing(d=STEADY[:3]), costing(d=times(3, STEADY[:3]))
    comparison = compare(base, new, [CPU])
    assert verdicts(comparison) == {"d": "undecided"}
    assert comparison.cells[0].interval is not None
    assert comparison.cells[0].interval.confidence == pytest.approx(0.9)
    (note,) = [note for note in comparison.notes if "cannot show a difference" in note]
    assert note.startswith("3 rounds against 3")
    assert "--rounds 4 in both" in note


def test_one_round_is_compared_without_an_interval() -> None:
    (cell,) = compare(costing(d=[10.0]), costing(d=[12.0]), [CPU]).cells
    assert (cell.ratio, cell.interval, cell.p) == (pytest.approx(1.2), None, 1.0)
    assert cell.verdict == "undecided"


@pytest.mark.parametrize(
    ("comparisons", "sides", "rounds"), [(1, 2, 4), (6, 2, 5), (7, 2, 6), (100, 2, 8), (7, 1, 5)]
)
def test_how_many_rounds_it_takes(comparisons: int, sides: int, rounds: int) -> None:
    assert rounds_needed(comparisons, sides) == rounds


def test_geometric_means_are_of_each_driver_over_its_queries() -> None:
    base = run_of([costing_cell("d", name, STEADY) for name in ("q", "r")])
    new = run_of([costing_cell("d", "q", times(1.21)), costing_cell("d", "r", times(1.0))])
    (mean,) = compare(base, new, [CPU]).means
    assert mean.queries == ("q", "r")
    assert mean.ratio == pytest.approx(1.1, rel=1e-3)
    assert mean.verdict == "slower"


def test_several_metrics_are_compared_side_by_side() -> None:
    found = compare(costing(d=STEADY), costing(d=STEADY), [CPU, metric("latency_mean_us")])
    assert [cell.metric.key for cell in found.cells] == [
        "client_cpu_us_per_query", "latency_mean_us",
    ]  # fmt: skip


def test_null_drivers_are_not_compared() -> None:
    cells = [costing_cell(name, "q", STEADY) for name in ("null", "d")]
    run = make_run(cells=cells, rounds=6, synthetic=frozenset({"null"}))
    assert verdicts(compare(run, run, [CPU])) == {"d": "same"}


def test_what_only_one_run_measured_is_left_out_with_the_reason() -> None:
    failed = Cell("broken", "q", 8, "failed", "boom", None, [], [])
    base = run_of([costing_cell(name, "q", STEADY) for name in ("d", "gone", "broken")])
    new = run_of([costing_cell(name, "q", STEADY) for name in ("d", "added")] + [failed])
    comparison = compare(base, new, [CPU])
    assert verdicts(comparison) == {"d": "same"}
    assert {(cell.driver, cell.reason) for cell in comparison.left_out} == {
        ("gone", "only in the base run"),
        ("added", "only in the new run"),
        ("broken", "failed in the new run: boom"),
    }


def test_a_figure_of_zero_is_left_out_with_the_reason() -> None:
    base, new = costing(d=STEADY, z=[0.0] * 6), costing(d=STEADY, z=STEADY)
    comparison = compare(base, new, [CPU])
    assert verdicts(comparison) == {"d": "same"}
    (left_out,) = comparison.left_out
    assert (left_out.driver, left_out.reason) == (
        "z", "client_cpu_us_per_query is missing or zero in a round",
    )  # fmt: skip


def test_another_query_under_the_same_name_is_not_compared() -> None:
    base = run_of([costing_cell("d", name, STEADY) for name in ("q", "r")])
    changed = msgspec.structs.replace(make_query("q"), sql="SELECT 2")
    comparison = compare(base, replace(base, queries=[changed, make_query("r")]), [CPU])
    assert [cell.query for cell in comparison.cells] == ["r"]
    assert "its SQL is another" in comparison.left_out[0].reason


def test_runs_with_nothing_in_common_are_refused_with_the_reasons() -> None:
    run = costing(d=STEADY)
    grown = replace(run, queries=[msgspec.structs.replace(make_query("q"), rows=11)])
    with pytest.raises(IncomparableError, match=r"q: is another query .* another shape \(10 rows"):
        compare(run, grown, [CPU])
    with pytest.raises(IncomparableError, match="only in the base run; e: only in the new"):
        compare(run, run_of([costing_cell("d", "e", STEADY)]), [CPU])


def test_two_machines_are_compared_only_when_that_is_asked_for() -> None:
    run = costing(d=STEADY)
    other = replace(run, environment=msgspec.structs.replace(run.environment, cpu_model="Z80"))
    with pytest.raises(IncomparableError, match=r"another CPU .CPU, now Z80.*--any-machine"):
        compare(run, other, [CPU])
    notes = compare(run, other, [CPU], any_machine=True).notes
    assert any("the ratios compare machines as well" in note for note in notes)


def test_what_else_differs_is_noted() -> None:
    run = costing(d=STEADY)
    unix = msgspec.structs.replace(run.options, transport="unix", measure_seconds=60)
    notes = compare(run, replace(run, run_id="b", options=unix), [CPU]).notes
    assert "transport differs: tcp, now unix" in notes
    assert any(note.startswith("seconds measured per round differs: 1.67") for note in notes)
    assert compare(run, run, [CPU]).notes == ("both files hold the same run",)
