"""How each language looks: colour, pattern and a short tag, so that none is told by colour alone.

The colours follow Okabe and Ito, darkened until white text on them has contrast.
The first three stay far apart for every colour vision; of the others some come
close for some readers, who have pattern, marker and tag.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pgbench_drivers.results.model import Driver


class WithDrivers(Protocol):
    """A document that has rows of drivers."""

    @property
    def drivers(self) -> list[Driver]: ...


@dataclass(frozen=True)
class LanguageStyle:
    """The look of one language; `slot` numbers the colours and patterns of the style sheet."""

    name: str
    title: str
    tag: str
    slot: int


@dataclass(frozen=True)
class Slot:
    """A colour for light paper, its sibling for dark screens, a hatch and a point marker."""

    light: str
    dark: str
    hatch: str
    marker: str


SLOTS: tuple[Slot, ...] = (
    Slot("#0072B2", "#4AA8E0", "", "o"),
    Slot("#00855F", "#2FC79B", "///", "s"),
    Slot("#C65300", "#F58A3C", "..", "^"),
    Slot("#AD5088", "#E094BF", "xxx", "D"),
    Slot("#946200", "#E6B23A", "\\\\\\", "v"),
    Slot("#387794", "#8FC7E8", "---", "P"),
    Slot("#6B5B95", "#B3A2DE", "+++", "X"),
    Slot("#5F6B6D", "#AEB9BC", "|||", "*"),
)

_KNOWN = {
    "python": ("Py", 0),
    "node": ("JS", 1),
    "nodejs": ("JS", 1),
    "javascript": ("JS", 1),
    "go": ("Go", 2),
    "rust": ("Rs", 3),
    "java": ("Jv", 4),
    "c": ("C", 5),
}


def language_styles(run: WithDrivers) -> dict[str, LanguageStyle]:
    """The style of every language of the run, by name, in the order of its drivers."""
    styles: dict[str, LanguageStyle] = {}
    for driver in run.drivers:
        if driver.language in styles:
            continue
        taken = {s.slot for s in styles.values()}
        tag, slot = _KNOWN.get(driver.language.lower(), ("", -1))
        tag = tag or _free_tag(driver.language_title, {s.tag for s in styles.values()})
        if slot < 0 or slot in taken:
            free = [i for i in reversed(range(len(SLOTS))) if i not in taken]
            slot = free[0] if free else len(styles) % len(SLOTS)
        styles[driver.language] = LanguageStyle(driver.language, driver.language_title, tag, slot)
    return styles


def _free_tag(title: str, taken: set[str]) -> str:
    """Two letters of the title that no other language has, or else a number."""
    letters = [character for character in title if character.isalnum()] or ["?"]
    for second in [*letters[1:], ""]:
        if (tag := f"{letters[0].upper()}{second.lower()}") not in taken:
            return tag
    return str(len(taken) + 1)
