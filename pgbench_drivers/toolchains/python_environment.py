"""What a Python environment is beyond its lock file, as `<name>.toml` beside it says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import msgspec

from pgbench_drivers.errors import UserError
from pgbench_drivers.paths import ROOT
from pgbench_drivers.toolchains.base import ToolchainError, UnsuitableError
from pgbench_drivers.toolchains.variant import Release, normal

RUNNING = sys.version_info[:2]
PINNED = re.compile(r"^(?P<package>[\w.-]+)(?P<extras>\[[\w.,-]*\])?==", re.ASCII | re.MULTILINE)


class EnvironmentFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of the file; docs/add-a-driver.md explains them."""

    lock: str | None = None
    newest_python: str | None = None
    project: str | None = None
    build_variables: dict[str, str] = msgspec.field(default_factory=dict)


class PythonEnvironment:
    """An environment by its name: its lock file, and what is installed besides."""

    def __init__(self, name: str, directory: Path) -> None:
        file = _load(directory / f"{name}.toml")
        self.name = name
        self.lock = directory / f"{file.lock or name}.lock"
        self.project = ROOT / file.project if file.project else None
        self.build_variables = file.build_variables
        self._newest_python = file.newest_python
        if not self.lock.exists():
            raise ToolchainError(f"there is no lock file for the environment: {self.lock}")

    def check_python(self) -> None:
        """Raise UnsuitableError where the running Python is not one of the environment's."""
        newest = self._newest_python
        if newest is not None and tuple(map(int, newest.split("."))) < RUNNING:
            have = ".".join(map(str, RUNNING))
            raise UnsuitableError(
                f"the environment {self.name} is for Python {newest} and older, this is {have}; "
                f"set the toolbench up with an older one: make clean setup PYTHON=python{newest}"
            )

    def release(self, wanted: Release) -> Release:
        """A version of a package that the environment asks for, with the same extras.

        Raises UserError when it does not.
        """
        text = self.lock.with_suffix(".in").read_text(encoding="utf-8")
        pinned = {normal(found["package"]): found for found in PINNED.finditer(text)}
        found = pinned.get(normal(wanted.package))
        if found is None:
            raise UserError(
                f"{wanted.package} is none of the packages of the environment {self.name}: "
                f"{', '.join(pinned)}"
            )
        return Release(found["package"], found["extras"] or "", wanted.version)


def _load(path: Path) -> EnvironmentFile:
    if not path.exists():
        return EnvironmentFile()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=EnvironmentFile)
    except msgspec.DecodeError as error:
        raise ToolchainError(f"{path}: {error}") from error
