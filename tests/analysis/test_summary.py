"""Figures and rankings, against values worked out by hand."""

import pytest

from pgbench_drivers.analysis.summary import Spread, headline_queries, rank, summarise
from pgbench_drivers.results.model import Cell
from tests.results.making import make_query, make_round, make_run, ok_cell


def test_spread_quotes_the_median_and_the_range() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0, (3.0, 1.0, 2.0))


def test_figures_of_a_cell() -> None:
    rounds = [
        make_round(0, queries=4, rows=40, cpu_us=400, latencies_ns=[1_000_000] * 4),
        make_round(1, queries=2, rows=20, cpu_us=400, latencies_ns=[4_000_000] * 2),
    ]
    figures = summarise(ok_cell("a", "q", rounds)).figures
    assert figures is not None
    assert figures.queries_per_second == Spread(3.0, 2.0, 4.0, (4.0, 2.0))
    assert figures.rows_per_second.median == 30.0
    assert figures.client_cpu_us_per_query.values == (100.0, 200.0)
    assert figures.client_cpu_us_per_row is not None
    assert figures.client_cpu_us_per_row.values == (10.0, 20.0)
    assert figures.server_cpu_us_per_query is not None
    assert figures.server_cpu_us_per_query.values == (200.0, 400.0)
    latency = figures.latency
    # Six queries: four of 1 ms, two of 4 ms.
    assert (latency.min_us, latency.mean_us, latency.max_us) == (1000.0, 2000.0, 4000.0)
    assert latency.stddev_us == pytest.approx(2**0.5 * 1000)
    assert latency.percentiles_us["50"] == pytest.approx(1000, rel=1e-3)
    assert latency.percentiles_us["75"] == pytest.approx(4000, rel=1e-3)


def test_server_cpu_is_unknown_when_a_round_lacks_it() -> None:
    rounds = [make_round(0), make_round(1, server_cpu_us=None)]
    figures = summarise(ok_cell("a", "q", rounds)).figures
    assert figures is not None
    assert figures.server_cpu_us_per_query is None


def test_a_failed_cell_has_no_figures_even_with_a_measured_round() -> None:
    cell = Cell("a", "q", 8, "failed", "boom", None, [make_round(0)], [])
    assert summarise(cell).figures is None


def test_ranking_is_by_geometric_mean_over_the_same_cells() -> None:
    run = make_run(
        cells=[
            ok_cell("slow", "q", [make_round(0, rows=10)]),
            ok_cell("slow", "r", [make_round(0, rows=40)]),
            ok_cell("fast", "q", [make_round(0, rows=40)]),
            ok_cell("fast", "r", [make_round(0, rows=40)]),
            ok_cell("broken", "q", [make_round(0, rows=1000)]),
            Cell("broken", "r", 8, "failed", "boom", None, [], []),
            ok_cell("null", "q", [make_round(0)]),
            ok_cell("null", "r", [make_round(0)]),
        ],
        rounds=1,
        synthetic=frozenset({"null"}),
    )
    ranking = rank(run, "rows_per_second", ["q", "r"], 8)
    assert [(r.driver, r.rank) for r in ranking.ranked] == [("fast", 1), ("slow", 2)]
    assert [r.value for r in ranking.ranked] == pytest.approx([40.0, 20.0])
    assert [r.ratio_to_best for r in ranking.ranked] == pytest.approx([1.0, 0.5])
    assert ranking.unranked == (("broken", "r: boom"),)


def test_lower_is_better_for_latency() -> None:
    run = make_run(
        cells=[
            ok_cell("a", "q", [make_round(0, latencies_ns=[2_000_000])]),
            ok_cell("b", "q", [make_round(0, latencies_ns=[1_000_000])]),
        ],
        rounds=1,
    )
    assert [r.driver for r in rank(run, "latency_mean_us", ["q"], 8).ranked] == ["b", "a"]


def test_a_level_that_was_not_measured_ranks_nobody() -> None:
    run = make_run(cells=[ok_cell("a", "q", [make_round(0)])], rounds=1)
    ranking = rank(run, "rows_per_second", ["q"], 99)
    assert ranking.ranked == ()
    assert ranking.unranked == (("a", "q: not in this run"),)


def test_without_a_headline_mark_all_queries_count() -> None:
    assert headline_queries([make_query("a"), make_query("b")]) == ("a", "b")
    assert headline_queries([make_query("a"), make_query("b", headline=True)]) == ("b",)
