"""Figures of cost, from observations with known ones."""

import pytest

from pgbench_drivers.analysis.cost import driver_costs, null_counts
from pgbench_drivers.results.cost import CostFailure
from tests.results.cost_making import make_allocations, make_cost, make_observation

MIB_IN_KIB = 1 << 10


def test_only_drivers_have_figures_and_a_language_s_null_row_is_no_driver() -> None:
    costs = driver_costs(make_cost([], drivers=("one", "two")))
    assert [cost.driver.name for cost in costs] == ["one", "two"]
    assert costs[0].start_up_us is None
    assert costs[0].memory_bytes is None


def test_start_up_is_less_that_of_the_null_row_in_the_same_round() -> None:
    (cost,) = driver_costs(
        make_cost(
            [
                make_observation("one", "probe", 1, 0, start_up_ns=30_000_000),
                make_observation("null-python", "probe", 1, 0, start_up_ns=20_000_000),
                # The machine has become slower for both.
                make_observation("one", "probe", 1, 1, start_up_ns=60_000_000),
                make_observation("null-python", "probe", 1, 1, start_up_ns=48_000_000),
                # A round of one side alone is none of the difference.
                make_observation("one", "probe", 1, 2, start_up_ns=900_000_000),
            ]
        )
    )
    assert cost.start_up_us is not None
    assert cost.start_up_us.median == pytest.approx(60_000)
    assert cost.own_start_up_us is not None
    assert cost.own_start_up_us.values == (10_000, 12_000)


def test_each_further_connection_is_a_share_of_the_difference() -> None:
    (cost,) = driver_costs(
        make_cost(
            [
                make_observation("one", "probe", 1, connect_ns=10_000_000),
                make_observation("one", "probe", 8, connect_ns=24_000_000),
            ]
        )
    )
    assert cost.connect_one_us is not None
    assert cost.connect_many_us is not None
    assert cost.per_connection_us is not None
    assert cost.connect_one_us.median == pytest.approx(10_000)
    assert cost.connect_many_us.median == pytest.approx(24_000)
    assert cost.per_connection_us.median == pytest.approx(2_000)


def test_memory_is_what_the_large_answer_adds() -> None:
    (cost,) = driver_costs(
        make_cost(
            [
                make_observation("one", "probe", 1, peak_kib=20 * MIB_IN_KIB),
                make_observation(
                    "one", "large", 1, peak_kib=120 * MIB_IN_KIB, queries=2, rows=2 << 20
                ),
            ]
        )
    )
    assert cost.memory_bytes is not None
    assert cost.memory_bytes_per_row is not None
    assert cost.memory_bytes.median == 100 << 20
    # The answer has 2^20 rows, however often it was fetched.
    assert cost.memory_bytes_per_row.median == 100


def test_counts_are_per_query_and_per_row() -> None:
    (cost,) = driver_costs(
        make_cost([make_observation("one", "many", 8, instructions=5_000_000, syscalls=400)])
    )
    probe, many = cost.counts
    assert probe.voluntary_per_query is None
    assert many.query == "many"
    assert many.voluntary_per_query is not None
    assert many.voluntary_per_query.median == 2
    assert many.involuntary_per_query is not None
    assert many.involuntary_per_query.median == 0.5
    assert many.syscalls_per_query is not None
    assert many.syscalls_per_query.median == 4
    assert many.instructions_per_row is not None
    assert many.instructions_per_row.median == 5_000
    assert many.cycles_per_row is None


def test_a_figure_that_one_round_lacks_is_none() -> None:
    (cost,) = driver_costs(
        make_cost(
            [
                make_observation("one", "many", 8, 0),
                make_observation("one", "many", 8, 1, voluntary_switches=None),
            ]
        )
    )
    assert cost.counts[1].voluntary_per_query is None
    assert cost.counts[1].involuntary_per_query is not None


def test_allocations_are_per_row_and_those_of_a_null_row_are_its_runner_s() -> None:
    document = make_cost(
        [],
        allocations=[
            make_allocations("one", "many", 0, count=3000, size=64_000),
            make_allocations("one", "many", 1, count=3010, size=64_100),
            make_allocations("one", "many", 2, count=9000, size=99_000),
            make_allocations("null-python", "probe", 0, count=400, size=8000),
        ],
    )
    (cost,) = driver_costs(document)
    probe, many = cost.counts
    assert probe.allocations_per_row is None
    assert many.allocations_per_row is not None
    assert many.allocations_per_row.median == 3.01
    assert many.allocated_bytes_per_row is not None
    assert many.allocated_bytes_per_row.median == 64.1
    (null,) = null_counts(document, document.drivers[-1])
    assert null.query == "probe"
    assert null.allocations_per_row is not None
    assert null.allocations_per_row.median == 0.4
    assert null.voluntary_per_query is None


def test_a_runtime_may_tell_bytes_alone() -> None:
    (cost,) = driver_costs(make_cost([], allocations=[make_allocations("one", "many", count=None)]))
    assert cost.counts[1].allocations_per_row is None
    assert cost.counts[1].allocated_bytes_per_row is not None


def test_failures_belong_to_their_driver() -> None:
    failure = CostFailure("two", "large", 1, "out of memory")
    one, two = driver_costs(make_cost([], drivers=("one", "two"), failures=[failure]))
    assert one.failures == ()
    assert two.failures == (failure,)
