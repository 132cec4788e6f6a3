"""Runs that are incomplete, tiny, crowded or hostile: what the page says of them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cutting import Cut
from reading import board, matrix, part, payload, places
from selenium import webdriver
from variants import EVIL, VARIANTS

from pgbench_drivers.export.csv import write_csv
from pgbench_drivers.export.markdown import write_markdown
from pgbench_drivers.report.figures import DRAWINGS, write_figures
from pgbench_drivers.report.html import render
from pgbench_drivers.report.standings import Analysed

Rendered = Callable[[str], str]
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def rendered(cut: Cut) -> Rendered:
    """The page of a variant, rendered once."""
    pages: dict[str, str] = {}

    def page(name: str) -> str:
        if name not in pages:
            pages[name] = render(Analysed.of(VARIANTS[name](cut)))
        return pages[name]

    return page


def test_a_driver_without_any_cell_is_na_everywhere_with_its_reason(rendered: Rendered) -> None:
    page = rendered("whole_driver_missing")
    assert [title for title, _ in board(page)] == ["pgx", "asyncpg"]
    cells = matrix(page)["pg-native"]
    assert len(cells) == 5
    assert all(">n/a" in cell for cell in cells)
    assert "pg_config was not found" in part(page, 'id="unranked"', "</div>")
    assert "not run: pg-native needs libpq&#39;s headers" in cells[1]


def test_an_interrupted_run_says_so_and_ranks_only_what_is_complete(rendered: Rendered) -> None:
    page = rendered("interrupted")
    assert "The run was interrupted" in part(page, 'class="cautions"', "</ul>")
    assert [title for title, _ in board(page)] == ["asyncpg"]
    assert "interrupted after 2 of 3 rounds" in matrix(page)["pgx"][4]
    unranked = part(page, 'id="unranked"', "</div>")
    assert "100 × int[100]: unfinished: interrupted before its first round" in unranked


def test_one_driver_has_no_rival_in_the_headline(rendered: Rendered) -> None:
    assert "asyncpg delivers" in part(rendered("one_driver"), "<h1>", "</h1>")


def test_one_query_is_not_called_a_mean(rendered: Rendered) -> None:
    page = rendered("one_query")
    assert "on the one query" in part(page, 'class="lede"', "</p>")
    assert [title for title, _ in board(page)] == ["pgx", "asyncpg", "aiopg (DictCursor)"]


def test_without_eight_connections_the_first_level_makes_the_headline(rendered: Rendered) -> None:
    page = rendered("levels_without_eight")
    assert "with one connection" in part(page, 'class="lede"', "</p>")
    data = payload(page)
    assert data["levels"] == [1, 64]
    assert re.search(r'data-connections="64"', page)


def test_without_a_headline_query_all_are_averaged(rendered: Rendered) -> None:
    page = rendered("no_headline_query")
    assert "geometric mean over 3 queries" in part(page, 'class="lede"', "</p>")
    assert len(board(page)) == 3


def test_null_drivers_alone_are_not_ranked(rendered: Rendered) -> None:
    page = rendered("synthetic_only")
    assert board(page) == []
    assert "No driver completed the headline queries" in page
    assert "null (Go)" in part(page, 'id="harness"', "</section>")


def test_what_a_driver_differs_from_itself_is_no_rank(rendered: Rendered) -> None:
    page = rendered("measured_twice")
    assert [title for title, _ in board(page)] == ["pgx", "psycopg 3", "asyncpg", "psycopg2"]
    assert places(page) == ["1", "2", "~2", "≈2"]
    assert "Noise floor (A/A)" in part(page, '<dl class="facts"', "</dl>")
    assert "what asyncpg differed from itself" in part(page, 'id="ranking"', "</p>")
    assert "asyncpg (A/A)" not in page


def test_nothing_of_a_document_becomes_markup(rendered: Rendered) -> None:
    page = rendered("hostile")
    assert "<img" not in page
    assert "</script><" not in page.replace("</script>\n<", "")
    assert len(re.findall(r"</script>", page)) == 3
    assert 'href="javascript:' not in page
    drivers = payload(page)["drivers"]
    assert isinstance(drivers, list)
    assert drivers[0]["title"].startswith(EVIL)
    assert html.escape("</script><img") in page


def test_a_large_run_stays_below_two_and_a_half_megabytes(rendered: Rendered) -> None:
    page = rendered("crowded")
    assert len(board(page)) == 20
    assert len(page.encode("utf-8")) < 2.5 * MEGABYTE


def test_eight_languages_look_different(rendered: Rendered) -> None:
    languages = payload(rendered("crowded"))["languages"]
    assert isinstance(languages, list)
    assert len({one["slot"] for one in languages}) == 8
    assert len({one["tag"] for one in languages}) == 8


def test_a_negative_cpu_time_of_the_server_is_na_and_said(cut: Cut) -> None:
    run = cut(["asyncpg", "pgx"], ["pg_type"])
    wrong = [msgspec.structs.replace(r, server_cpu_us=-5.0) for r in run.cells[0].rounds]
    run = msgspec.structs.replace(
        run, cells=[msgspec.structs.replace(run.cells[0], rounds=wrong), run.cells[1]]
    )
    page = render(Analysed.of(run))
    assert "read wrongly (below zero) in 1 cell;" in part(page, 'class="cautions"', "</ul>")
    cells = payload(page)["cells"]
    assert isinstance(cells, list)
    assert [cell["server"] is None for cell in cells] == [True, False]


def test_a_percentile_that_no_query_lies_beyond_is_na(cut: Cut) -> None:
    run = cut(["aiopg"], ["batch"])
    queries = sum(r.queries for r in run.cells[0].rounds)
    assert 100 <= queries < 1000
    table = part(render(Analysed.of(run)), 'class="figures sortable"', "</table>")
    assert table.count(f'<td class="na" title="only {queries} queries">n/a</td>') == 2


@pytest.mark.parametrize("name", sorted(set(VARIANTS) - {"crowded"}))
def test_figures_and_exports_cope(cut: Cut, name: str, tmp_path: Path) -> None:
    run = VARIANTS[name](cut)
    assert len(write_figures(run, tmp_path)) == 2 * len(DRAWINGS)
    with (tmp_path / "run.md").open("w", encoding="utf-8") as stream:
        write_markdown(run, stream)
    with (tmp_path / "run.csv").open("w", encoding="utf-8", newline="") as stream:
        write_csv(run, stream)
    text = (tmp_path / "run.md").read_text(encoding="utf-8")
    assert "<img" not in text.split("Measured with", 1)[0]
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_a_browser_shows_it_without_complaint(
    chromium: webdriver.Chrome, rendered: Rendered, name: str, width: int, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(rendered(name), encoding="utf-8")
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False},
    )
    chromium.get_log("browser")
    chromium.get(path.as_uri())
    shown = chromium.execute_script(
        """const list = [...document.querySelectorAll('#board-main li')].filter(li => !li.hidden);
        return {ready: document.documentElement.classList.contains('ready'),
          names: list.map(li => li.querySelector('.dn').textContent),
          places: list.map(li => li.querySelector('.rank').textContent),
          overflow: document.documentElement.scrollWidth - innerWidth,
          images: document.images.length, bold: document.querySelectorAll('h1 b').length}"""
    )
    assert shown["ready"]
    assert shown["names"] == [title for title, _ in board(rendered(name))]
    assert shown["places"] == places(rendered(name))
    assert shown["overflow"] <= 0
    assert shown["images"] == shown["bold"] == 0
    assert chromium.title != "broken"
    assert chromium.get_log("browser") == []
