"""`run --rate` from the outside: a known truth, a sweep, resuming, and what refuses it."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from pgbench_drivers.analysis.load import load_cells
from pgbench_drivers.results import journal as journals
from pgbench_drivers.results import storage
from tests.end_to_end.conftest import bench, kill, start

REGISTRY = Path(__file__).with_name("drivers.toml")
SHORT = ["--server", "embedded", "--warmup", "0.2", "-q", "one_plus_one"]


@pytest.fixture(scope="module")
def delayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4 connections, 60 ms a query on average: 66.7 queries/s are all that they can answer."""
    directory = tmp_path_factory.mktemp("open") / "run"
    done = bench(
        "run", "--registry", REGISTRY, "-d", "delay-python", "-c", "4", "--rate", "20,200",
        "--arrivals", "constant", "--duration", "4", "--rounds", "2", *SHORT, "-o", directory,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(line["per_second"] for line in lines) == [20, 20, 200, 200]
    return directory


def test_a_document_says_that_it_is_of_an_open_loop(delayed: Path) -> None:
    run = storage.read(delayed / "result.json")
    assert run.is_open_loop
    assert (run.options.arrivals, run.options.rate) == ("constant", [20.0, 200.0])
    assert [(cell.per_second, cell.status) for cell in run.cells] == [(20, "ok"), (200, "ok")]
    for cell in run.cells:
        for measured in cell.rounds:
            assert measured.arrivals is not None
            assert measured.arrivals.scheduled == 2 * cell.per_second
            assert measured.tenths is not None
            assert sum(measured.tenths) == measured.queries


def test_latency_is_the_delay_below_capacity_and_grows_with_the_queue_above(delayed: Path) -> None:
    light, heavy = load_cells(storage.read(delayed / "result.json"))[
        "delay-python", "one_plus_one", 4
    ]
    assert light.figures is not None
    assert heavy.figures is not None
    assert light.figures.latency.min_us >= 50_000
    assert heavy.figures.latency.percentiles_us["50"] > 300_000
    # Of 200 a second no more than 66.7 are answered, and the last that were started.
    assert not heavy.figures.held
    assert heavy.figures.missed > heavy.figures.scheduled / 2
    assert heavy.figures.late > heavy.figures.queries / 2


def test_the_report_says_so_and_nothing_else_takes_the_document(delayed: Path) -> None:
    page = (delayed / "report.html").read_text(encoding="utf-8")
    assert "Latency against load" in page
    assert "not held:" in page
    assert (delayed / "figures" / "latency-by-load.svg").exists()
    result = delayed / "result.json"
    for arguments in (["compare", result, result], ["gate", "--baseline", result]):
        done = bench(*arguments)
        assert done.returncode == 2
        assert "is an open loop: its throughput is the rate that was asked for" in done.stderr
    assert bench("export", "--format", "csv", result).returncode == 0


def test_a_run_is_seeded(tmp_path: Path) -> None:
    scheduled = []
    for number, seed in enumerate(("5", "5", "6")):
        directory = tmp_path / str(number)
        done = bench(
            "run", "-d", "null-python", "--rate", "500", "--duration", "1", "--rounds", "2",
            "--seed", seed, *SHORT, "-o", directory,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        (cell,) = storage.read(directory / "result.json").cells
        scheduled.append([r.arrivals and r.arrivals.scheduled for r in cell.rounds])
    assert scheduled[0] == scheduled[1] != scheduled[2]
    assert scheduled[0][0] != scheduled[0][1]


def test_a_sweep_takes_shares_of_what_each_driver_does(tmp_path: Path) -> None:
    done = bench(
        "run", "--registry", REGISTRY, "-d", "delay-python", "-c", "4", "--rate", "sweep",
        "--duration", "2", "--rounds", "1", *SHORT, "-o", tmp_path / "run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    run = storage.read(tmp_path / "run" / "result.json")
    assert [cell.share for cell in run.cells] == [0.1, 0.25, 0.5, 0.75, 0.9, 1.0]
    throughput = run.cells[-1].per_second
    assert throughput is not None
    # Four connections, and no query takes less than 50 ms.
    assert 20 < throughput <= 80
    assert [cell.status for cell in run.cells] == ["ok"] * 6


def test_an_interrupted_sweep_is_resumed_at_its_own_rates(tmp_path: Path) -> None:
    process = start(
        "run", "--registry", REGISTRY, "-d", "delay-python", "-c", "4", "--rate", "sweep",
        "--duration", "4", "--rounds", "2", *SHORT, "-o", tmp_path / "run",
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline(), process.stderr and process.stderr.read()
    kill(process.pid, signal.SIGINT)
    process.wait(60)
    header, records = journals.read(tmp_path / "run" / "journal.jsonl")
    assert len(records) < 12
    done = bench("run", "--registry", REGISTRY, "--resume", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 12 - len(records)
    run = storage.read(tmp_path / "run" / "result.json")
    assert run.complete
    assert [(c.per_second, c.share) for c in run.cells] == [
        (c.per_second, c.share) for c in header.cells
    ]
    refused = bench("run", "--resume", tmp_path / "run", "--rate", "100")
    assert "--resume continues a run with its own options: leave out --rate" in refused.stderr


def test_a_dry_run_of_a_sweep_says_that_rates_are_found_first() -> None:
    done = bench("run", "--dry-run", "-d", "pgx", "-q", "bytea", "--rate", "sweep")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("pgx / bytea / 8") == 30
    assert "at 10%, 25%, 50%, 75%, 90%, 100% of its throughput, which is measured" in done.stdout
