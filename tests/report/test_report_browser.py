"""The page in a real browser: Chromium, at the width of a desk and of a phone."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec
import pytest
from browsing import Page
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from pgbench_drivers.analysis.summary import metric, rank
from pgbench_drivers.report.formatting import count, figure, microseconds, ratio, spread
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results.model import Run

HEADLINE = ("pg_type", "generate_series", "bytea", "int_array")


@pytest.fixture(scope="session")
def expected(analysed: Analysed) -> Callable[..., list[list[str]]]:
    """What Python says a board must show."""

    def ranked(
        key: str,
        queries: Collection[str] = HEADLINE,
        connections: int = 8,
        without: Collection[str] = (),
    ) -> list[list[str]]:
        run = analysed.run
        kept = [d for d in run.drivers if d.name not in without and d.language not in without]
        smaller = msgspec.structs.replace(run, drivers=kept)
        ranking = rank(smaller, key, tuple(queries), connections, analysed.cells)
        titles = {d.name: d.title for d in run.drivers}
        unit = metric(key).unit
        return [
            [titles[r.driver], figure(r.value, unit), ratio(r.ratio_to_best)]
            for r in ranking.ranked
        ]

    return ranked


Expected = Callable[..., list[list[str]]]


def test_it_opens_on_the_headline_and_fits(report: Page, expected: Expected) -> None:
    assert report.board("board-main") == expected("rows_per_second")
    assert report.board("board-side") == expected("latency_mean_us")
    assert report.overflow() <= 0
    charts = report.run("return document.querySelectorAll('.plot svg').length")
    assert charts == 7 * 4 + 3
    assert report.hash() == ""


def test_the_script_writes_what_the_server_wrote(report: Page, page: str) -> None:
    matrix = page.split('id="matrix-table"', 1)[1].split("</table>", 1)[0]
    seen = report.run(
        """const old = new DOMParser().parseFromString(arguments[0], 'text/html');
        const texts = root => [...root.querySelectorAll('tr[data-driver]')]
          .map(row => [row.dataset.driver, ...[...row.cells].map(c =>
            c.textContent.replace(/\\s+/g, ' ').trim() + c.className.includes('best'))].join('|'))
          .sort();
        return [texts(old), texts(document.getElementById('matrix-table'))]""".replace(
            "arguments[0]", json.dumps(f"<table>{matrix}</table>")
        )
    )
    assert isinstance(seen, list)
    assert seen[0] == seen[1]
    assert len(seen[0]) == 15


def test_selectors_recompute_the_ranking(report: Page, expected: Expected) -> None:
    report.pill("queries", "copy")
    five = (*HEADLINE, "copy")
    assert report.board("board-main") == expected("rows_per_second", five)
    report.pill("connections", "1")
    assert report.board("board-main") == expected("rows_per_second", five, 1)
    report.pill("metric", "client_cpu_us_per_row")
    assert report.board("board-main") == expected("client_cpu_us_per_row", five, 1)
    assert report.board("board-side") == expected("latency_mean_us", five, 1)
    report.pill("languages", "go")
    report.pill("drivers", "asyncpg")
    without = ("go", "asyncpg")
    assert report.board("board-main") == expected("client_cpu_us_per_row", five, 1, without)
    report.pill("metric", "latency_mean_us")
    assert report.board("board-side") == expected("rows_per_second", five, 1, without)
    hidden = report.run(
        "return [...document.querySelectorAll('#matrix-table tbody:first-of-type tr')]"
        ".filter(r => r.hidden).length"
    )
    assert hidden == 3
    assert report.overflow() <= 0
    report.click("#reset")
    assert report.board("board-main") == expected("rows_per_second")
    assert report.hash() == ""


def test_the_address_holds_the_whole_state(report: Page, expected: Expected) -> None:
    report.pill("queries", "bytea")
    report.pill("connections", "1")
    report.pill("languages", "node")
    report.pill("drivers", "lib/pq")
    report.pill("curve-query", "copy")
    report.pill("curve-drivers", "psycopg3")
    queries = ("pg_type", "generate_series", "int_array")
    wanted = expected("rows_per_second", queries, 1, ("node", "lib/pq"))
    address = report.hash()
    assert report.board("board-main") == wanted
    report.browser.refresh()
    assert report.hash() == address
    assert report.board("board-main") == wanted
    state = report.run(
        "return [...document.querySelectorAll('input:checked')].map(i => i.name + '=' + i.value)"
    )
    assert isinstance(state, list)
    assert "curve-query=copy" in state
    assert "curve-drivers=psycopg3" in state
    assert "drivers=lib/pq" not in state
    assert "languages=node" not in state
    report.open(address.lstrip("#"))
    assert report.board("board-main") == wanted


def test_back_and_forward_walk_through_selections(report: Page, expected: Expected) -> None:
    report.pill("connections", "1")
    report.pill("metric", "queries_per_second")
    assert report.board("board-main") == expected("queries_per_second", connections=1)
    report.browser.back()
    assert report.board("board-main") == expected("rows_per_second", connections=1)
    report.browser.back()
    assert report.board("board-main") == expected("rows_per_second")
    report.browser.forward()
    assert report.board("board-main") == expected("rows_per_second", connections=1)


def test_unknown_things_in_an_address_are_left_out(report: Page, expected: Expected) -> None:
    report.open("metric=nonsense&connections=77&queries=pg_type,gone&drivers-off=%E0%A4%A&x")
    assert report.board("board-main") == expected("rows_per_second", ("pg_type",))


def test_nothing_selected_says_so(report: Page) -> None:
    report.click('[data-set="drivers:none"]')
    assert report.board("board-main") == []
    assert "No driver has figures" in report.browser.find_element(By.CSS_SELECTOR, ".empty").text
    report.click('[data-set="drivers:all"]')
    for query in HEADLINE:
        report.pill("queries", query)
    text = report.browser.find_element(By.ID, "selection-text").text
    assert text == "No query is selected: nothing to rank."


def test_links_within_the_page_keep_the_selection(report: Page, expected: Expected) -> None:
    report.pill("connections", "1")
    report.click('nav a[href="#method"]')
    assert "connections=1" in report.hash()
    assert "at=method" in report.hash()
    assert report.board("board-main") == expected("rows_per_second", connections=1)
    assert report.run("return document.activeElement.id") == "method"


def test_pills_work_from_the_keyboard(report: Page, expected: Expected) -> None:
    if not report.run("return document.getElementById('choose').open"):
        report.browser.find_element(By.CSS_SELECTOR, "#choose > summary").send_keys(Keys.ENTER)
    pill = report.browser.find_element(By.CSS_SELECTOR, 'input[name="languages"][value="go"]')
    report.browser.execute_script("arguments[0].focus()", pill)
    pill.send_keys(Keys.SPACE)
    assert report.board("board-main") == expected("rows_per_second", without=("go",))
    assert report.run("return document.activeElement.value") == "go"


def test_tables_sort_with_missing_figures_last(report: Page) -> None:
    head = "#query-0 thead tr:last-child th:nth-child(4) button"
    names = (
        "return [...document.querySelectorAll('#query-0 tbody:not([hidden]) tr[data-driver]')]"
        ".map(r => r.querySelector('.dn').textContent)"
    )
    before = report.run(names)
    report.click(head)
    ascending = report.run(names)
    report.click(head)
    descending = report.run(names)
    assert isinstance(ascending, list)
    assert isinstance(descending, list)
    assert ascending == before
    assert descending[:-1] == ascending[:-1][::-1]
    assert ascending[-1] == descending[-1] == "pg-native"


def test_the_raw_results_and_the_csv_can_be_saved(
    report: Page, sample: Run, tmp_path: Path
) -> None:
    report.browser.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    report.click("#download-json")
    document = saved(tmp_path / f"{sample.run_id}.json")
    assert msgspec.json.decode(document, type=Run) == sample
    report.click("#download-csv")
    table = saved(tmp_path / f"{sample.run_id}.csv").decode("utf-8")
    assert len(list(csv.DictReader(table.splitlines()))) == len(sample.cells)


def saved(path: Path) -> bytes:
    for _ in range(100):
        if path.exists() and path.stat().st_size:
            return path.read_bytes()
        time.sleep(0.1)
    raise AssertionError(f"{path.name} was not saved; there are {list(path.parent.iterdir())}")


def test_without_javascript_the_headline_and_the_tables_are_there(
    report: Page, expected: Expected
) -> None:
    report.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        report.open()
        shown = report.browser.find_elements(By.CSS_SELECTOR, "#board-main li:not([hidden])")
        places = sorted(shown, key=lambda item: int(item.location["y"]))
        lines = [item.text for item in places]
        wanted = expected("rows_per_second")
        assert len(lines) == len(wanted)
        for line, (title, value, share) in zip(lines, wanted, strict=True):
            assert title in line
            assert value in line
            assert share in line
        assert report.browser.find_element(By.CSS_SELECTOR, "#query-0 table").is_displayed()
        assert not report.browser.find_element(By.ID, "selectors").is_displayed()
    finally:
        report.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_numbers_are_written_as_in_python(chromium: webdriver.Chrome) -> None:
    source = (
        Path(str(count.__code__.co_filename)).parent / "assets" / "js" / "format.js"
    ).read_text(encoding="utf-8")
    values = [0, 1, 2.5e-5, 0.0123, 0.0941, 0.125, 0.9996, 1.005, 9.995, 12.35, 99.95, 999.4]
    values += [999.6, 1e3, 45_600, 999_999, 1_234_567, 8.5e8, 1e9, 103e9, 1e12]
    chromium.get("about:blank")
    seen = chromium.execute_script(
        source.replace("export ", "")
        + """;return arguments[0].map(v =>
        [count(v), micros(v), ratio(v), spread(v, v * 1.02, "µs"), spread(v, v * 3, "")]);""",
        values,
    )
    assert seen == [
        [count(v), microseconds(v), ratio(v), spread(v, v * 1.02, "µs"), spread(v, v * 3, "")]
        for v in values
    ]


def test_the_percentile_plot_shows_the_chosen_drivers(report: Page) -> None:
    names = (
        "return [...document.querySelectorAll('[data-chart=\"curve\"] path.line title')]"
        ".map(t => t.textContent)"
    )
    assert sorted(report.run(names)) == ["asyncpg", "pgx", "postgres.js"]
    report.pill("curve-query", "copy")
    assert sorted(report.run(names)) == ["pgx", "postgres.js", "psycopg2"]
    report.pill("curve-drivers", "pgx")
    assert sorted(report.run(names)) == ["postgres.js", "psycopg2"]
    report.click('[data-set="curves:all"]')
    assert len(list(report.run(names))) == 9
    report.click('[data-set="curves:auto"]')
    assert sorted(report.run(names)) == ["pgx", "postgres.js", "psycopg2"]


def test_query_sets_and_the_unranked_follow_the_selection(report: Page, expected: Expected) -> None:
    report.click('[data-set="queries:all"]')
    everything = (*HEADLINE, "copy", "batch", "one_plus_one")
    assert report.board("board-main") == expected("rows_per_second", everything)
    unranked = report.browser.find_element(By.ID, "unranked").text
    assert "COPY 10,000 rows: not supported: aiopg has no COPY" in unranked
    assert "not run: pg-native needs libpq's headers" in unranked
    report.click('[data-set="queries:headline"]')
    assert "aiopg" not in report.browser.find_element(By.ID, "unranked").text
    report.click('#matrix a.ref[href="#note-1"]')
    assert report.run("return document.activeElement.id") == "note-1"
