"""What the page says without its script: rankings, tables, reasons, and nothing from outside."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from pathlib import Path

import msgspec
import pytest
from cutting import Cut

from pgbench_drivers.analysis.summary import METRICS, rank
from pgbench_drivers.report.formatting import figure
from pgbench_drivers.report.html import SCRIPTS, render, write_report
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results.model import Cell, Run


def board(page: str, name: str) -> list[tuple[str, str]]:
    """(title, value) of the drivers shown on one board, best first."""
    section = page.split(f'id="{name}"', 1)[1].split("</section>", 1)[0]
    places = []
    for item in re.findall(r"<li .*?</li>", section, re.DOTALL):
        if " hidden" not in item.split(">", 1)[0]:
            title = re.findall(r'class="dn">(.*?)<', item)[0]
            places.append((html.unescape(title), re.findall(r'class="value">(.*?)<', item)[0]))
    return places


def payload(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="report-data">(.*?)</script>', page)
    assert found
    return dict(json.loads(found[1]))


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
    matrix = page.split('id="matrix-table"', 1)[1].split("</table>", 1)[0]
    rows = {
        html.unescape(re.findall(r'class="dn">(.*?)<', row)[0]): re.findall(
            r"<td.*?</td>", row, re.DOTALL
        )
        for row in re.findall(r"<tr data-driver.*?</tr>", matrix, re.DOTALL)
    }
    assert all(len(cells) == 8 for cells in rows.values())
    copy = rows["aiopg (DictCursor)"][5]
    assert ">n/a" in copy
    assert 'title="not supported: aiopg has no COPY"' in copy
    assert all(">n/a" in cell for cell in rows["pg-native"])
    assert "round 3: timeout" in rows["psycopg2 (DictCursor)"][4]
    assert not re.search(r'class="v">0[ <]', matrix)
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


def test_names_cannot_become_markup(cut: Cut) -> None:
    evil = "</script><b>&'\""
    run = cut(["asyncpg", "pgx"], ["pg_type"])
    run = msgspec.structs.replace(
        run,
        drivers=[msgspec.structs.replace(run.drivers[0], name=evil, title=evil), run.drivers[1]],
        queries=[msgspec.structs.replace(run.queries[0], title=evil, sql=evil)],
        cells=[
            msgspec.structs.replace(c, driver=evil if c.driver == "asyncpg" else c.driver)
            for c in run.cells
        ],
        options=msgspec.structs.replace(run.options, command=evil),
        warnings=[evil],
    )
    page = render(Analysed.of(run))
    assert "</script><b>" not in page
    assert len(re.findall(r"</script>", page)) == 3
    drivers = payload(page)["drivers"]
    assert isinstance(drivers, list)
    assert drivers[0]["title"] == evil
    assert html.escape("</script><b>") in page


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


def test_modules_import_only_from_those_before_them() -> None:
    folder = Path(str(render.__code__.co_filename)).parent / "assets" / "js"
    assert {p.name for p in folder.glob("*.js")} == set(SCRIPTS)
    for position, name in enumerate(SCRIPTS):
        for imported in re.findall(r'from "\./(.*?)"', (folder / name).read_text("utf-8")):
            assert imported in SCRIPTS[:position], f"{name} imports {imported}"
