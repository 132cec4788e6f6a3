"""`run --transport`: one plan by several ways to the server, each with a result of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgbench_drivers.results import storage
from pgbench_drivers.results.model import Run
from pgbench_drivers.server import tls
from tests.end_to_end.conftest import alive, bench, descendants, interrupt_impatiently, start

TRANSPORTS = ["unix", "tcp", "tls", "tcp+5ms"]
DELAY_US = 5000
DRIVERS = ["asyncpg", "psycopg3", "raw-drain"]


def installed() -> Path:
    programs = tls.installed()
    if programs is None:
        pytest.skip("no PostgreSQL with TLS is installed (Debian and Ubuntu: postgresql)")
    return programs


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("transports") / "run"
    chosen = [word for name in DRIVERS for word in ("-d", name)]
    done = bench(
        "run", "--transport", ",".join(TRANSPORTS), "--quick", *chosen, "-q", "one_plus_one",
        "-c", "2", "--server", installed(), "-o", path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (path / "stderr").write_text(done.stderr)
    return path


@pytest.fixture(scope="module")
def runs(directory: Path) -> dict[str, Run]:
    return {name: storage.read(directory / name / "result.json") for name in TRANSPORTS}


def test_each_result_tells_its_transport_and_server(runs: dict[str, Run]) -> None:
    for transport, run in runs.items():
        assert run.options.transport == transport
        assert run.server.backend == "installed"
        assert run.server.settings["ssl"] == ("on" if transport == "tls" else "off")
    delay = runs["tcp+5ms"].server.details["delay"]
    assert delay == "5 ms per round trip, by a delaying proxy"


def test_every_driver_is_measured_or_says_why_not(runs: dict[str, Run]) -> None:
    for transport, run in runs.items():
        for cell in run.cells:
            lacks = (cell.driver, transport) == ("raw-drain", "tls")
            assert cell.status == ("unsupported" if lacks else "ok"), cell.reason
            assert all(audit.failure is None for audit in run.audits if audit.driver != "raw-drain")


def test_only_tls_is_encrypted(runs: dict[str, Run], directory: Path) -> None:
    for transport, run in runs.items():
        encryptions = [one.encryption for cell in run.cells for one in cell.rounds]
        if transport == "tls":
            assert all(encryption.startswith("TLSv1.3, TLS_") for encryption in encryptions)
        else:
            assert set(encryptions) == {None}
    page = (directory / "tls" / "report.html").read_text()
    assert "TCP with TLS" in page
    assert "TLS by <b>TLSv1.3, TLS_" in page


def test_no_answer_comes_before_the_delay(runs: dict[str, Run]) -> None:
    for cell in runs["tcp+5ms"].cells:
        assert all(one.latency.min_ns >= DELAY_US * 1000 for one in cell.rounds)


def test_figures_stand_side_by_side(directory: Path) -> None:
    said = (directory / "stderr").read_text()
    for title in ("Client CPU per row", "Median latency"):
        lines = said[said.index(f"{title}, geometric mean, by transport") :].splitlines()
        assert lines[1].split() == TRANSPORTS
        assert {line.split()[0] for line in lines[2:4]} == {"asyncpg", "psycopg3"}


def test_runs_of_two_transports_are_compared_with_a_caution(directory: Path) -> None:
    results = [directory / name / "result.json" for name in ("tcp", "tls")]
    done = bench("compare", *results)
    assert "transport differs: tcp, now tls" in done.stdout + done.stderr


def test_a_resumed_run_keeps_its_transport_and_server(directory: Path) -> None:
    done = bench("run", "--resume", directory / "tls")
    assert done.returncode == 0, done.stderr
    run = storage.read(directory / "tls" / "result.json")
    assert (run.options.transport, run.server.backend) == ("tls", "installed")


def test_ctrl_c_leaves_no_proxy(tmp_path: Path) -> None:
    process = start(
        "run", "-d", "asyncpg", "-q", "one_plus_one", "--warmup", "0", "--duration", "60",
        "--rounds", "20", "--server", "embedded", "--transport", "tcp+1ms", "-o", tmp_path / "run",
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline()
    pids = descendants(process.pid)
    names = [Path(f"/proc/{pid}/comm").read_text().strip() for pid in pids if alive([pid])]
    assert "delay-proxy" in names
    interrupt_impatiently(process)
    process.communicate(timeout=60)
    assert not alive(pids)
