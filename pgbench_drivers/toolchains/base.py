"""What every toolchain offers, and the helpers that they share."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgbench_drivers.errors import UserError
from pgbench_drivers.paths import ROOT
from pgbench_drivers.paths import TOOLCHAINS as TOOLCHAINS_DIRECTORY
from pgbench_drivers.toolchains.variant import Release, Revision, Variant

Say = Callable[[str], None]

PROBE_TIMEOUT_SECONDS = 30.0
INSTALL_TIMEOUT_SECONDS = 1800.0
OUTPUT_LINES_IN_ERROR = 6

NEWEST_SHOWN = 5

_VERSION = re.compile(r"\d+(?:\.\d+)+")
_PIP_KNOWS = re.compile(r"\(from versions: (?!none\))([^)]+)\)")


class ToolchainError(Exception):
    """A language cannot be run here; the message says why, and what would help."""


class UnsuitableError(ToolchainError):
    """Nothing is broken or missing: the drivers are not for a machine such as this."""


class UnknownVersionError(UserError):
    """A version was asked for that does not exist."""


@dataclass(frozen=True)
class Command:
    """How to start a prepared runner."""

    argv: tuple[str, ...]
    directory: Path
    environment: dict[str, str]


@dataclass(frozen=True)
class Probe:
    """What `doctor` tells of a language; what is not obtainable, `setup` does not bring."""

    available: bool
    text: str
    obtainable: bool = True


class Toolchain(ABC):
    """One language."""

    language: str

    @abstractmethod
    def prepare(self, environment: str, say: Say) -> Command:
        """Make the runner ready and return its command; raises ToolchainError.

        `environment` names the set of packages (only Python has more than
        "default"). `say` is told before anything is downloaded or built.
        """

    def release(self, environment: str, wanted: Release) -> Variant:
        """A package of an environment in another version; raises UserError.

        The language may know it by more than its name and version.
        """
        raise UserError(f"{self.language}: only Python's drivers can be measured in two versions")

    def revision(self, environment: str, name: str) -> Revision:
        """The project of an environment at a revision of this repository; raises UserError."""
        raise UserError(f"{self.language}: none of its drivers is built from this repository")

    def prepare_variant(self, environment: str, variant: Variant, say: Say) -> Command:
        """As `prepare`, for the environment with the variant in place of what it has.

        Raises ToolchainError, and UnknownVersionError for a version that does not exist.
        """
        raise ToolchainError(f"{self.language} has no variants of its drivers")

    def tools(self, environment: str, say: Say) -> dict[str, str]:
        """Environment variables with which the language's own tools are found first.

        Raises ToolchainError.
        """
        command = self.prepare(environment, say)
        path = command.environment.get("PATH", os.environ.get("PATH", os.defpath))
        return {**command.environment, "PATH": prepended(Path(command.argv[0]).parent, path)}

    @abstractmethod
    def probe(self) -> Probe:
        """Whether the language's tools are there, without changing anything."""


def run(
    argv: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str] | None = None,
    timeout_seconds: float = INSTALL_TIMEOUT_SECONDS,
) -> str:
    """Run a tool and return its stdout; raises ToolchainError with its last words."""
    try:
        finished = subprocess.run(
            argv,
            cwd=directory,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout_seconds,
            check=False,
        )
    except OSError as error:
        raise ToolchainError(f"{argv[0]} cannot be started: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise ToolchainError(
            f"{' '.join(argv)} was not done after {timeout_seconds:.0f} s"
        ) from error
    if finished.returncode != 0:
        words = [line.strip() for line in finished.stdout.splitlines() if line.strip()]
        shown = " | ".join(words[-OUTPUT_LINES_IN_ERROR:])
        raise ToolchainError(f"{' '.join(argv)} failed: {shown}")
    return finished.stdout


def version_of(argv: Sequence[str]) -> tuple[int, ...] | None:
    """The version that a tool prints, or None when it is not there."""
    try:
        printed = run(argv, directory=Path.cwd(), timeout_seconds=PROBE_TIMEOUT_SECONDS)
    except ToolchainError:
        return None
    found = _VERSION.search(printed)
    return tuple(int(part) for part in found.group().split(".")) if found else None


def prepended(directory: Path, path: str) -> str:
    """A PATH in which `directory` comes first."""
    return f"{directory}{os.pathsep}{path}"


def dotted(version: Iterable[int]) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))


class Stamp:
    """Remembers what a step was done with, so that it is done again only when that changes."""

    def __init__(self, path: Path, inputs: Iterable[Path], *facts: str) -> None:
        digest = hashlib.sha256()
        for fact in facts:
            digest.update(fact.encode() + b"\0")
        for file in sorted(inputs):
            digest.update(str(file).encode() + b"\0" + file.read_bytes() + b"\0")
        self._path = path
        self._digest = digest.hexdigest()

    def is_current(self) -> bool:
        """Whether the step was finished with these inputs and facts."""
        try:
            return self._path.read_text() == self._digest
        except OSError:
            return False

    def clear(self) -> None:
        """Forget the step, before it starts: an interrupted one counts as not done."""
        self._path.unlink(missing_ok=True)

    def set(self) -> None:
        """The step is done."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(self._digest)


def bring_from_pypi(name: str, requirements: Path, say: Say, why: str) -> Path:
    """Install pinned packages that ship a toolchain into an environment of their own.

    Returns the environment's site-packages' parent environment directory;
    raises ToolchainError.
    """
    home = TOOLCHAINS_DIRECTORY / name
    stamp = Stamp(home / ".stamp", [requirements], sys.version)
    if not stamp.is_current():
        say(f"{why}; bringing it from PyPI ({requirements.name}) into {home.relative_to(ROOT)}/")
        stamp.clear()
        make_environment(home)
        install_requirements(home, requirements)
        stamp.set()
    return home


def make_environment(home: Path) -> None:
    """A fresh virtual environment of the running Python; raises ToolchainError."""
    try:
        run([sys.executable, "-m", "venv", "--clear", str(home)], directory=Path.cwd())
    except ToolchainError as error:
        raise ToolchainError(
            f"{error}; Debian and Ubuntu have the missing part in the package python3-venv"
        ) from error


def install_requirements(home: Path, requirements: Path) -> None:
    """Install a lock file, checking its hashes; raises ToolchainError."""
    _pip_install(home, "--require-hashes", "--no-deps", "--requirement", str(requirements))


def install_release(home: Path, release: Release) -> None:
    """Install a version over the one that is there, changing only what it requires.

    Raises ToolchainError, and UnknownVersionError when the index has others only.
    """
    try:
        _pip_install(home, release.requirement)
    except ToolchainError as error:
        known = _PIP_KNOWS.search(str(error))
        if not known:
            raise
        newest = ", ".join(known[1].split(", ")[-NEWEST_SHOWN:])
        raise UnknownVersionError(
            f"{release.package} has no version {release.version} for Python "
            f"{dotted(sys.version_info[:2])}; the newest are {newest}"
        ) from error


def install_wheel(home: Path, wheel: Path) -> None:
    """Install a wheel that was built here, and nothing besides; raises ToolchainError."""
    _pip_install(home, "--no-deps", "--no-index", str(wheel))


def _pip_install(home: Path, *arguments: str) -> None:
    pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run([*pip, "install", *arguments], directory=Path.cwd())
