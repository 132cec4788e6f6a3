"""An open loop's page in a real browser, at the width of a desk and of a phone."""

from __future__ import annotations

from browsing import Page

COUNTS = """return [...document.querySelectorAll('[data-load] svg')]
.map(svg => svg.querySelectorAll('%s').length)"""
LINES, HOLLOW = COUNTS % ".line", COUNTS % ".hollow"
LABELS = """return [...document.querySelectorAll('[data-load] svg')]
.map(svg => [...svg.querySelectorAll('text.axis')].map(label => label.textContent))[1]"""
BEYOND = """return [...document.querySelectorAll('[data-load] svg')].filter(s => {
  const box = s.getBoundingClientRect();
  return [...s.querySelectorAll('text')].some(t => {
    const one = t.getBoundingClientRect();
    return one.left < box.left - 2 || one.right > box.right + 2;
  });
}).length"""


def test_it_draws_p50_and_p99_of_every_query_and_fits(load_report: Page) -> None:
    assert load_report.run(LINES) == [3, 3, 3, 3]
    assert load_report.run(HOLLOW) == [1, 1, 1, 1]
    assert load_report.overflow() <= 0
    assert load_report.run(BEYOND) == 0


def test_the_axes_name_rates_and_times(load_report: Page) -> None:
    labels = load_report.run(LABELS)
    assert isinstance(labels, list)
    assert {"500", "8\u202fk", "queries due per second (log scale)"} <= set(labels)
    assert any("ms" in label for label in labels)


def test_drivers_can_be_taken_out_of_the_charts(load_report: Page) -> None:
    load_report.pill("load-drivers", "2")
    assert load_report.run(LINES) == [2, 2, 2, 2]
    assert load_report.run(HOLLOW) == [0, 0, 0, 0]
    load_report.click('[data-set="none"]')
    assert load_report.run(LINES) == [0, 0, 0, 0]
    load_report.click('[data-set="all"]')
    assert load_report.run(LINES) == [3, 3, 3, 3]


def test_the_theme_can_be_chosen(load_report: Page) -> None:
    paper = "return getComputedStyle(document.body).backgroundColor"
    load_report.click('[data-theme-choice="light"]')
    light = load_report.run(paper)
    load_report.click('[data-theme-choice="dark"]')
    assert load_report.run(paper) != light
