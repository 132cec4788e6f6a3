"""A/A: what one driver differs from itself, and what that says of others."""

import math

import msgspec
import pytest

from pgbench_drivers.analysis.noise_floor import noise_floor
from pgbench_drivers.analysis.summary import rank, summarise_run
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results.model import Run
from tests.analysis.truth import costing_cell
from tests.results.making import make_run, replace

CPU = "client_cpu_us_per_query"
EVEN = (10.0, 10.1, 9.9)


def run(**drivers: tuple[float, ...]) -> Run:
    """Drivers with what their rounds cost on two queries; `aa` is the twin of `a`."""
    cells = [costing_cell(name, q, costs) for name, costs in drivers.items() for q in ("q", "r")]
    made = make_run(cells=cells, rounds=3)
    twins = [msgspec.structs.replace(d, twin_of="a") if d.name == "aa" else d for d in made.drivers]
    return replace(made, drivers=twins)


def times(factor: float) -> tuple[float, ...]:
    return tuple(factor * cost for cost in EVEN)


def test_a_run_without_a_twin_has_no_noise_floor() -> None:
    plain = run(a=EVEN, b=EVEN)
    assert noise_floor(plain, summarise_run(plain)) is None


def test_one_round_each_shows_their_ratio() -> None:
    found = Analysed.of(run(a=(10.0,), aa=(11.0,))).noise_floor
    assert found is not None
    assert found.driver == "a"
    assert found.factor(CPU, ["q"], 8) == pytest.approx(1.1, rel=1e-3)


def test_several_rounds_show_how_far_apart_chance_may_take_them() -> None:
    found = Analysed.of(run(a=EVEN, aa=times(1.01))).noise_floor
    assert found is not None
    factor = found.factor(CPU, ["q"], 8)
    # ±2.78 (Student's t, four degrees of freedom) standard errors of 0.0082 around 1 %.
    assert factor == pytest.approx(math.exp(math.log(1.01) + 2.776 * 0.00817), rel=1e-3)


def test_the_noise_of_several_queries_averages_out() -> None:
    found = Analysed.of(run(a=EVEN, aa=times(1.01))).noise_floor
    assert found is not None
    one, both = (found.factor(CPU, queries, 8) for queries in (["q"], ["q", "r"]))
    assert one is not None
    assert both == pytest.approx(math.exp(math.log(one) / math.sqrt(2)))


def test_where_the_twin_lacks_a_figure_there_is_no_floor() -> None:
    found = Analysed.of(run(a=EVEN, aa=EVEN)).noise_floor
    assert found is not None
    assert found.factor(CPU, ["q", "absent"], 8) is None
    assert found.factor(CPU, [], 8) is None


def test_the_twin_is_neither_ranked_nor_shown() -> None:
    twice = run(a=EVEN, aa=EVEN, b=times(2))
    assert [r.driver for r in rank(twice, CPU, ["q", "r"], 8).ranked] == ["a", "b"]
    analysed = Analysed.of(twice)
    assert [driver.name for driver in analysed.run.drivers] == ["a", "b"]
    assert analysed.measured == twice


def test_drivers_that_cannot_be_told_apart_share_a_rank() -> None:
    # b is within the noise; the rounds do not separate c from a, nor f from e.
    analysed = Analysed.of(
        run(
            a=EVEN, aa=times(1.02), b=times(1.021), c=(9.9, 10.6, 10.9), d=times(1.2),
            e=times(1.4), f=(13.4, 14.5, 15.2),
        )
    )  # fmt: skip
    places = analysed.standings(CPU, ["q", "r"], 8).ranked
    assert [(p.driver, p.rank, p.mark) for p in places] == [
        ("a", 1, ""), ("b", 1, "~"), ("c", 1, "≈"), ("d", 4, ""), ("e", 5, ""), ("f", 5, "≈"),
    ]  # fmt: skip
