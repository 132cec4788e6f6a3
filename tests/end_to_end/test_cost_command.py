"""`cost` as a user types it, with real runners."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import msgspec
import pytest

from pgbench_drivers.analysis.cost import driver_costs
from pgbench_drivers.results.cost import Cost
from tests.end_to_end.conftest import alive, bench, descendants, kill, start
from tests.end_to_end.test_audit import REGISTRY

DRIVERS = ("asyncpg", "psycopg2", "pgx")


def document(directory: Path) -> Cost:
    return msgspec.json.decode((directory / "cost.json").read_bytes(), type=Cost)


def test_it_measures_drivers_from_outside(tmp_path: Path) -> None:
    chosen = [argument for driver in DRIVERS for argument in ("-d", driver)]
    done = bench(
        "cost", *chosen, "--rounds", 1, "--warmup", 0.1, "--duration", 0.3, "-c", 4,
        "--server", "embedded", "-o", tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "| Driver | Start-up |" in done.stdout
    assert "What drivers cost beyond time" in (tmp_path / "cost.html").read_text("utf-8")
    cost = document(tmp_path)
    assert cost.complete
    assert [d.name for d in cost.drivers] == [*DRIVERS, "null-python", "null-go"]
    assert all(driver.version for driver in cost.drivers if not driver.synthetic)
    costs = {one.driver.name: one for one in driver_costs(cost)}
    for one in costs.values():
        assert one.start_up_us is not None
        assert one.own_start_up_us is not None
        assert one.connect_many_us is not None
        # A million rows of an integer and a short text.
        assert one.memory_bytes_per_row is not None
        assert 20 < one.memory_bytes_per_row.median < 2000
        assert [counted.query for counted in one.counts] == ["pg_type", "one_plus_one"]
        for counted in one.counts:
            assert counted.voluntary_per_query is not None
            assert counted.voluntary_per_query.median >= 0
    assert cost.untold == {}
    assert {(one.driver, one.query) for one in cost.allocations} == {
        (driver.name, query) for driver in cost.drivers for query in cost.options.counted
    }
    for name in ("asyncpg", "pgx"):
        allocated = costs[name].counts[0].allocations_per_row
        assert allocated is not None
        # A record and a string of each row at least, and not every value twice.
        assert 0.5 < allocated.median < 20
    assert "allocations/row" in done.stdout
    # A thread for each connection waits for each of its answers.
    blocking = costs["psycopg2"].counts[1].voluntary_per_query
    assert blocking is not None
    assert blocking.median > 0.2
    large = {o.driver: o.queries for o in cost.observations if o.query == "large_result"}
    assert large == dict.fromkeys(DRIVERS, 1)


def test_a_runtime_that_does_not_tell_allocations_is_named(tmp_path: Path) -> None:
    done = bench(
        "cost", "-d", "libpq", "-d", "pg", "--no-memory", "--rounds", 1, "--warmup", 0.1,
        "--duration", 0.2, "-q", "one_plus_one", "--server", "embedded", "-o", tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "- Allocations, C: nothing counts what malloc gives" in done.stdout
    assert "- Allocations, NodeJS: V8 tells how many bytes" in done.stdout
    assert {one.driver for one in document(tmp_path).allocations} == {"pg", "null-node"}


def test_a_driver_that_fails_is_shown_with_its_reason(tmp_path: Path) -> None:
    registry = tmp_path / "drivers.toml"
    registry.write_text(REGISTRY, encoding="utf-8")
    done = bench(
        "cost", "--registry", registry, "--no-memory", "--rounds", 2, "-q", "one_plus_one",
        "--server", "embedded", "-o", tmp_path / "out",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "unheard-of" in done.stdout
    failures = document(tmp_path / "out").failures
    # A cell that has failed is not run again.
    assert [failure.connections for failure in failures].count(1) == 1
    assert all("unheard-of" in failure.reason for failure in failures)


def test_ctrl_c_leaves_nothing_behind_and_keeps_what_was_measured(tmp_path: Path) -> None:
    process = start(
        "cost", "-d", "asyncpg", "--no-memory", "--rounds", 50, "--duration", 2,
        "--server", "embedded", "-o", tmp_path,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (tmp_path / "cost.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    family = descendants(process.pid)
    kill(process.pid, signal.SIGINT)
    _, log = process.communicate(timeout=60)
    assert process.returncode == 130, log
    assert "what was measured is in" in log
    assert alive(family) == []
    cost = document(tmp_path)
    assert not cost.complete
    assert cost.observations


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("-d", "nobody"), "no driver matches 'nobody'"),
        (("-d", "raw-drain"), "no driver is left"),
        (("-c", "1"), "x>=2"),
    ],
)
def test_a_wrong_usage_is_said(arguments: tuple[str, ...], complaint: str) -> None:
    done = bench("cost", *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
