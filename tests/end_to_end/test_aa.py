"""`run --aa`: a driver stands twice in the plan, and once in what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results import storage
from tests.end_to_end.conftest import bench

SHORT = ["--warmup", "0", "--duration", "0.2", "--rounds", "2", "--server", "embedded"]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("aa") / "run"
    one = ["-d", "asyncpg", "-q", "one_plus_one"]
    done = bench("run", *one, "--aa", "asyncpg", *SHORT, "-o", path)
    assert done.returncode == 0, done.stderr
    assert "~ differs by less than asyncpg does from itself (A/A): " in done.stderr
    return path


def test_the_twin_is_measured_and_shows_the_noise_floor(directory: Path) -> None:
    run = storage.read(directory / "result.json")
    assert [(d.name, d.twin_of) for d in run.drivers] == [
        ("asyncpg", None), ("asyncpg@aa", "asyncpg"),
    ]  # fmt: skip
    assert [(c.driver, c.status, len(c.rounds)) for c in run.cells] == [
        ("asyncpg", "ok", 2), ("asyncpg@aa", "ok", 2),
    ]  # fmt: skip
    assert run.options.aa == "asyncpg"
    floor = Analysed.of(run).noise_floor
    assert floor is not None
    assert (floor.factor("rows_per_second", ["one_plus_one"], 8) or 0) > 1


def test_it_is_resumed_with_its_twin(directory: Path) -> None:
    before = storage.read(directory / "result.json")
    done = bench("run", "--resume", directory)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert storage.read(directory / "result.json").cells == before.cells


def test_a_driver_that_does_not_run_cannot_be_measured_twice(tmp_path: Path) -> None:
    done = bench("run", "-d", "asyncpg", "--aa", "pgx", *SHORT, "-o", tmp_path / "run")
    assert done.returncode == 2
    assert "--aa pgx: is none of the drivers of this run: asyncpg" in done.stderr
