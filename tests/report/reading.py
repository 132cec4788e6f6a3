"""What a test reads off the page's source."""

from __future__ import annotations

import html
import json
import re


def board(page: str, name: str = "board-main") -> list[tuple[str, str]]:
    """(title, value) of the drivers shown on one board, best first."""
    section = page.split(f'id="{name}"', 1)[1].split("</section>", 1)[0]
    places = []
    for item in re.findall(r"<li .*?</li>", section, re.DOTALL):
        if " hidden" not in item.split(">", 1)[0]:
            title = re.findall(r'class="dn">(.*?)<', item)[0]
            places.append((html.unescape(title), re.findall(r'class="value">(.*?)<', item)[0]))
    return places


def places(page: str, name: str = "board-main") -> list[str]:
    """Mark and rank of the drivers shown on one board, best first: "≈2"."""
    section = page.split(f'id="{name}"', 1)[1].split("</section>", 1)[0]
    found = re.findall(r'class="tie"[^>]*>(.*?)</span><span class="place">(.*?)</span>', section)
    return [mark + rank for mark, rank in found if rank]


def payload(page: str) -> dict[str, object]:
    """The data that the page's script works on."""
    found = re.search(r'<script type="application/json" id="report-data">(.*?)</script>', page)
    assert found
    return dict(json.loads(found[1]))


def part(page: str, start: str, end: str) -> str:
    """The source between two marks."""
    return page.split(start, 1)[1].split(end, 1)[0]


def matrix(page: str) -> dict[str, list[str]]:
    """Cells of every row of the matrix, by the driver's title."""
    table = part(page, 'id="matrix-table"', "</table>")
    return {
        html.unescape(re.findall(r'class="dn">(.*?)<', row)[0]): re.findall(
            r"<td.*?</td>", row, re.DOTALL
        )
        for row in re.findall(r"<tr data-driver.*?</tr>", table, re.DOTALL)
    }
