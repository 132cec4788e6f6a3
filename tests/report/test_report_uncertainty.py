"""Intervals and outliers on the page, where there are rounds enough to tell."""

from __future__ import annotations

import pytest

from pgbench_drivers.analysis.summary import Spread
from pgbench_drivers.report.html import render
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.report.uncertainty import interval_text, outlier_text
from tests.analysis.truth import costing_cell
from tests.results.making import make_run

STEADY = (10.0, 10.02, 9.98, 10.01, 9.99, 10.03, 9.97, 10.0, 10.04, 9.96)
DISTURBED = (*STEADY[:6], 14.0, *STEADY[7:])


def test_an_interval_is_shown_from_six_rounds_on() -> None:
    assert interval_text(Spread.of(STEADY), "µs").startswith("95\u202f%: ")
    assert interval_text(Spread.of(STEADY[:5]), "µs") == ""
    assert interval_text(Spread.of(STEADY[:1]), "µs") == ""


def test_outliers_are_named_by_their_round() -> None:
    assert outlier_text(Spread.of(DISTURBED)) == "outlier: round 7"
    assert outlier_text(Spread.of(STEADY)) == ""


@pytest.fixture(scope="module")
def shown() -> str:
    """A page of a disturbed driver and a steady one."""
    cells = [costing_cell("disturbed", "q", DISTURBED), costing_cell("steady", "q", STEADY)]
    return render(Analysed.of(make_run(cells=cells, rounds=len(STEADY))))


def test_the_table_of_a_query_shows_both(shown: str) -> None:
    panel = shown.split('id="queries"', 1)[1].split("</section>", 1)[0]
    assert "95\u202f%: " in panel
    rows = {
        row.split('class="dn">')[1].split("<")[0]: row for row in panel.split("<tr data-driver")[1:]
    }
    assert "† outlier: round 7" in rows["disturbed"]
    assert "†" not in rows["steady"]


def test_the_table_of_rounds_marks_the_figure(shown: str) -> None:
    table = shown.split('id="rounds"', 1)[1].split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    marked = [row for row in table.split("<tr>") if "†" in row]
    assert len(marked) == 1
    assert "disturbed" in marked[0]
    assert "<td>7</td>" in marked[0]
