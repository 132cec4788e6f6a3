"""A project of this repository as it was at a revision: found by git, built to a wheel.

The wheel is kept under git's name for the project's content, so that nothing
is built twice, also where two revisions differ elsewhere only.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pgbench_drivers.errors import UserError
from pgbench_drivers.paths import ROOT, TOOLCHAINS
from pgbench_drivers.toolchains.base import Say, Stamp, ToolchainError
from pgbench_drivers.toolchains.local_project import check_compiler, make_wheel, tree_name
from pgbench_drivers.toolchains.variant import Revision

SHALLOW = (
    "a shallow clone holds few of them: fetch the others, in GitHub Actions with fetch-depth: 0"
)


def find_revision(name: str, project: Path, label: str = "") -> Revision:
    """The project at what git knows as `name`: a branch, tag or commit; raises UserError."""
    if not shutil.which("git"):
        raise UserError("an earlier revision is found with git, which is not installed here")
    if _git("rev-parse", "--git-dir") is None:
        raise UserError(f"{ROOT} is no git repository: there are no revisions to compare with")
    commit = _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if commit is None:
        raise UserError(f"git knows no revision {name!r} here; {SHALLOW}")
    tree = _git("rev-parse", "--verify", "--quiet", f"{commit}:./{project.name}")
    if tree is None:
        raise UserError(f"the revision {name} has no {project.name}/")
    return Revision(project.name, label or name, commit, tree)


def find_release(version: str, project: Path) -> Revision:
    """The project at the tag of one of its releases, `<project>-<version>`; raises UserError."""
    try:
        return find_revision(f"refs/tags/{project.name}-{version}", project, label=version)
    except UserError as error:
        there = (_git("tag", "--list", f"{project.name}-*") or "none").split()
        raise UserError(
            f"{project.name} is built from this repository, where its release {version} is the "
            f"tag {project.name}-{version}: {error}; tags of it: {', '.join(there)}; "
            "any other revision can be named with --base-ref"
        ) from error


def build_revision(
    revision: Revision, python: Path, build_lock: Path, variables: Mapping[str, str], say: Say
) -> Path:
    """The wheel of the project as it was; raises ToolchainError.

    `python` is the interpreter of an environment with what `build_lock` pins,
    which today's project is built with as well.
    """
    name = f"{tree_name(revision.project, variables)}-{revision.tree[:16]}"
    home = TOOLCHAINS / "revisions" / name
    facts = [sys.version, revision.tree, *map(str, variables.items())]
    stamp = Stamp(home / ".stamp", [build_lock], *facts)
    if not stamp.is_current():
        check_compiler(revision.project)
        say(f"Python: building {revision} from source")
        stamp.clear()
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        with tempfile.TemporaryDirectory(dir=home) as sources:
            _extract(revision, Path(sources))
            make_wheel(Path(sources), python, variables, home / "dist")
        stamp.set()
    return next((home / "dist").glob("*.whl"))


def _extract(revision: Revision, into: Path) -> None:
    archive = into.with_suffix(".tar")
    commands = (
        ["git", "archive", "--output", str(archive), revision.tree],
        ["tar", "-x", "-f", str(archive), "-C", str(into)],
    )
    try:
        for command in commands:
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or error
        raise ToolchainError(f"{revision} cannot be extracted: {said}".strip()) from error
    finally:
        archive.unlink(missing_ok=True)


def _git(*arguments: str) -> str | None:
    """What git prints, or None when it fails."""
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None
