"""The sample run, its report, and a browser to look at it with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
import pytest
from browsing import SIZES, Page
from cutting import Cut
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from variants import open_loop

from pgbench_drivers.report.html import render, write_report
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results.model import Run

SAMPLE = Path(__file__).parents[1] / "samples" / "sample.json"

CHROMIUM_ARGUMENTS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
)


@pytest.fixture(scope="session")
def sample() -> Run:
    """The checked-in sample run."""
    return msgspec.json.decode(SAMPLE.read_bytes(), type=Run)


@pytest.fixture(scope="session")
def analysed(sample: Run) -> Analysed:
    """The sample with its figures; shared, because decoding histograms takes seconds."""
    return Analysed.of(sample)


@pytest.fixture(scope="session")
def page(analysed: Analysed) -> str:
    """The sample's report as text."""
    return render(analysed)


@pytest.fixture(scope="session")
def page_url(page: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sample's report as a file."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page, encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="session")
def cut(sample: Run) -> Cut:
    """A function that cuts the sample down."""

    def make(
        drivers: Collection[str], queries: Collection[str], levels: Collection[int] = (8,)
    ) -> Run:
        return msgspec.structs.replace(
            sample,
            drivers=[d for d in sample.drivers if d.name in drivers],
            queries=[q for q in sample.queries if q.name in queries],
            cells=[
                c
                for c in sample.cells
                if c.driver in drivers and c.query in queries and c.concurrency in levels
            ],
        )

    return make


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Chromium from the distribution's packages, without a network to speak of."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if not binary or not driver:
        missing = "chromium" if not binary else "chromedriver"
        pytest.skip(
            f"no browser test: {missing} is not installed "
            "(tests/report/install-chromium.sh brings both on Debian)"
        )
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in CHROMIUM_ARGUMENTS:
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield browser
    finally:
        browser.quit()


@pytest.fixture(scope="session")
def load_page_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of an open loop as a file."""
    path = tmp_path_factory.mktemp("load") / "report.html"
    write_report(open_loop(), path)
    return path.as_uri()


@pytest.fixture(params=sorted(SIZES))
def report(
    chromium: webdriver.Chrome, page_url: str, request: pytest.FixtureRequest
) -> Iterator[Page]:
    yield from opened(chromium, page_url, SIZES[request.param])


@pytest.fixture(params=sorted(SIZES))
def load_report(
    chromium: webdriver.Chrome, load_page_url: str, request: pytest.FixtureRequest
) -> Iterator[Page]:
    yield from opened(chromium, load_page_url, SIZES[request.param])


def opened(chromium: webdriver.Chrome, page_url: str, size: tuple[int, int]) -> Iterator[Page]:
    """The page at that size; afterwards, that it complained of nothing and loaded nothing."""
    width, height = size
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    page = Page(chromium, page_url)
    page.requests()
    page.complaints()
    page.open()
    page.run("localStorage.clear()")
    page.open()
    yield page
    assert page.complaints() == []
    foreign = [
        url for url in page.requests() if not url.startswith((page_url, "about:", "data:", "blob:"))
    ]
    assert foreign == []
