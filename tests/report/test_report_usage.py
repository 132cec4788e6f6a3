"""How a driver is used stands beside its name, where that is not the idiomatic way."""

from __future__ import annotations

import io

import msgspec
import pytest
from browsing import SIZES, Page
from cutting import Cut
from selenium import webdriver

from pgbench_drivers.export.markdown import write_markdown
from pgbench_drivers.report.html import render, write_report
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results.audit import Audit
from pgbench_drivers.results.model import Run
from tests.audit.test_sentence import PLAIN


@pytest.fixture(scope="module")
def run(cut: Cut) -> Run:
    """Three drivers, one of which declares itself pgbouncer-safe and is not."""
    made = cut(["asyncpg", "psycopg2", "pgx"], ["pg_type", "generate_series"])
    drivers = [
        msgspec.structs.replace(d, usage="pgbouncer-safe") if d.name == "pgx" else d
        for d in made.drivers
    ]
    broken = Audit("pgx", "pg_type", PLAIN, None, breach="declared <b>safe, but named")
    return msgspec.structs.replace(made, drivers=drivers, audits=[broken])


def test_without_it_nothing_is_labelled(cut: Cut) -> None:
    page = render(Analysed.of(cut(["asyncpg", "pgx"], ["pg_type"])))
    assert 'class="badge usage"' not in page
    assert 'data-set="usage:' not in page


def test_a_breach_is_said_where_it_is_told_what_is_sent(run: Run) -> None:
    page = render(Analysed.of(run))
    assert "not as declared" in page
    assert "declared &lt;b&gt;safe, but named" in page


def test_the_markdown_says_it(run: Run) -> None:
    stream = io.StringIO()
    write_markdown(run, stream)
    assert "(pgbouncer-safe)" in stream.getvalue()


@pytest.mark.parametrize("size", sorted(SIZES))
def test_rows_are_labelled_ranked_and_filtered(
    run: Run, chromium: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory, size: str
) -> None:
    path = tmp_path_factory.mktemp("usage") / "report.html"
    write_report(run, path)
    width, height = SIZES[size]
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    page = Page(chromium, path.as_uri())
    page.open()
    labels = (
        "return [...document.querySelectorAll('#board-main li .badge')].map(e => e.textContent)"
    )
    assert page.run(labels) == ["pgbouncer-safe"]
    titles = {driver.name: driver.title for driver in run.drivers}
    assert {row[0] for row in page.board("board-main")} == set(titles.values())
    page.click('[data-set="usage:idiomatic"]')
    assert {row[0] for row in page.board("board-main")} == {titles["asyncpg"], titles["psycopg2"]}
    page.click('[data-set="usage:pgbouncer-safe"]')
    assert [row[0] for row in page.board("board-main")] == [titles["pgx"]]
    assert page.overflow() <= 0
