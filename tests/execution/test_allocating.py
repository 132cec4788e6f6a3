"""Counting a runner's allocations, with a runner of canned events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pgbench_drivers.execution import allocating
from pgbench_drivers.execution.allocating import Counting, count_allocations, prepare_counting
from pgbench_drivers.execution.cell import run_step
from pgbench_drivers.plan.plan import Windows
from pgbench_drivers.toolchains import ToolchainError
from tests.execution.test_cell import context

WINDOWS = Windows(0.01, 0.01)
COUNTING = Counting(frozenset(), {}, {})


def test_what_the_measured_window_allocated_is_kept_with_its_rows() -> None:
    record, counted = count_allocations(context("good"), WINDOWS, COUNTING)
    assert record.failure is None
    assert counted is not None
    assert (counted.driver, counted.query, counted.connections) == ("fake", "one_plus_one", 2)
    assert (counted.round, counted.position) == (3, 17)
    assert (counted.queries, counted.rows) == (10, 10)
    assert (counted.count, counted.bytes) == (300, 20_000)


def test_a_runner_that_tells_nothing_is_no_failure() -> None:
    record, counted = count_allocations(context("tells-nothing"), WINDOWS, COUNTING)
    assert record.failure is None
    assert counted is None


def test_a_runner_that_counts_unasked_has_no_figure() -> None:
    failure = run_step(context("counts-unasked")).failure
    assert failure is not None
    assert failure.kind == "contract"
    assert "counted allocations" in failure.reason


def test_a_step_that_is_timed_is_not_counted() -> None:
    assert not context("good").count_allocations


def test_the_runner_finds_what_it_counts_with() -> None:
    # The fake takes its behaviour from the environment, as Python's runner its library.
    counting = replace(COUNTING, environment={"FAKE_RUNNER": "good"})
    _, counted = count_allocations(context("tells-nothing"), WINDOWS, counting)
    assert counted is not None


def test_languages_that_do_not_tell_have_their_reason() -> None:
    counting = prepare_counting(["c", "go", "node"], print)
    assert counting.silent == {"c"}
    assert set(counting.untold) == {"c", "node"}
    assert counting.environment == {}


def test_without_a_compiler_python_has_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: object) -> None:
        raise ToolchainError("there is no C compiler")

    monkeypatch.setattr(allocating, "build_allocations_library", missing)
    counting = prepare_counting(["python"], print)
    assert counting.silent == {"python"}
    assert counting.untold == {"python": "there is no C compiler"}
