"""`pgbench-drivers gate` measures by itself, with runners whose figures are known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pgbench_drivers.results import storage
from pgbench_drivers.results.model import Run
from tests.end_to_end.conftest import TIMEOUT_SECONDS

DRIVER = """
[drivers.{name}]
title = "{name}"
language = "faulty"
environment = "{behaviour}"
adapter = "fake"
client = "async"
notes = ""
"""


def registry(folder: Path, **behaviours: str) -> Path:
    """A registry of drivers that are the canned runner in one of its behaviours."""
    drivers = [DRIVER.format(name=n, behaviour=b) for n, b in behaviours.items()]
    path = folder / "drivers.toml"
    path.write_text('[languages.faulty]\ntitle = "Faulty"\n' + "".join(drivers), encoding="utf-8")
    return path


def bench(*arguments: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "tests.end_to_end.faulty", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of two drivers that always cost the same."""
    folder = tmp_path_factory.mktemp("baseline")
    done = bench(
        "run", "--registry", registry(folder, even="good", other="good"), "-q", "one_plus_one",
        "--warmup", "0", "--duration", "0.5", "--rounds", "5", "--server", "embedded",
        "-o", folder / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "run" / "result.json"


def gate(baseline: Path, folder: Path, **behaviours: str) -> subprocess.CompletedProcess:
    return bench(
        "gate", "--baseline", baseline, "--registry", registry(folder, **behaviours),
        "-o", folder / "gate",
    )  # fmt: skip


def halved(run: Run, driver: str) -> Run:
    """The run as though the driver had cost half as much client CPU."""
    cells = [
        msgspec.structs.replace(
            cell,
            rounds=[
                msgspec.structs.replace(
                    r,
                    client_cpu_user_us=r.client_cpu_user_us // 2,
                    client_cpu_system_us=r.client_cpu_system_us // 2,
                )
                for r in cell.rounds
            ],
        )
        if cell.driver == driver
        else cell
        for cell in run.cells
    ]
    return msgspec.structs.replace(run, cells=cells)


def test_what_is_as_it_was_passes_and_is_measured_once(baseline: Path, tmp_path: Path) -> None:
    done = gate(baseline, tmp_path, even="good", other="good", unknown="good")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Passed: none of 2 cells")
    measured = storage.read(tmp_path / "gate" / "result.json")
    assert [(c.driver, len(c.rounds)) for c in measured.cells] == [("even", 5), ("other", 5)]
    assert not (tmp_path / "gate" / "again").exists()


def test_only_what_looks_slower_is_measured_again_and_fails(baseline: Path, tmp_path: Path) -> None:
    faster = tmp_path / "faster.json"
    storage.write(halved(storage.read(baseline), "even"), faster)
    done = gate(faster, tmp_path, even="good", other="good")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("Regression: 1 cell became slower by more than 5 %")
    again = storage.read(tmp_path / "gate" / "again" / "result.json")
    assert [(c.driver, len(c.rounds)) for c in again.cells] == [("even", 5)]
    assert again.complete


def test_a_driver_that_fails_is_not_measured_and_never_passes(
    baseline: Path, tmp_path: Path
) -> None:
    done = gate(baseline, tmp_path, even="good", other="crash")
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("Not measured: nothing is known of 1 cell")
    assert "Traceback: something broke" in done.stdout


def test_a_gate_that_cannot_run_at_all_says_why(baseline: Path, tmp_path: Path) -> None:
    done = gate(baseline, tmp_path, even="missing", other="missing")
    assert done.returncode == 3, done.stderr
    assert "no driver can run here: this toolchain is never there" in done.stdout


def test_a_driver_that_is_gone_is_a_usage_error_that_tells_the_way_out(
    baseline: Path, tmp_path: Path
) -> None:
    done = gate(baseline, tmp_path, even="good")
    assert done.returncode == 2
    assert "leave it out with --drivers '!other'" in done.stderr


def test_a_baseline_of_one_round_is_refused_before_anything_is_measured(
    baseline: Path, tmp_path: Path
) -> None:
    run = storage.read(baseline)
    short = msgspec.structs.replace(run, options=msgspec.structs.replace(run.options, rounds=1))
    storage.write(short, tmp_path / "short.json")
    done = gate(tmp_path / "short.json", tmp_path, even="good", other="good")
    assert done.returncode == 2
    assert "a baseline of 1 round cannot show a regression over 2 comparisons" in done.stderr
    assert not (tmp_path / "gate").exists()
