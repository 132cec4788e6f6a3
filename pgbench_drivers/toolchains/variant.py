"""A driver that is not as this checkout has it: another release, or an earlier revision."""

from __future__ import annotations

import re
from dataclasses import dataclass

_REQUIREMENT = re.compile(
    r"(?P<package>[A-Za-z0-9][A-Za-z0-9._-]*)(?P<extras>\[[A-Za-z0-9._,-]*\])?"
    r"==(?P<version>[A-Za-z0-9][A-Za-z0-9.!+_-]*)"
)


@dataclass(frozen=True)
class Release:
    """A package of an environment in another version; `extras` as in `[binary]`, or empty."""

    package: str
    extras: str
    version: str

    @property
    def label(self) -> str:
        """How the user calls it."""
        return self.version

    @property
    def requirement(self) -> str:
        """What pip is to install."""
        return f"{self.package}{self.extras}=={self.version}"

    def __str__(self) -> str:
        return f"{self.package} {self.version}"


@dataclass(frozen=True)
class Revision:
    """A project of this repository as it was at a commit.

    `label` is how the user calls it, `tree` git's name for the content of the
    project's folder: revisions between which it did not change share it.
    """

    project: str
    label: str
    commit: str
    tree: str

    def __str__(self) -> str:
        return f"{self.project} at {self.label} (commit {self.commit[:12]})"


Variant = Release | Revision


def parse_requirement(text: str) -> Release | None:
    """`asyncpg==0.29.0` in its parts, or None when it is nothing of that form."""
    found = _REQUIREMENT.fullmatch(text)
    if not found:
        return None
    return Release(found["package"], found["extras"] or "", found["version"])


def same_package(one: str, other: str) -> bool:
    """Whether two spellings name one package of PyPI (PEP 503)."""
    return normal(one) == normal(other)


def normal(name: str) -> str:
    """A package's name as PyPI spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()
