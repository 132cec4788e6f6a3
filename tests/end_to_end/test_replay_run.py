"""`run --mode replay`: recorded, replayed, reported, and served again by hand."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import psycopg
import pytest

from pgbench_drivers.results import storage
from tests.end_to_end.conftest import bench, start

DRIVERS = ["psycopg3", "pgx", "raw-drain"]
QUERIES = ["pg_type", "copy"]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("replay") / "run"
    chosen = [word for name in DRIVERS for word in ("-d", name)]
    chosen += [word for name in QUERIES for word in ("-q", name)]
    done = bench(
        "run", "--mode", "replay", "--quick", *chosen, "--server", "embedded",
        "--transport", "unix", "--aa", "pgx", "-o", path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "recording what the server answers: 4 pairs" in done.stderr
    return path


def test_every_cell_is_measured_and_the_mode_is_kept(directory: Path) -> None:
    run = storage.read(directory / "result.json")
    assert run.options.mode == "replay"
    assert run.server.version.startswith("18")
    unsupported = {("raw-drain", "copy")}
    for cell in run.cells:
        expected = "unsupported" if (cell.driver, cell.query) in unsupported else "ok"
        assert cell.status == expected, cell
        assert all(one.server_cpu_us is not None for one in cell.rounds)


def test_the_page_says_that_the_server_was_a_replay(directory: Path) -> None:
    page = (directory / "report.html").read_text()
    assert "<b>Replay:</b> this server was recorded" in page


def test_a_resumed_run_stays_a_replay(directory: Path) -> None:
    before = storage.read(directory / "result.json")
    done = bench("run", "--resume", directory)
    assert done.returncode == 0, done.stderr
    assert storage.read(directory / "result.json").cells == before.cells


def test_the_recording_is_served_by_hand(directory: Path) -> None:
    server = start("replay", directory / "recording")
    assert server.stdout is not None
    port = json.loads(server.stdout.readline())["port"]
    dsn = f"host=127.0.0.1 port={port} user=anybody dbname=any"
    with psycopg.connect(dsn, autocommit=True) as connection:
        sql = next(
            query.sql
            for query in storage.read(directory / "result.json").queries
            if query.name == "pg_type"
        )
        rows = psycopg.RawCursor(connection).execute(sql, [-1, True], binary=True).fetchall()
        assert len(rows) > 500
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="SELECT version"):
            connection.execute("SELECT version()")
    server.send_signal(signal.SIGTERM)
    words, errors = server.communicate(timeout=10)
    assert server.returncode == 0, errors
    statistics = json.loads(words)
    assert statistics["refused"] == 1
    assert statistics["statements"][0]["rows"] == len(rows)


def test_both_modes_are_measured_one_after_the_other(tmp_path: Path) -> None:
    done = bench(
        "run", "--mode", "live,replay", "--quick", "--no-audit", "-d", "asyncpg", "-d", "psycopg3",
        "-q", "one_plus_one", "--server", "embedded", "-o", tmp_path / "both",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for mode in ("live", "replay"):
        assert storage.read(tmp_path / "both" / mode / "result.json").options.mode == mode
    table = done.stderr[done.stderr.index("Client CPU per row") :]
    assert table.split("\n")[1].split() == ["live", "replay"]
    assert {line.split()[0] for line in table.split("\n")[2:4]} == {"asyncpg", "psycopg3"}


@pytest.mark.parametrize("modes", ["live,live", "offline"])
def test_modes_that_make_no_sense_are_refused(modes: str) -> None:
    done = bench("run", "--mode", modes, "--dry-run")
    assert done.returncode == 2
    assert "mode" in done.stderr
