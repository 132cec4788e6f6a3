"""`pgbench-drivers report` and `export`, as typed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from cutting import Cut

from pgbench_drivers.cli.export import export
from pgbench_drivers.cli.report import report


@pytest.fixture
def result(cut: Cut, tmp_path: Path) -> Path:
    """A result.json in a directory of its own."""
    path = tmp_path / "run" / "result.json"
    path.parent.mkdir()
    path.write_bytes(msgspec.json.encode(cut(["asyncpg", "pgx"], ["pg_type"])))
    return path


def test_report_writes_beside_the_result_and_names_every_file(result: Path) -> None:
    done = CliRunner().invoke(report, [str(result)], catch_exceptions=False)
    assert done.exit_code == 0
    named = [Path(line) for line in done.stdout.splitlines()]
    assert named[0] == result.parent / "report.html"
    assert all(path.stat().st_size for path in named)
    assert {p.suffix for p in named} == {".html", ".png", ".svg"}


def test_report_writes_where_it_is_told(result: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "new" / "place"
    CliRunner().invoke(report, [str(result), "-o", str(elsewhere)], catch_exceptions=False)
    assert (elsewhere / "report.html").exists()
    assert not (result.parent / "report.html").exists()


@pytest.mark.parametrize(("name", "start"), [("csv", "run_id,driver,"), ("markdown", "## pgx ")])
def test_export_writes_to_stdout_or_a_file(result: Path, name: str, start: str) -> None:
    typed = [str(result), "--format", name]
    printed = CliRunner().invoke(export, typed, catch_exceptions=False).stdout
    assert printed.startswith(start)
    path = result.parent / "out"
    CliRunner().invoke(export, [*typed, "-o", str(path)], catch_exceptions=False)
    assert path.read_text(encoding="utf-8") == printed
