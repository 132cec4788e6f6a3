"""What each driver sends, on the page and in the Markdown."""

from __future__ import annotations

import io

import msgspec
import pytest
from browsing import SIZES, Page
from cutting import Cut
from reading import part
from selenium import webdriver

from pgbench_drivers.export.markdown import write_markdown
from pgbench_drivers.report.html import render, write_report
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results.audit import Audit
from pgbench_drivers.results.model import Run
from tests.audit.test_sentence import PLAIN

SENTENCE = "Prepares a named statement once per connection, binary parameters, binary results"
TEXT = msgspec.structs.replace(
    PLAIN, protocol="simple", prepared="never", parameters=["merged"] * 2, results=["text"] * 12,
    other_commands={"BEGIN": 1, "COMMIT": 1}, round_trips=3, round_trips_most=4,
)  # fmt: skip
PHONE_390 = (390, 844)


@pytest.fixture(scope="module")
def audited(cut: Cut) -> Run:
    """A run with audits: one that is plain, one with more, one that failed."""
    run = cut(["asyncpg", "psycopg2", "pgx"], ["pg_type", "generate_series"])
    return msgspec.structs.replace(
        run,
        audits=[
            Audit("asyncpg", "pg_type", PLAIN, None),
            Audit("asyncpg", "generate_series", PLAIN, None),
            Audit("psycopg2", "pg_type", TEXT, None),
            Audit("pgx", "pg_type", None, "what was sent could not be decoded: <b>TLS"),
            Audit("pgx", "generate_series", None, "it cannot", unsupported=True),
        ],
    )


@pytest.fixture(scope="module")
def section(audited: Run) -> str:
    return part(render(Analysed.of(audited)), 'id="sending"', "</section>")


def test_each_driver_has_its_sentence_and_equal_ones_share_a_line(section: str) -> None:
    assert section.count(SENTENCE) == 1
    assert "<b>pg_type, 1000 integers</b> Prepares" in section
    assert "also sends BEGIN, COMMIT, 3 to 4 round trips per query." in section


def test_an_audit_that_failed_shows_its_reason(section: str) -> None:
    assert "not known</span>: what was sent could not be decoded: &lt;b&gt;TLS" in section
    assert "not supported</span>: it cannot" in section


def test_all_facts_stand_in_a_table(section: str) -> None:
    row = "<td>simple</td><td>never</td><td>merged</td><td>text</td><td>3–4</td><td>70</td>"
    assert row in section
    assert "<td>BEGIN, COMMIT</td>" in section


def test_a_run_without_an_audit_has_no_such_section(page: str) -> None:
    assert 'id="sending"' not in page
    assert 'href="#sending"' not in page


def test_the_markdown_has_the_sentences(audited: Run) -> None:
    stream = io.StringIO()
    write_markdown(audited, stream)
    text = stream.getvalue()
    assert "### What each driver sends" in text
    assert f"| asyncpg | pg\\_type, 1000 integers | {SENTENCE}" in text.replace(
        "pg_type", r"pg\_type"
    )
    assert "not known: what was sent could not be decoded" in text
    assert "not supported: it cannot" in text


@pytest.mark.parametrize("size", [SIZES["desk"], PHONE_390])
def test_the_section_fits(
    chromium: webdriver.Chrome, audited: Run, tmp_path, size: tuple[int, int]
) -> None:
    write_report(audited, tmp_path / "report.html")
    width, height = size
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    page = Page(chromium, (tmp_path / "report.html").as_uri())
    page.open()
    page.click("#sending details > summary")
    assert page.overflow() <= 0
    wide = page.run(
        "const table = document.querySelector('#sending table.sending');"
        "return table.scrollWidth - table.closest('.scroll').clientWidth"
    )
    assert int(str(wide)) <= 0
