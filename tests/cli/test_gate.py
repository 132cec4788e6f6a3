"""`pgbench-drivers gate --new`, as typed: exit codes, and what it leaves for others to read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from pgbench_drivers.cli.gate import gate
from pgbench_drivers.errors import UserError
from pgbench_drivers.results import storage
from pgbench_drivers.results.model import Cell
from tests.analysis.truth import costing_cell
from tests.results.making import make_run

STEADY = (10.0, 10.01, 9.99, 10.02, 9.98)
FAILED = Cell("b", "q", 8, "failed", "50% of it\nis \x00 gone", None, [], [])


@pytest.fixture(autouse=True)
def _not_on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def judged(tmp_path: Path):
    """The outcome of the gate for what driver a costs now, beside a steady or failed b."""

    def judge(costs: Sequence[float], *arguments: str, b: Cell | None = None) -> Result:
        steady = [costing_cell(name, "q", STEADY) for name in ("a", "b")]
        new = [costing_cell("a", "q", costs), b or steady[1]]
        for name, cells in (("base", steady), ("new", new)):
            storage.write(make_run(cells=cells, rounds=5), tmp_path / name)
        files = ["--baseline", str(tmp_path / "base"), "--new", str(tmp_path / "new")]
        # Commands return their exit code; the entry point ends the process with it.
        return CliRunner().invoke(
            gate, [*files, *arguments], standalone_mode=False, catch_exceptions=False
        )

    return judge


def slowed(factor: float) -> list[float]:
    return [factor * 1.0001 * cost for cost in STEADY]


@pytest.mark.parametrize(
    ("factor", "b", "code", "said"),
    [
        (1.0, None, 0, "Passed: none of 2 cells became slower by more than 5 %"),
        (1.04, None, 0, "Passed"),
        (1.1, None, 1, "Regression: 1 cell became slower by more than 5 %"),
        (1.0, FAILED, 3, "Not measured: nothing is known of 1 cell"),
        (1.1, FAILED, 1, "Regression: 1 cell"),
    ],
)
def test_the_exit_code_tells_the_verdict(
    judged, factor: float, b: Cell | None, code: int, said: str
) -> None:
    done = judged(slowed(factor), b=b)
    assert done.return_value == code
    assert done.stdout.startswith(said)


def test_the_threshold_can_be_chosen(judged) -> None:
    assert judged(slowed(1.1), "--max-regression", "15%").return_value == 0
    assert judged(slowed(1.04), "--max-regression", "3%").return_value == 1


def test_a_part_of_the_baseline_can_be_judged(judged) -> None:
    assert judged(slowed(1.1), "-d", "b").return_value == 0
    with pytest.raises(UserError, match="no driver of the baseline matches 'x'"):
        judged(slowed(1.1), "-d", "x")


def test_junit_has_a_suite_per_driver_and_a_test_per_cell(judged, tmp_path: Path) -> None:
    path = tmp_path / "gate.xml"
    judged(slowed(1.1), "--junit", str(path), b=FAILED)
    suites = ET.parse(path).getroot()
    assert [(s.get("name"), s.get("failures"), s.get("errors")) for s in suites] == [
        ("a", "1", "0"),
        ("b", "0", "1"),
    ]
    failure, error = suites.find(".//failure"), suites.find(".//error")
    assert failure is not None
    assert "a × q, 8 connections: Client CPU per query: cost +10.0 %" in failure.get("message", "")
    assert error is not None
    assert "is \N{REPLACEMENT CHARACTER} gone" in error.get("message", "")


def test_the_summary_shows_what_did_not_pass_and_folds_the_rest(judged, tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    judged(slowed(1.1), "--summary", str(path))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("## Regression: 1 cell became slower by more than 5 %")
    loud, quiet = text.split("<details>")
    assert "| SLOWER | a | q | 8 |" in loud
    assert "<summary>1 cell passed</summary>" in quiet
    assert "| ok | b | q | 8 |" in quiet


def test_github_gets_annotations_and_a_summary(
    judged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    done = judged(slowed(1.1), b=FAILED)
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert commands[0].startswith("::error title=Slower::a × q, 8 connections: ")
    assert "+10.0 %25" in commands[0]
    assert commands[1].startswith("::error title=Not measured::b × q")
    assert "50%25 of it%0Ais" in commands[1]
    assert page.read_text(encoding="utf-8").startswith("before\n## Regression")


def test_a_pass_has_no_annotations(judged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::" not in judged(STEADY).stdout


def test_a_baseline_without_measured_cells_is_an_error(tmp_path: Path) -> None:
    storage.write(make_run(cells=[FAILED], rounds=5), tmp_path / "base")
    with pytest.raises(UserError, match="holds no measured cell of a driver"):
        CliRunner().invoke(
            gate, ["--baseline", str(tmp_path / "base")], standalone_mode=False,
            catch_exceptions=False,
        )  # fmt: skip
