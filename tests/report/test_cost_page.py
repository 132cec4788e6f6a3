"""The page and the Markdown of cost."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from browsing import SIZES, Page
from click.testing import CliRunner
from selenium import webdriver

from pgbench_drivers.cli.export import export
from pgbench_drivers.export.cost import write_cost_markdown
from pgbench_drivers.export.cost_csv import write_cost_csv
from pgbench_drivers.report.cost import render, write_cost_page
from pgbench_drivers.results import storage
from pgbench_drivers.results.cost import Cost, CostFailure
from tests.results.cost_making import make_allocations, make_cost, make_observation


@pytest.fixture(scope="module")
def cost() -> Cost:
    """One driver with everything, and one that failed at the large answer."""
    observations = [
        make_observation("one", "probe", 1, peak_kib=20 << 10),
        make_observation("one", "probe", 8, connect_ns=24_000_000),
        make_observation("one", "many", 8),
        make_observation("one", "large", 1, peak_kib=120 << 10, queries=1, rows=1_000_000),
        make_observation("two", "probe", 1, start_up_ns=3_000_000),
        make_observation("null-python", "probe", 1, start_up_ns=4_000_000),
    ]
    return make_cost(
        observations,
        drivers=("one", "two"),
        failures=[CostFailure("two", "large", 1, "<b>too large")],
        unavailable={"instructions": "no counters", "cycles": "no counters"},
        allocations=[
            make_allocations("one", "many", count=None),
            make_allocations("null-python", "many", count=0, size=1),
        ],
        untold={"python": "bytes only", "nobody's": "not in this document"},
    )


def markdown(cost: Cost) -> str:
    stream = io.StringIO()
    write_cost_markdown(cost, stream)
    return stream.getvalue()


def test_the_markdown_has_every_figure_and_every_reason(cost: Cost) -> None:
    text = markdown(cost)
    assert "| Driver | Start-up | of it the driver's |" in text
    assert "100 MiB" in text
    assert "| one | many | 2.00 | 0.500 | n/a | — | 64.0 B |" in text
    assert "| null-python | many |  |  |  | 0 | 0.00100 B |" in text
    assert "- Allocations, Python: bytes only" in text
    assert "not in this document" not in text
    assert "instructions/row" not in text
    assert "- Not available here: instructions and cycles: no counters" in text
    assert "- two failed large with 1 connection: &lt;b&gt;too large" in text


def test_without_the_large_answer_there_is_no_column_for_it(cost: Cost) -> None:
    assert "Memory" in markdown(cost)
    assert "Memory" not in markdown(make_cost([], large=None))
    assert "Memory of the large answer" not in render(make_cost([], large=None))


def test_a_reason_is_text_and_no_markup(cost: Cost) -> None:
    page = render(cost)
    assert "&lt;b&gt;too large" in page
    assert "<b>too large" not in page


def test_a_difference_below_zero_is_shown_as_it_is_in_the_table(cost: Cost) -> None:
    assert "-1.00 ms" in markdown(cost)


def test_the_csv_has_every_figure_or_its_reason(cost: Cost) -> None:
    stream = io.StringIO()
    write_cost_csv(cost, stream)
    rows = {
        (row["driver"], row["query"], row["figure"]): row
        for row in csv.DictReader(io.StringIO(stream.getvalue()))
    }
    assert float(rows["one", "many", "allocated_bytes_per_row"]["median"]) == 64
    assert rows["one", "many", "allocations_per_row"]["reason"] == "bytes only"
    assert rows["one", "many", "instructions_per_row"]["reason"] == "no counters"
    assert rows["two", "", "memory_bytes"]["reason"] == "<b>too large"
    assert rows["one", "", "memory_bytes"]["median"] == str(float(100 << 20))


def test_a_document_of_cost_is_exported_like_that_of_a_run(cost: Cost, tmp_path: Path) -> None:
    storage.write(cost, tmp_path / "cost.json")
    done = CliRunner().invoke(export, [str(tmp_path / "cost.json"), "--format", "markdown"])
    assert done.exit_code == 0
    assert done.stdout == markdown(cost)


def test_allocations_have_no_columns_where_none_were_counted() -> None:
    assert "allocat" not in markdown(make_cost([]))


@pytest.mark.parametrize("size", sorted(SIZES))
def test_it_fits_a_desk_and_a_phone_and_loads_nothing(
    cost: Cost, chromium: webdriver.Chrome, tmp_path: Path, size: str
) -> None:
    path = tmp_path / "cost.html"
    write_cost_page(cost, path)
    width, height = SIZES[size]
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    page = Page(chromium, path.as_uri())
    page.requests()
    page.complaints()
    page.open()
    assert page.overflow() <= 0
    assert page.board("board-memory") == [["one", "100\u202fMiB", "1.00×"]]
    # Whose difference is below zero comes last, and nobody is compared with it.
    assert page.board("board-start-up") == [
        ["one", "1.00\u202fms", "1.00×"],
        ["two", "nothing seen", ""],
    ]
    assert page.complaints() == []
    assert [
        url for url in page.requests() if not url.startswith(("file:", "about:", "data:"))
    ] == []
