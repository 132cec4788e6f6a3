"""`pgbench-drivers compare`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pgbench_drivers.cli.compare import compare_runs
from pgbench_drivers.errors import UserError
from pgbench_drivers.results import storage
from tests.analysis.truth import costing_cell
from tests.results.making import make_run, replace

STEADY = (10.0, 10.01, 9.99, 10.02, 9.98, 10.005)
SAMPLE = Path(__file__).parent.parent / "samples" / "sample.json"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Two results: one driver becomes 10 % slower on one of its two queries."""
    folder = tmp_path_factory.mktemp("runs")
    for name, factor in (("base", 1.0), ("new", 1.1)):
        cells = [
            costing_cell("d|x", "q", [factor * 1.0001 * cost for cost in STEADY]),
            costing_cell("d|x", "r", STEADY),
        ]
        storage.write(replace(make_run(cells=cells, rounds=6), run_id=name), folder / name)
    return str(folder / "base"), str(folder / "new")


def compare(*arguments: str) -> Result:
    return CliRunner().invoke(compare_runs, list(arguments), catch_exceptions=False)


def test_the_terminal_gets_a_table_with_a_verdict_per_cell(files: tuple[str, str]) -> None:
    done = compare(*files)
    assert done.exit_code == 0
    assert "1 slower, 1 same." in done.stdout
    assert "Client CPU per query, µs (lower is better)" in done.stdout
    (row,) = [line for line in done.stdout.splitlines() if line.startswith("d|x     q ")]
    assert row.split() == [
        "d|x", "q", "8", "10.0", "µs", "11.0", "µs", "+10.0", "%",
        *row.split()[9:13], "0.004", "slower",
    ]  # fmt: skip
    assert "geometric mean of 2" in done.stdout


def test_markdown_is_a_table_in_which_nothing_is_markup(files: tuple[str, str]) -> None:
    lines = compare(*files, "--format", "markdown").stdout.splitlines()
    assert lines[0] == "**1 slower, 1 same**"
    rows = [line for line in lines if line.startswith("|")]
    assert rows[0].startswith("| driver | query | conns |")
    assert rows[1] == "|:--|:--|--:|--:|--:|--:|--:|--:|:--|"
    assert all(row.startswith("| d\\|x |") for row in rows[2:])


def test_json_has_every_round_and_figure(files: tuple[str, str]) -> None:
    document = json.loads(compare(*files, "--format", "json").stdout)
    assert (document["base"]["run_id"], document["new"]["run_id"]) == ("base", "new")
    cell = document["cells"][0]
    assert cell["base_rounds"] == pytest.approx(STEADY, rel=1e-3)
    assert cell["ratio"] == pytest.approx(1.1, rel=1e-3)
    assert cell["interval"]["low"] < 1.1 < cell["interval"]["high"]
    assert (cell["verdict"], cell["metric"]) == ("slower", "client_cpu_us_per_query")
    assert document["geometric_means"][0]["queries"] == ["q", "r"]


def test_a_metric_can_be_chosen_and_written_to_a_file(
    files: tuple[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "table.txt"
    done = compare(*files, "-m", "latency_mean_us", "-m", "rows_per_second", "-o", str(path))
    assert done.stdout == ""
    text = path.read_text(encoding="utf-8")
    assert "Mean latency, µs (lower is better)" in text
    assert "Throughput, rows/s (higher is better)" in text


def test_a_result_of_an_earlier_version_is_read() -> None:
    done = compare(str(SAMPLE), str(SAMPLE))
    assert done.exit_code == 0
    assert "both files hold the same run" in done.stdout
    assert "cannot show a difference" in done.stdout
    assert "(only 90\u202f%)" in done.stdout


def test_runs_without_anything_in_common_are_an_error(files: tuple[str, str]) -> None:
    with pytest.raises(UserError, match="another CPU"):
        compare(files[0], str(SAMPLE))
    with pytest.raises(UserError, match="there is nothing to compare"):
        compare(files[0], str(SAMPLE), "--any-machine")


@pytest.mark.parametrize("share", ["5", "0.05", "-5%", "0%", "5%5", "five%"])
def test_a_share_is_written_with_its_sign(files: tuple[str, str], share: str) -> None:
    done = CliRunner().invoke(compare_runs, [*files, "--same-within", share])
    assert done.exit_code == 2
    assert "expected a percentage above zero such as 5%" in done.stderr
