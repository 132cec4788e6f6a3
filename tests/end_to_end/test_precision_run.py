"""`--precision` measures until the headline is known well enough, or time is up."""

from __future__ import annotations

from pathlib import Path

from pgbench_drivers.results import storage
from tests.end_to_end.conftest import bench

SHORT = ["-d", "asyncpg", "-q", "one_plus_one", "--warmup", "0", "--duration", "0.2",
         "--rounds", "2", "--server", "embedded"]  # fmt: skip


def test_a_goal_that_is_easy_is_reached(tmp_path: Path) -> None:
    done = bench("run", *SHORT, "--precision", "900%", "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "every headline interval is within ±" in done.stderr
    run = storage.read(tmp_path / "run" / "result.json")
    assert run.options.precision == 9
    assert len(run.cells[0].rounds) >= 2


def test_a_goal_out_of_reach_ends_with_the_time(tmp_path: Path) -> None:
    done = bench(
        "run", *SHORT, "--precision", "0.0001%", "--max-time", "12s", "-o", tmp_path / "run"
    )
    assert done.returncode == 0, done.stderr
    assert "one round more: asyncpg is known to ±" in done.stderr
    assert "--max-time is up" in done.stderr
    rounds = storage.read(tmp_path / "run" / "result.json").cells[0].rounds
    assert len(rounds) > 2
    assert [r.index for r in rounds] == list(range(len(rounds)))
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert f"2 to {len(rounds)} rounds of 0.1 s" in page
