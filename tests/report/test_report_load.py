"""An open loop's page: latency against load, which rates were held, and why others were not."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import msgspec
import pytest
from variants import EVIL

from pgbench_drivers.export.csv import write_csv
from pgbench_drivers.export.markdown import write_markdown
from pgbench_drivers.report.figures import LOAD_NAME, write_figures
from pgbench_drivers.report.html import render_load, write_report
from pgbench_drivers.report.load_page import LoadPage
from pgbench_drivers.results.model import Run
from tests.results.making import make_open_run, open_cell, replace

CELLS = [
    open_cell("fast", "q", 1000, latency_us=90),
    open_cell("fast", "q", 20_000, latency_us=300),
    open_cell("slow", "q", 1000, latency_us=200),
    open_cell("slow", "q", 20_000, latency_us=9000, missed=120),
    open_cell("null-x", "q", 1000, latency_us=2),
    open_cell("null-x", "q", 20_000, latency_us=2),
]
SYNTHETIC = frozenset({"null-x"})


@pytest.fixture(scope="module")
def run() -> Run:
    return make_open_run(cells=CELLS, synthetic=SYNTHETIC)


@pytest.fixture(scope="module")
def text(run: Run) -> str:
    return render_load(LoadPage.of(run))


def held(page: str) -> dict[str, list[str]]:
    """The table of the rates held: a driver's cells."""
    table = page.split('id="held"', 1)[1].split("</table>", 1)[0]
    rows = re.findall(r'class="dn">([^<]*)<.*?</th>(.*?)</tr>', table, re.DOTALL)
    return {name: re.findall(r'<span class="(?:v|na)">([^<]*)', cells) for name, cells in rows}


def rows(page: str) -> list[list[str]]:
    """The text of every cell in the tables of rates."""
    table = page.split('class="figures load"', 1)[1].split("</table>", 1)[0]
    bodies = "".join(re.findall(r"<tbody>(.*?)</tbody>", table, re.DOTALL))
    return [
        [
            re.sub(r"<[^>]*>", " ", cell).strip()
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", bodies, re.DOTALL)
    ]


def test_the_rates_that_were_held_stand_by_driver_and_limit(text: str) -> None:
    # p99: 0.9 and 3 ms for the one, 2 and 90 ms for the other.
    assert held(text) == {
        "fast": ["1,000", "≥ 20,000", "≥ 20,000"],
        "slow": ["none", "1,000", "1,000"],
    }
    assert "With p99 within 10.0\u202fms, fast held the highest rate, 20,000 queries/s." in text


def test_every_rate_has_its_schedule_and_its_percentiles(text: str) -> None:
    found = rows(text)
    assert len(found) == len(CELLS)
    assert found[0][:5] == ["1,000", "2,000", "0", "0", "2.00\u202fms"]
    assert found[0][5:9] == ["90.0\u202fµs", "900\u202fµs", "900\u202fµs", "900\u202fµs"]
    assert [row[-1] for row in found[:3]] == ["held"] * 3


def test_a_rate_that_was_not_held_says_why(text: str) -> None:
    assert rows(text)[3][-1] == (
        "not held: 240 of 2,000 queries (12\u202f%) were due and not sent before the window was "
        "over, and are in no latency"
    )
    assert text.count('class="over"') == 1
    assert "1 of 4 cells did not hold their rate" in text


def test_nothing_is_said_of_throughput_and_cpu(text: str) -> None:
    tables = "".join(re.findall(r'<table class="figures.*?</table>', text, re.DOTALL))
    assert "CPU" not in tables
    assert "rows/s" not in tables
    assert "throughput is the rate that was asked for" in text.lower()


def test_charts_get_real_drivers_with_what_was_held(text: str) -> None:
    data = json.loads(text.split('id="report-data">', 1)[1].split("</script>", 1)[0])
    (panel,) = data["panels"]
    assert [data["drivers"][line["d"]]["name"] for line in panel["lines"]] == ["fast", "slow"]
    assert panel["lines"][1]["points"] == [
        [1000.0, pytest.approx(200, rel=1e-3), pytest.approx(2000, rel=1e-3), True],
        [20000.0, pytest.approx(9000, rel=1e-3), pytest.approx(90_000, rel=1e-3), False],
    ]


def test_a_cell_without_figures_says_why(run: Run) -> None:
    failed = msgspec.structs.replace(CELLS[1], status="failed", reason="it crashed", rounds=[])
    page = render_load(LoadPage.of(replace(run, cells=[CELLS[0], failed, *CELLS[2:]])))
    assert rows(page)[1][-1] == "failed: it crashed"
    assert "One cell failed or was not finished" in page


def test_a_sweep_says_of_what_its_rates_are_shares(run: Run) -> None:
    no_rate = msgspec.structs.replace(
        CELLS[0], driver="slow", status="unsupported", reason="no COPY", rounds=[], per_second=None
    )
    cells = [
        open_cell("fast", "q", 1230, share=0.1), open_cell("fast", "q", 6170, share=0.5), no_rate,
    ]  # fmt: skip
    options = msgspec.structs.replace(run.options, rate="sweep")
    page = render_load(LoadPage.of(replace(run, cells=cells, options=options)))
    assert "10 and 50 % of each driver&#39;s throughput in a closed loop" in page
    assert "50\u202f% of its throughput" in page
    assert rows(page)[-1][0] == "n/a"
    assert rows(page)[-1][-1] == "not supported: no COPY"


def test_text_is_never_markup(run: Run) -> None:
    cells = [
        msgspec.structs.replace(c, driver=c.driver + EVIL, query=c.query + EVIL) for c in CELLS
    ]
    evil = make_open_run(cells=cells)
    evil = replace(evil, warnings=[EVIL], run_id=EVIL)
    page = render_load(LoadPage.of(evil))
    assert EVIL not in page
    assert "<img" not in page


def test_no_driver_at_all_has_a_page(run: Run) -> None:
    only = [cell for cell in CELLS if cell.driver == "null-x"]
    assert "no driver on q" in render_load(
        LoadPage.of(make_open_run(cells=only, synthetic=SYNTHETIC))
    )


def test_a_run_that_measured_nothing_has_a_page(run: Run, tmp_path: Path) -> None:
    empty = replace(run, cells=[], drivers=[], queries=[], complete=False)
    assert "The run was interrupted" in render_load(LoadPage.of(empty))
    assert len(write_figures(empty, tmp_path)) == 2


def test_the_report_and_its_figure_are_written(run: Run, tmp_path: Path) -> None:
    write_report(run, tmp_path / "report.html")
    assert "Latency against load" in (tmp_path / "report.html").read_text(encoding="utf-8")
    first = write_figures(run, tmp_path / "a")
    again = write_figures(run, tmp_path / "b")
    assert [path.name for path in first] == [f"{LOAD_NAME}.png", f"{LOAD_NAME}.svg"]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]


def test_csv_has_the_schedule_and_no_throughput(run: Run) -> None:
    stream = io.StringIO(newline="")
    write_csv(run, stream)
    found = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert [(row["driver"], row["per_second"], row["held"]) for row in found[:4]] == [
        ("fast", "1000", "true"), ("fast", "20000", "true"),
        ("slow", "1000", "true"), ("slow", "20000", "false"),
    ]  # fmt: skip
    assert (found[3]["scheduled"], found[3]["missed"], found[3]["late"]) == ("2000", "240", "240")
    assert found[3]["arrivals"] == "poisson"
    assert float(found[3]["latency_p99_us"]) == pytest.approx(90_000, rel=1e-3)
    assert found[3]["queries_per_second"] == found[3]["client_cpu_us_per_query"] == ""


def test_markdown_has_both_tables(run: Run) -> None:
    stream = io.StringIO()
    write_markdown(run, stream)
    lines = stream.getvalue().replace("\u202f", " ").splitlines()
    assert lines[0] == "## Latency against load: 2 drivers on q"
    assert "| fast | 1,000 | ≥ 20,000 | ≥ 20,000 |" in lines
    assert "| slow | none | 1,000 | 1,000 |" in lines
    (lost,) = [line for line in lines if line.startswith("| slow | 20,000 |")]
    assert "| 2,000 | 240 | 240 | 9.00 ms | 90.0 ms |" in lost
    assert "not held: 240 of 2,000" in lost
