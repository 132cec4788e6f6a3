"""An open loop's figures, which rate was held, and who refuses to rank by them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from pgbench_drivers.analysis import gating
from pgbench_drivers.analysis.comparable import IncomparableError
from pgbench_drivers.analysis.comparison import compare
from pgbench_drivers.analysis.load import LoadCell, highest_held, load_cells, load_figures
from pgbench_drivers.analysis.summary import METRICS, rank
from pgbench_drivers.analysis.warmup import trends
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results.model import Cell, Run
from tests.results.making import make_open_run, make_run, ok_cell, open_cell


def line(*cells: Cell) -> tuple[LoadCell, ...]:
    return load_cells(make_open_run(cells=list(cells)))["a", "q", 8]


def test_figures_are_of_all_rounds_together() -> None:
    figures = load_figures(open_cell("a", "q", 500, missed=20, rounds=3))
    assert figures is not None
    assert (figures.scheduled, figures.missed, figures.late, figures.queries) == (
        3000, 60, 60, 2940,
    )  # fmt: skip
    assert figures.missed_share == pytest.approx(0.02)
    assert figures.max_lateness_us == 2000
    assert figures.latency.percentiles_us["50"] == pytest.approx(500, rel=1e-3)
    assert figures.latency.percentiles_us["99"] == pytest.approx(5000, rel=1e-3)


@pytest.mark.parametrize(
    ("missed", "held"), [(0, True), (1, True), (5, True), (6, False), (100, False)]
)
def test_a_rate_is_held_that_missed_no_more_than_the_last_moment_of_each_round(
    missed: int, held: bool
) -> None:
    figures = load_figures(open_cell("a", "q", 500, missed=missed))
    assert figures is not None
    assert figures.held is held


def test_lines_are_ordered_by_rate() -> None:
    cells = line(open_cell("a", "q", 900), open_cell("a", "q", 100))
    assert [one.per_second for one in cells] == [100, 900]


def test_the_highest_rate_held_is_the_last_before_one_that_was_not() -> None:
    cells = line(
        open_cell("a", "q", 100, latency_us=50),
        open_cell("a", "q", 200, latency_us=150),
        open_cell("a", "q", 300, latency_us=150, missed=50),
        open_cell("a", "q", 400, latency_us=150),
    )

    def rate(limit_us: float) -> float | None:
        found = highest_held(cells, limit_us)
        return found and found.per_second

    # p99 is ten times the latency of most: 0.5 ms, then 1.5 ms.
    assert [rate(limit) for limit in (400, 1000, 10_000)] == [None, 100, 200]


def test_a_failed_cell_ends_what_is_held() -> None:
    failed = msgspec.structs.replace(
        open_cell("a", "q", 200), status="failed", reason="crash", rounds=[]
    )
    cells = line(open_cell("a", "q", 100), failed, open_cell("a", "q", 300))
    assert [one.figures is None for one in cells] == [False, True, False]
    best = highest_held(cells, 1e6)
    assert best is not None
    assert best.per_second == 100


OPEN = make_open_run(cells=[open_cell("a", "q", 100), open_cell("a", "q", 200)])
CLOSED = make_run(cells=[ok_cell("a", "q", OPEN.cells[0].rounds)], rounds=2)


@pytest.mark.parametrize(
    "use",
    [
        lambda run: compare(run, CLOSED, METRICS),
        lambda run: compare(CLOSED, run, METRICS),
        lambda run: gating.check_baseline(run, 1),
        lambda run: gating.suspects(CLOSED, run, METRICS, 0.05),
        lambda run: gating.judge(run, CLOSED, None, METRICS, 0.05, confirm=True),
        lambda run: rank(run, "rows_per_second", ["q"], 8),
        Analysed.of,
    ],
)
def test_nothing_is_ranked_or_compared_by_what_an_open_loop_prescribes(
    use: Callable[[Run], object],
) -> None:
    with pytest.raises(IncomparableError, match="is an open loop: its throughput is the rate"):
        use(OPEN)


def test_an_open_loop_s_tenths_follow_its_schedule_and_are_not_judged() -> None:
    assert trends(OPEN) == {}
