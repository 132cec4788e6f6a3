"""`pgbench-drivers run` from the outside: a whole run, interruptions, faults, resuming."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from pgbench_drivers.results import journal as journals
from pgbench_drivers.results import storage
from tests.end_to_end.conftest import alive, bench, descendants, kill, start, started_run

SHORT = ["--warmup", "0.2", "--duration", "0.6", "--server", "embedded"]
GONE_WITHIN_SECONDS = 10


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One driver of each language on two queries, two rounds; its directory."""
    directory = tmp_path_factory.mktemp("run") / "small"
    done = bench(
        "run", "-d", "asyncpg", "-d", "pg", "-d", "pgx", "-q", "one_plus_one", "-q", "batch",
        "--rounds", "2", *SHORT, "-o", directory,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["step"] * 12
    assert all(line["queries_per_second"] > 0 for line in lines)
    return directory


def test_a_run_leaves_result_report_and_figures(small_run: Path) -> None:
    run = storage.read(small_run / "result.json")
    assert run.complete
    assert [cell.status for cell in run.cells] == ["ok"] * 6
    assert all(len(cell.rounds) == 2 for cell in run.cells)
    assert {d.name: d.version for d in run.drivers}.keys() == {"asyncpg", "pg", "pgx"}
    assert all(driver.version and driver.runtime for driver in run.drivers)
    assert run.server.backend == "embedded"
    assert run.server.version.startswith("18")
    assert all(r.server_cpu_us for cell in run.cells for r in cell.rounds)
    assert "asyncpg" in (small_run / "report.html").read_text(encoding="utf-8")
    assert list((small_run / "figures").glob("*.png"))
    assert list((small_run / "figures").glob("*.svg"))


def test_what_each_driver_sends_is_part_of_a_run(small_run: Path) -> None:
    run = storage.read(small_run / "result.json")
    assert {(a.driver, a.query) for a in run.audits} == {(c.driver, c.query) for c in run.cells}
    assert [a.failure for a in run.audits] == [None] * 6
    page = (small_run / "report.html").read_text(encoding="utf-8")
    assert "What each driver sends" in page
    assert "Prepares a named statement once per connection" in page


def test_rounds_are_interleaved(small_run: Path) -> None:
    run = storage.read(small_run / "result.json")
    first = {r.position for cell in run.cells for r in cell.rounds if r.index == 0}
    second = {r.position for cell in run.cells for r in cell.rounds if r.index == 1}
    assert max(first) < min(second)


@pytest.mark.parametrize("name", ["csv", "markdown"])
def test_a_result_can_be_exported(small_run: Path, name: str) -> None:
    done = bench("export", small_run / "result.json", "--format", name)
    assert done.returncode == 0, done.stderr
    assert all(driver in done.stdout for driver in ("asyncpg", "pg", "pgx"))


def test_a_report_can_be_rendered_again_elsewhere(small_run: Path, tmp_path: Path) -> None:
    done = bench("report", small_run / "result.json", "-o", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again" / "report.html").exists()


def test_a_directory_with_a_run_is_not_overwritten(small_run: Path) -> None:
    before = (small_run / "result.json").read_bytes()
    done = bench("run", "-d", "asyncpg", "-q", "one_plus_one", *SHORT, "-o", small_run)
    assert done.returncode == 2
    assert "--resume" in done.stderr
    assert (small_run / "result.json").read_bytes() == before


def test_resuming_a_complete_run_measures_nothing_anew(small_run: Path) -> None:
    before = storage.read(small_run / "result.json")
    done = bench("run", "--resume", small_run)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert storage.read(small_run / "result.json").cells == before.cells


def test_a_resumed_run_keeps_its_own_options(small_run: Path) -> None:
    done = bench("run", "--resume", small_run, "--rounds", "7")
    assert done.returncode == 2
    assert "--resume continues a run with its own options: leave out --rounds" in done.stderr


def test_a_directory_without_a_run_cannot_be_resumed(tmp_path: Path) -> None:
    done = bench("run", "--resume", tmp_path)
    assert done.returncode == 2
    assert "journal.jsonl: cannot be read: No such file or directory" in done.stderr


def test_dry_run_prints_the_plan_and_starts_nothing(tmp_path: Path) -> None:
    done = bench("run", "--dry-run", "-d", "pgx", "-q", "bytea", "-o", tmp_path / "x")
    assert done.returncode == 0
    assert done.stdout.count("pgx / bytea / 8") == 5
    assert "about" in done.stdout
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "-d", "nobody"], "no driver matches 'nobody'"),
        (["run", "--rounds", "0"], "--rounds"),
        (["run", "--concurrency", "8,x"], "expected numbers separated by commas"),
        (["run", "--rate", "fast"], "expected rates separated by commas, or sweep, got 'fast'"),
        (["run", "--rate", "0"], "--rate"),
        (["run", "--arrivals", "constant"], "--arrivals is of an open loop: give it a --rate"),
        (["run", "--rate", "sweep", "--aa", "pgx"], "--aa is about throughput"),
        (["run", "--frobnicate"], "No such option"),
        (["run", "--server", "postgresql://127.0.0.1:9/x", "-d", "null-python"], "127.0.0.1"),
        (["report", "nowhere.json"], "nowhere.json"),
        (["run", "--config", "nowhere.toml"], "nowhere.toml: cannot be read"),
    ],
)
def test_a_usage_error_is_one_sentence(arguments: list[str], said: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def assert_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + GONE_WITHIN_SECONDS
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(pids)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_cleans_up_reports_and_resumes(
    tmp_path: Path, number: signal.Signals
) -> None:
    directory = tmp_path / "run"
    process, processes = started_run(directory)
    kill(process.pid, number)
    _, log = process.communicate(timeout=60)
    assert process.returncode == 130, log
    assert f"--resume {directory}" in log
    assert_gone(processes)
    run = storage.read(directory / "result.json")
    assert not run.complete
    assert len(run.cells[0].rounds) == 1
    assert "interrupted after 1 of 20 rounds" in (directory / "report.html").read_text("utf-8")


def test_a_killed_orchestrator_leaves_nothing_running_and_loses_nothing(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    process, processes = started_run(directory, steps=2)
    kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert_gone(processes)
    _, records = journals.read(directory / journals.JOURNAL_NAME)
    assert len(records) == 2


def test_a_killed_run_is_resumed_to_its_end(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    process = start(
        "run", "-d", "asyncpg", "-q", "one_plus_one", "--warmup", "0", "--duration", "8",
        "--rounds", "4", "--server", "embedded", "-o", directory,
    )  # fmt: skip
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    done = bench("run", "--resume", directory)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3
    run = storage.read(directory / "result.json")
    assert run.complete
    assert [r.index for r in run.cells[0].rounds] == [0, 1, 2, 3]
    kept = run.cells[0].rounds[0]
    assert round(kept.queries / kept.elapsed_ns * 1e9, 1) == first["queries_per_second"]


def test_a_killed_server_ends_the_run_with_its_reason_and_keeps_what_was_measured(
    tmp_path: Path,
) -> None:
    directory = tmp_path / "run"
    process, processes = started_run(directory)
    postmasters = [pid for pid in processes if _command(pid).endswith("postgres")]
    kill(postmasters[0], signal.SIGKILL)
    _, log = process.communicate(timeout=120)
    assert process.returncode == 2, log
    assert "the server failed while asyncpg / one_plus_one / 8 was measured" in log
    assert "Traceback" not in log
    assert_gone(processes)
    assert len(storage.read(directory / "result.json").cells[0].rounds) == 1


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    except OSError:
        return ""


def test_a_killed_runner_is_a_failed_cell_and_the_others_go_on(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    process = start(
        "run", "-d", "asyncpg", "-d", "pgx", "-q", "one_plus_one", "--warmup", "0",
        "--duration", "6", "--rounds", "2", "--no-audit", "--server", "embedded", "-o", directory,
    )  # fmt: skip
    runner = _wait_for_runner(process.pid)
    kill(runner, signal.SIGKILL)
    _, log = process.communicate(timeout=120)
    assert process.returncode == 1, log
    run = storage.read(directory / "result.json")
    assert run.complete
    by_status = {cell.status: cell for cell in run.cells}
    assert set(by_status) == {"failed", "ok"}
    assert "signal SIGKILL" in (by_status["failed"].reason or "")
    assert len(by_status["ok"].rounds) == 2


def _wait_for_runner(pid: int) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in descendants(pid):
            command = _command(child)
            if "/drivers/" in command or command.endswith("/node"):
                time.sleep(1)
                return child
        time.sleep(0.05)
    raise AssertionError("no runner was started")
