"""The rates of a sweep follow from what each cell does in a closed loop."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pgbench_drivers.errors import UserError
from pgbench_drivers.execution import executor, sweep
from pgbench_drivers.execution.bench import Bench
from pgbench_drivers.execution.runner_process import RunnerCommand
from pgbench_drivers.plan.plan import CellKey, Step, Windows
from pgbench_drivers.results.journal import StepRecord
from pgbench_drivers.results.model import Cell, Failure
from tests.results.making import make_round

COMMAND = RunnerCommand((), Path(), {})


def bench(runners: dict[str, RunnerCommand], seconds: float = 2.0) -> Bench:
    return Bench(
        drivers={}, queries={}, job_queries={}, runners=runners, schema="s",
        connection=None, admin=None, windows=Windows(1, seconds), seed=1, timeout_seconds=1,
        client_cpus=None, server_cpu=lambda: None, arrivals="poisson",
    )  # fmt: skip


def empty(driver: str) -> Cell:
    return Cell(driver, "q", 8, "unfinished", "not yet", None, [], [])


def outcomes(monkeypatch, found: dict[str, float | Failure]) -> list[tuple[CellKey, Windows]]:
    """`measure` answers so many queries in a second, or fails; returns what was asked for."""
    asked = []

    def measure(bench: Bench, step: Step) -> StepRecord:
        asked.append((step.cell, bench.windows))
        outcome = found[step.cell.driver]
        cell = step.cell
        if isinstance(outcome, Failure):
            return StepRecord(cell.driver, cell.query, cell.concurrency, None, None, outcome)
        measured = make_round(0, queries=int(outcome))
        return StepRecord(cell.driver, cell.query, cell.concurrency, None, measured, None)

    monkeypatch.setattr(sweep, "measure", measure)
    return asked


def test_rates_are_shares_of_each_cell_s_own_throughput(monkeypatch) -> None:
    asked = outcomes(monkeypatch, {"fast": 12_345.0, "slow": 1_000.0})
    runners = {"fast": COMMAND, "slow": COMMAND}
    cells, said = sweep.with_rates(bench(runners), [empty("fast"), empty("slow")])
    assert asked == [(CellKey(name, "q", 8), sweep.WINDOWS) for name in ("fast", "slow")]
    rates = [(c.driver, c.per_second, c.share) for c in cells]
    assert rates[:6] == [
        ("fast", 1230.0, 0.10), ("fast", 3090.0, 0.25), ("fast", 6170.0, 0.50),
        ("fast", 9260.0, 0.75), ("fast", 11100.0, 0.90), ("fast", 12300.0, 1.00),
    ]  # fmt: skip
    assert [rate for driver, rate, _ in rates if driver == "slow"] == [
        100, 250, 500, 750, 900, 1000,
    ]  # fmt: skip
    assert {c.status for c in cells} == {"unfinished"}
    assert said == []


def test_a_share_that_leaves_a_window_almost_empty_is_left_out_and_said(monkeypatch) -> None:
    outcomes(monkeypatch, {"slow": 30.0, "idle": 3.0})
    runners = {"slow": COMMAND, "idle": COMMAND}
    cells, said = sweep.with_rates(bench(runners), [empty("slow"), empty("idle")])
    assert [c.per_second for c in cells] == [7.5, 15, 22.5, 27, 30, None]
    assert said[0].startswith("slow / q: 10% of its 30 queries/s are left out")
    assert (cells[-1].status, cells[-1].reason) == ("not-run", said[1])


def test_a_cell_that_fails_keeps_its_reason_and_gets_no_rate(monkeypatch) -> None:
    outcomes(
        monkeypatch,
        {"no-copy": Failure(0, "unsupported", "no COPY"), "bad": Failure(0, "crash", "boom")},
    )
    runners = {"no-copy": COMMAND, "bad": COMMAND}
    absent = msgspec.structs.replace(empty("absent"), status="not-run", reason="no compiler")
    cells, _ = sweep.with_rates(bench(runners), [empty("no-copy"), empty("bad"), absent])
    assert [(c.status, c.reason, c.per_second) for c in cells] == [
        ("unsupported", "no COPY", None),
        ("failed", "boom", None),
        ("not-run", "no compiler", None),
    ]


def test_a_lost_server_ends_the_sweep(monkeypatch) -> None:
    def lost(*_: object) -> StepRecord:
        raise executor.ServerLostError("gone")

    monkeypatch.setattr(sweep, "measure", lost)
    with pytest.raises(UserError, match="gone"):
        sweep.with_rates(bench({"a": COMMAND}), [empty("a")])
