"""`gate --against` and `--base-ref`: two versions in one plan, with real processes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pgbench_drivers.results import storage
from tests.end_to_end import test_gate_run
from tests.end_to_end.conftest import bench
from tests.end_to_end.test_gate_run import registry

SHORT = (
    "-q", "one_plus_one", "--warmup", "0", "--duration", "0.5", "--rounds", "5",
    "--server", "embedded",
)  # fmt: skip


def against(folder: Path, version: str, **behaviours: str) -> subprocess.CompletedProcess:
    """The gate on runners that behave as their version says."""
    return test_gate_run.bench(
        "gate", "--against", f"fake=={version}", "--registry", registry(folder, **behaviours),
        "-d", "*", *SHORT, "-o", folder / "gate", "--junit", folder / "gate.xml",
    )  # fmt: skip


def test_two_releases_of_a_driver_are_measured_in_turns(tmp_path: Path) -> None:
    # Nobody's new release is ten times slower, so that the verdict is known.
    done = bench(
        "gate", "--against", "asyncpg==0.30.0", *SHORT, "--max-regression", "900%",
        "-o", tmp_path / "gate",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Passed: none of 1 cell")
    assert "asyncpg@0.30.0 0.30.0, in turns on this machine" in done.stdout
    run = storage.read(tmp_path / "gate" / "result.json")
    assert [(d.name, d.version == "0.30.0") for d in run.drivers] == [
        ("asyncpg", False), ("asyncpg@0.30.0", True),
    ]  # fmt: skip
    rounds = sorted((r.index, r.position) for c in run.cells for r in c.rounds)
    assert rounds == [(position // 2, position) for position in range(10)]


def test_what_costs_more_than_its_base_fails_after_both_are_measured_again(tmp_path: Path) -> None:
    done = against(tmp_path, "good", slower="costly", even="good")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("Regression: 1 cell became slower by more than 5 %")
    again = storage.read(tmp_path / "gate" / "again" / "result.json")
    assert [(c.driver, len(c.rounds)) for c in again.cells] == [("slower", 5), ("slower@good", 5)]


def test_what_costs_less_passes_and_is_measured_once(tmp_path: Path) -> None:
    done = against(tmp_path, "costly", faster="good")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "gate" / "again").exists()


@pytest.mark.parametrize(("version", "now"), [("crash", "good"), ("good", "crash")])
def test_a_side_that_fails_leaves_nothing_known(tmp_path: Path, version: str, now: str) -> None:
    done = against(tmp_path, version, driver=now)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("Not measured: nothing is known of 1 cell")
    assert "Traceback: something broke" in done.stdout


def test_a_base_that_cannot_be_installed_leaves_nothing_known(tmp_path: Path) -> None:
    done = against(tmp_path, "missing", driver="good")
    assert done.returncode == 3, done.stderr
    assert "this toolchain is never there" in done.stdout
