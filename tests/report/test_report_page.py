"""What the page says without its script: rankings, tables, reasons, and nothing from outside."""

from __future__ import annotations

import base64
import gzip
import re
from pathlib import Path

import msgspec
import pytest
from cutting import Cut
from reading import board, matrix, part, payload

from pgbench_drivers.analysis.summary import METRICS, rank
from pgbench_drivers.report.formatting import figure
from pgbench_drivers.report.html import LOAD_SCRIPTS, SCRIPTS, render, write_report
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results.model import Cell, Run


def test_the_boards_say_what_the_analysis_says(analysed: Analysed, page: str) -> None:
    titles = {d.name: d.title for d in analysed.run.drivers}
    for name, key in (("board-main", "rows_per_second"), ("board-side", "latency_mean_us")):
        metric = next(m for m in METRICS if m.key == key)
        ranking = rank(analysed.run, key, analysed.queries, 8, analysed.cells)
        expected = [(titles[r.driver], figure(r.value, metric.unit)) for r in ranking.ranked]
        assert board(page, name) == expected


def test_every_range_encloses_its_figure(analysed: Analysed) -> None:
    for metric in METRICS:
        for place in analysed.standings(metric.key).ranked:
            assert place.low <= place.value <= place.high


def test_a_missing_figure_is_na_with_its_reason_and_never_zero(page: str) -> None:
    rows = matrix(page)
    assert all(len(cells) == 8 for cells in rows.values())
    copy = rows["aiopg (DictCursor)"][5]
    assert ">n/a" in copy
    assert 'title="not supported: aiopg has no COPY"' in copy
    assert all(">n/a" in cell for cell in rows["pg-native"])
    assert "round 3: timeout" in rows["psycopg2 (DictCursor)"][4]
    assert not any(re.search(r'class="v">0[ <]', cell) for cells in rows.values() for cell in cells)
    notes = page.split('id="missing"', 1)[1].split("</div>", 1)[0]
    assert "aiopg has no COPY" in notes
    assert "aiopg (tuples): COPY 10,000 rows" in notes


def test_null_rows_stand_apart_and_are_not_ranked(page: str) -> None:
    assert not [title for title, _ in board(page, "board-main") if "null" in title]
    synthetic = page.split('<tbody class="synthetic">', 1)[1].split("</tbody>", 1)[0]
    assert "null (Go)" in synthetic
    assert "null (Go)" not in page.split('<tbody class="synthetic">', 1)[0].split("matrix-table")[1]


def test_the_page_loads_nothing(page: str) -> None:
    without_data = re.sub(r'href="data:[^"]*"', "", page)
    without_data = re.sub(
        r'<a class="home" href="https://[^"]*" rel="noreferrer">', "", without_data
    )
    assert not re.findall(r'(?:src|href)="(?!#)[^"]+"', without_data)
    assert "@import" not in without_data
    assert "url(http" not in without_data


def test_the_raw_document_is_in_the_page(sample: Run, page: str) -> None:
    found = re.search(r"data:application/gzip;base64,([A-Za-z0-9+/=]+)", page)
    assert found
    document = gzip.decompress(base64.b64decode(found[1]))
    assert msgspec.json.decode(document, type=Run) == sample


def test_the_script_works_on_the_figures_of_the_analysis(analysed: Analysed, page: str) -> None:
    data = payload(page)
    drivers, queries, cells = data["drivers"], data["queries"], data["cells"]
    assert isinstance(drivers, list)
    assert isinstance(queries, list)
    assert isinstance(cells, list)
    assert len(cells) == len(analysed.cells)
    for cell in cells:
        key = (drivers[cell["d"]]["name"], queries[cell["q"]]["name"], cell["c"])
        summary = analysed.cells[key]
        if summary.figures is None:
            assert cell["v"] is None
            assert cell["note"] is not None
            continue
        for metric in METRICS:
            spread = analysed.spread(summary, metric.key)
            assert spread is not None
            assert cell["v"][metric.key] == [spread.median, spread.low, spread.high]
        percentiles = summary.figures.latency.percentiles_us
        assert cell["latency"]["p"] == pytest.approx(percentiles, rel=1e-5)


def test_how_it_was_measured_and_how_to_repeat_it_stand_on_the_page(sample: Run, page: str) -> None:
    assert sample.options.command in part(page, 'id="reproduce"', "</section>")
    assert "3 rounds of 3.33 s, each after 1.67 s of warm-up" in part(page, "<dl", "</dl>")
    method = part(page, 'id="method"', "</section>")
    assert "What is not measured" in method
    assert "with its reason" in method


def test_the_same_run_gives_the_same_page(analysed: Analysed, page: str) -> None:
    assert render(analysed) == page


def test_one_driver_one_query(cut: Cut, tmp_path: Path) -> None:
    write_report(cut(["asyncpg"], ["pg_type"]), tmp_path / "one.html")
    page = (tmp_path / "one.html").read_text(encoding="utf-8")
    assert "asyncpg delivers 1.09\u202fM rows/s" in page
    assert "No <i>null</i> driver" in page


def test_equal_drivers_are_too_close_to_call(cut: Cut) -> None:
    run = cut(["asyncpg", "pgx"], ["pg_type"])
    rounds = run.cells[0].rounds
    run = msgspec.structs.replace(
        run, cells=[msgspec.structs.replace(c, rounds=rounds) for c in run.cells]
    )
    assert "asyncpg and pgx lead, too close to call" in render(Analysed.of(run))


def _failed(cell: Cell) -> Cell:
    return msgspec.structs.replace(cell, status="failed", reason="it broke", rounds=[])


def test_a_run_where_everything_failed_still_renders(cut: Cut) -> None:
    run = cut(["asyncpg", "pgx", "null-go"], ["pg_type", "copy"])
    run = msgspec.structs.replace(run, cells=[_failed(c) for c in run.cells])
    page = render(Analysed.of(run))
    assert "No driver completed the headline queries" in page
    assert "it broke" in page
    assert board(page, "board-main") == []


@pytest.mark.parametrize("parts", ["cells", "all"])
def test_an_empty_run_still_renders(cut: Cut, parts: str) -> None:
    run = cut(["asyncpg"], ["pg_type"])
    run = msgspec.structs.replace(run, cells=[], complete=False)
    if parts == "all":
        run = msgspec.structs.replace(run, drivers=[], queries=[])
    assert "The run was interrupted" in render(Analysed.of(run))


@pytest.mark.parametrize("scripts", [SCRIPTS, LOAD_SCRIPTS])
def test_modules_import_only_from_those_before_them(scripts: tuple[str, ...]) -> None:
    folder = Path(str(render.__code__.co_filename)).parent / "assets" / "js"
    for position, name in enumerate(scripts):
        for imported in re.findall(r'from "\./(.*?)"', (folder / name).read_text("utf-8")):
            assert imported in scripts[:position], f"{name} imports {imported}"


def test_every_module_is_in_a_page() -> None:
    folder = Path(str(render.__code__.co_filename)).parent / "assets" / "js"
    assert {p.name for p in folder.glob("*.js")} == {*SCRIPTS, *LOAD_SCRIPTS}


def test_modules_import_only_what_they_use() -> None:
    folder = Path(str(render.__code__.co_filename)).parent / "assets" / "js"
    for name in {*SCRIPTS, *LOAD_SCRIPTS}:
        source = (folder / name).read_text("utf-8")
        body = re.sub(r"^import\b[^;]*;\n", "", source, flags=re.MULTILINE)
        for names in re.findall(r"^import \{(.*?)\}", source, re.MULTILINE | re.DOTALL):
            for one in (n.strip() for n in names.split(",")):
                assert re.search(rf"\b{one}\b", body), f"{name} imports {one} and does not use it"


def test_exports_are_used() -> None:
    folder = Path(str(render.__code__.co_filename)).parent / "assets" / "js"
    sources = {name: (folder / name).read_text("utf-8") for name in {*SCRIPTS, *LOAD_SCRIPTS}}
    for name, source in sources.items():
        others = "\n".join(text for other, text in sources.items() if other != name)
        for one in re.findall(
            r"^export (?:async )?(?:const|let|function) (\w+)", source, re.MULTILINE
        ):
            used = re.search(rf"\b{one}\b", others) or len(re.findall(rf"\b{one}\b", source)) > 1
            assert used, f"{name} exports {one}, which nobody uses"
