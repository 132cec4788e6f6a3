"""A run holds its rows to the usage that they declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgbench_drivers.results import storage
from tests.end_to_end.conftest import bench

ROW = """
[drivers.{name}]
title = "{name}"
language = "python"
adapter = "asyncpg"
client = "async"
notes = ""
usage = "pgbouncer-safe"
options = {options}
"""
REGISTRY = (
    '[languages.python]\ntitle = "Python"\n'
    + ROW.format(name="promising", options="{}")
    + ROW.format(name="keeping", options="{ statement_cache_size = 0 }")
)


@pytest.mark.parametrize("audit", [(), ("--no-audit",)])
def test_a_row_that_breaks_its_promise_has_no_figures(
    tmp_path: Path, audit: tuple[str, ...]
) -> None:
    registry = tmp_path / "drivers.toml"
    registry.write_text(REGISTRY, encoding="utf-8")
    done = bench(
        "run", "--registry", registry, "-q", "one_plus_one", "--server", "embedded", *audit,
        "--aa", "promising", "--warmup", "0", "--duration", "0.4", "--rounds", 2,
        "-o", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "failed: promising × one_plus_one: declared pgbouncer-safe, but" in done.stderr
    run = storage.read(tmp_path / "run" / "result.json")
    cells = {cell.driver: cell for cell in run.cells}
    for name in ("promising", "promising@aa"):
        assert cells[name].status == "failed"
        assert cells[name].rounds == []
        assert cells[name].failures[0].kind == "usage"
    assert cells["keeping"].status == "ok"
    assert len(cells["keeping"].rounds) == 2
    assert {driver.usage for driver in run.drivers} == {"pgbouncer-safe"}


def test_an_audit_says_that_a_promise_is_broken(tmp_path: Path) -> None:
    registry = tmp_path / "drivers.toml"
    registry.write_text(REGISTRY, encoding="utf-8")
    done = bench("audit", "--registry", registry, "-q", "one_plus_one", "--server", "embedded")
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("BREACH: declared pgbouncer-safe") == 1


def test_rows_that_are_no_default_are_listed_and_left_out() -> None:
    listed = bench("list", "drivers").stdout.splitlines()
    (row,) = [line for line in listed if line.startswith("- asyncpg-pgbouncer ")]
    assert "[pgbouncer-safe]" in row
    plan = bench("run", "--dry-run", "-q", "one_plus_one", "--rounds", 1).stdout
    assert "asyncpg / one_plus_one" in plan
    assert "pgbouncer" not in plan
    named = bench("run", "--dry-run", "-q", "one_plus_one", "-d", "*-pgbouncer").stdout
    assert "asyncpg-pgbouncer / one_plus_one" in named
    assert "asyncpg / one_plus_one" not in named
