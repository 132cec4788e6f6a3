"""The whole path reports the truth: drivers with a known delay and row count."""

from pathlib import Path

import pytest

from pgbench_drivers.analysis.summary import summarise_run
from pgbench_drivers.results import storage
from tests.end_to_end.conftest import bench

REGISTRY = Path(__file__).with_name("drivers.toml")
CONNECTIONS, ROWS = 4, 7

# Each connection cycles through nine delays of 50 ms and one of 150 ms: 600 ms
# for ten queries. Windows of 2.4 s hold exactly four cycles.
MEAN_US = 60_000
QUERIES_PER_SECOND = CONNECTIONS / 0.060


@pytest.mark.parametrize("language", ["python", "node", "go"])
def test_throughput_mean_and_percentiles_are_within_two_percent(
    language: str, tmp_path: Path
) -> None:
    done = bench(
        "run", "--registry", REGISTRY, "-d", f"delay-{language}", "-q", "one_plus_one",
        "-c", str(CONNECTIONS), "--warmup", "0", "--duration", "2.4", "--rounds", "1",
        "--server", "embedded", "-o", tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    run = storage.read(tmp_path / "result.json")
    figures = summarise_run(run)[f"delay-{language}", "one_plus_one", CONNECTIONS].figures
    assert figures is not None
    assert figures.queries_per_second.median == pytest.approx(QUERIES_PER_SECOND, rel=0.02)
    assert figures.rows_per_second.median == pytest.approx(QUERIES_PER_SECOND * ROWS, rel=0.02)
    latency = figures.latency
    assert latency.mean_us == pytest.approx(MEAN_US, rel=0.02)
    assert latency.percentiles_us["50"] == pytest.approx(50_000, rel=0.02)
    assert latency.percentiles_us["75"] == pytest.approx(50_000, rel=0.02)
    assert latency.percentiles_us["95"] == pytest.approx(150_000, rel=0.02)
    assert latency.percentiles_us["99"] == pytest.approx(150_000, rel=0.02)
    assert latency.min_us == pytest.approx(50_000, rel=0.02)
    # Standard deviation of nine 50s and one 150: 30 ms.
    assert latency.stddev_us == pytest.approx(30_000, rel=0.04)
