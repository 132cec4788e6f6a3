"""A run in which things go wrong: the others go on, nothing measured is lost."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pgbench_drivers.results import journal as journals
from pgbench_drivers.results import storage
from pgbench_drivers.results.model import Cell, Run
from tests.end_to_end.conftest import (
    TIMEOUT_SECONDS,
    alive,
    bench,
    interrupt_impatiently,
    started_run,
)

HERE = Path(__file__).parent
RANDOM_ANSWER = """
title = "random"
description = "Another answer every time."
stresses = "verification"
kind = "fetch"
sql = "SELECT (random() * 1e15)::int8 AS n"
columns = [{ name = "n", type = "int8" }]
"""


@pytest.fixture(scope="module")
def faulty_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, Run, Path]:
    """Exit code, log, document and directory of a run in which all but asyncpg go wrong."""
    directory = tmp_path_factory.mktemp("faulty") / "run"
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.end_to_end.faulty", "run", "--server", "embedded",
            "--registry", HERE / "faulty.toml", "-q", "one_plus_one", "--timeout", "2",
            "--warmup", "0.1", "--duration", "0.4", "--rounds", "2", "-o", directory,
        ],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stderr, storage.read(directory / "result.json"), directory


def cell(run: Run, driver: str) -> Cell:
    (found,) = [cell for cell in run.cells if cell.driver == driver]
    return found


def test_the_exit_code_says_that_something_failed(faulty_run) -> None:
    code, log, run, _ = faulty_run
    assert code == 1, log
    assert run.complete
    assert "Traceback" not in log.replace("Traceback: something broke", "")


def test_the_others_go_on(faulty_run) -> None:
    _, _, run, _ = faulty_run
    assert cell(run, "asyncpg").status == "ok"
    assert cell(run, "asyncpg").reason is None
    assert len(cell(run, "asyncpg").rounds) == 2


@pytest.mark.parametrize(
    ("driver", "status", "kind", "reason"),
    [
        ("hangs-connecting", "failed", "timeout", "hung while connecting"),
        ("hangs-in-window", "failed", "timeout", "hung in the measure window: no answer for 2 s"),
        ("crashes", "failed", "crash", "exit code 1"),
        ("lies", "failed", "wrong-answer", "accepted a first answer that is not the right one"),
        ("talks", "failed", "contract", "wrote what is no event of the contract: hello, I am"),
        ("declines", "unsupported", "unsupported", "the fake says unsupported"),
    ],
)
def test_every_fault_is_a_cell_with_its_reason(
    faulty_run, driver: str, status: str, kind: str, reason: str
) -> None:
    _, log, run, directory = faulty_run
    failed = cell(run, driver)
    assert (failed.status, failed.rounds) == (status, [])
    # A cell that has failed is not run again in the second round.
    assert [failure.kind for failure in failed.failures] == [kind]
    assert reason in (failed.reason or "")
    assert f"{status}: {driver} × one_plus_one: " in log
    assert reason in (directory / "report.html").read_text(encoding="utf-8")


def test_a_driver_that_cannot_be_installed_is_not_run_with_the_reason(faulty_run) -> None:
    _, log, run, _ = faulty_run
    assert cell(run, "missing").status == "not-run"
    assert cell(run, "missing").reason == "this toolchain is never there; nothing helps"
    assert "cannot be run: this toolchain is never there" in log


def test_an_answer_that_is_not_the_right_one_has_no_figure(tmp_path: Path) -> None:
    (tmp_path / "10-random.toml").write_text(RANDOM_ANSWER, encoding="utf-8")
    done = bench(
        "run", "--quick", "-d", "asyncpg", "-d", "pgx", "-d", "pg", "--server", "embedded",
        "--queries-dir", tmp_path, "-o", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    run = storage.read(tmp_path / "run" / "result.json")
    assert [found.status for found in run.cells] == ["failed"] * 3
    assert {found.failures[0].kind for found in run.cells} == {"wrong-answer"}


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    process, processes = started_run(directory)
    journal = directory / journals.JOURNAL_NAME
    # Room for some more bytes, but not for another step.
    size = journal.stat().st_size + 100
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, size))
    _, log = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 2, log
    assert f"{journal}: cannot be written: File too large; what was measured before is kept" in log
    assert "Traceback" not in log
    assert not alive(processes)
    assert len(journals.read(journal)[1]) == 1


def test_further_interrupts_do_not_disturb_the_clean_up(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    process, processes = started_run(directory)
    interrupt_impatiently(process)
    _, log = process.communicate(timeout=60)
    # The last interrupts may come while Python itself is ending.
    assert process.returncode in (130, -signal.SIGINT), log
    assert not alive(processes)
    assert len(storage.read(directory / "result.json").cells[0].rounds) == 1
