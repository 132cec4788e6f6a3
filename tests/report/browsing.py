"""The page in a browser: what is seen of it, and clicks."""

from __future__ import annotations

import json
from urllib.parse import unquote

from selenium import webdriver
from selenium.webdriver.common.by import By

SIZES = {"desk": (1280, 900), "phone": (360, 740)}


class Page:
    """The report, opened; says what is seen, and clicks."""

    def __init__(self, browser: webdriver.Chrome, url: str) -> None:
        self.browser = browser
        self.url = url

    def open(self, state: str = "") -> None:
        self.browser.get("about:blank")
        self.browser.get(self.url + (f"#{state}" if state else ""))

    def run(self, script: str) -> object:
        return self.browser.execute_script(script)

    def click(self, selector: str) -> None:
        found = self.browser.find_element(By.CSS_SELECTOR, selector)
        folded = found.find_elements(By.XPATH, "ancestor::details[not(@open)]/summary")
        for summary in folded:
            summary.click()
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        found.click()

    def pill(self, name: str, value: str) -> None:
        self.click(f'label.pill:has(input[name="{name}"][value="{value}"])')

    def hash(self) -> str:
        return unquote(str(self.run("return location.hash")))

    def board(self, name: str) -> list[list[str]]:
        """[title, value, ratio] of every driver on a board, from top to bottom."""
        found = self.run(
            f"""return [...document.querySelectorAll('#{name} li')].filter(li => !li.hidden)
            .map(li => ['.dn', '.value', '.ratio'].map(s => li.querySelector(s).textContent))"""
        )
        assert isinstance(found, list)
        return found

    def overflow(self) -> int:
        return int(
            str(self.run("const e = document.documentElement; return e.scrollWidth - innerWidth"))
        )

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.browser.get_log("browser")]

    def requests(self) -> list[str]:
        events = (json.loads(entry["message"]) for entry in self.browser.get_log("performance"))
        return [
            event["message"]["params"]["request"]["url"]
            for event in events
            if event["message"]["method"] == "Network.requestWillBeSent"
        ]
