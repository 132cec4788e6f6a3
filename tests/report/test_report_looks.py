"""How the page looks: contrast in light and dark, and on paper."""

from __future__ import annotations

import pytest
from browsing import Page
from selenium.webdriver.common.by import By

CONTRAST = """
const context = Object.assign(document.createElement('canvas'), {width: 1, height: 1})
  .getContext('2d', {willReadFrequently: true});
const rgba = colour => {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
};
const luminance = ([r, g, b]) => [r, g, b]
  .map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const under = node => {
  for (let e = node; e; e = e.parentElement) {
    const colour = rgba(getComputedStyle(e).backgroundColor);
    if (colour[3] === 255) return colour;
  }
};
return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility()).map(e => {
  const [a, b] = [luminance(rgba(getComputedStyle(e).color)), luminance(under(e))].sort();
  return [(b + 0.05) / (a + 0.05), e.className + ': ' + e.textContent.trim().slice(0, 30)];
}).sort((x, y) => x[0] - y[0])[0]"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_has_contrast(report: Page, theme: str) -> None:
    _check_contrast(report, theme)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_of_an_open_loop_has_contrast(load_report: Page, theme: str) -> None:
    _check_contrast(load_report, theme)


def _check_contrast(report: Page, theme: str) -> None:
    report.browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": theme}]},
    )
    try:
        report.open()
        texts = "p, dt, dd, li, th, td, small, summary, .tag, .cl, .value, .ratio, .bounds, .v, .r"
        worst = report.browser.execute_script(CONTRAST, texts + ", .pill > span, .rg, .na, .badge")
        assert worst[0] >= 4.5, worst
    finally:
        report.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_printed_tables_fit_the_sheet(report: Page) -> None:
    metrics = {"width": 1040, "height": 720, "deviceScaleFactor": 1, "mobile": False}
    report.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    report.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        wide = report.run(
            "return [...document.querySelectorAll('table')]"
            ".filter(t => t.getBoundingClientRect().right > innerWidth + 1).map(t => t.className)"
        )
        assert wide == []
        assert not report.browser.find_element(By.ID, "selectors").is_displayed()
    finally:
        report.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_dark_is_chosen_and_remembered(report: Page) -> None:
    paper = "return getComputedStyle(document.body).backgroundColor"
    report.click('[data-theme-choice="light"]')
    light = report.run(paper)
    report.click('[data-theme-choice="dark"]')
    dark = report.run(paper)
    assert light != dark
    report.browser.refresh()
    assert report.run(paper) == dark
    pressed = report.browser.find_element(By.CSS_SELECTOR, '[data-theme-choice="dark"]')
    assert pressed.get_attribute("aria-pressed") == "true"
