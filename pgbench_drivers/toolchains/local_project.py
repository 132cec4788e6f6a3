"""A Python project of this repository, built from source to a wheel.

It is built in a tree of its own that stays: after a change only the modules
that depend on it are compiled again.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from pgbench_drivers.paths import TOOLCHAINS
from pgbench_drivers.toolchains.base import Say, Stamp, ToolchainError, run

ROOT_FILES = ("LICENSE", "MANIFEST.in", "README.md", "pyproject.toml", "setup.py")
SOURCE_SUFFIXES = frozenset({".c", ".h", ".pxd", ".py", ".pyi", ".pyx", ".typed"})


def sources(project: Path) -> list[Path]:
    """All files that a wheel of the project depends on."""
    root = [project / name for name in ROOT_FILES if (project / name).exists()]
    below = [p for p in (project / "src").rglob("*") if p.suffix in SOURCE_SUFFIXES]
    return [*root, *sorted(below)]


def build_wheel(project: Path, python: Path, variables: Mapping[str, str], say: Say) -> Path:
    """The project's wheel, built only where its sources have changed.

    `python` is the interpreter of an environment with what building needs,
    `variables` are set while it builds. Raises ToolchainError.
    """
    files = sources(project)
    tree = TOOLCHAINS / "projects" / tree_name(project.name, variables)
    stamp = Stamp(tree / ".stamp", files, sys.version, str(python), *map(str, variables.items()))
    if not stamp.is_current():
        check_compiler(project.name)
        say(f"Python: building {project.name} from source{_shown(variables)}")
        stamp.clear()
        _prepare_tree(project, files, tree, python)
        shutil.rmtree(tree / "dist", ignore_errors=True)
        make_wheel(tree, python, variables, tree / "dist")
        stamp.set()
    return next((tree / "dist").glob("*.whl"))


def make_wheel(tree: Path, python: Path, variables: Mapping[str, str], into: Path) -> None:
    """Build the project that lies in `tree`; raises ToolchainError."""
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    # Nothing is looked up: what building needs is in the environment.
    offline = ["--no-build-isolation", "--no-deps", "--no-index"]
    build = [*pip, "wheel", *offline, "--wheel-dir", str(into), "."]
    run(build, directory=tree, environment=variables)


def tree_name(project: str, variables: Mapping[str, str]) -> str:
    """Where builds of a project go: one place for each Python and each set of variables."""
    python = f"{sys.implementation.name}{sys.version_info.major}.{sys.version_info.minor}"
    marks = [f"{name}-{value}" for name, value in sorted(variables.items())]
    return "-".join([project, python, *marks]).lower()


def _shown(variables: Mapping[str, str]) -> str:
    return "".join(f", {name}={value}" for name, value in variables.items())


def _prepare_tree(project: Path, files: list[Path], tree: Path, python: Path) -> None:
    """Copy what has changed into the tree, which starts anew where that might leave remains."""
    names = [str(file.relative_to(project)) for file in files]
    settings = [file for file in files if file.name in ("pyproject.toml", "setup.py")]
    shape = Stamp(tree / ".shape", settings, sys.version, str(python), *names)
    if not shape.is_current():
        shutil.rmtree(tree, ignore_errors=True)
    for file, name in zip(files, names, strict=True):
        copy = tree / name
        if not copy.exists() or copy.stat().st_mtime_ns != file.stat().st_mtime_ns:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy)
    shape.set()


def check_compiler(name: str) -> None:
    """Raise ToolchainError where nothing can be compiled for the running Python."""
    compiler = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    program = shlex.split(compiler)[0]
    if not shutil.which(program):
        raise ToolchainError(
            f"{name} is built from source, and there is no C compiler ({program}): install one "
            "(Debian and Ubuntu: build-essential; Fedora: gcc; macOS: xcode-select --install)"
        )
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        raise ToolchainError(
            f"{name} is built from source, and Python's headers are not here: install them "
            "(Debian and Ubuntu: python3-dev; Fedora: python3-devel)"
        )
