"""Python: one virtual environment per environment in drivers/python/environments/.

Variants of one, with another version of a driver, have environments of their
own beside the toolchains that were brought.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from pgbench_drivers.errors import UserError
from pgbench_drivers.paths import DRIVERS, ROOT, TOOLCHAINS
from pgbench_drivers.toolchains.base import (
    Command,
    Probe,
    Say,
    Stamp,
    Toolchain,
    install_release,
    install_requirements,
    install_wheel,
    make_environment,
)
from pgbench_drivers.toolchains.local_project import build_wheel
from pgbench_drivers.toolchains.python_environment import PythonEnvironment
from pgbench_drivers.toolchains.revision import build_revision, find_release, find_revision
from pgbench_drivers.toolchains.variant import Release, Revision, Variant, same_package

HOME = DRIVERS / "python"
ENVIRONMENTS = HOME / "environments"

# What builds local projects; it is not installed where drivers are measured.
BUILD_ENVIRONMENT = "build"


class PythonToolchain(Toolchain):
    """Runs the drivers with the Python that runs the toolbench."""

    language = "python"

    def prepare(self, environment: str, say: Say) -> Command:
        return _command(_python_of(_environment(environment), say))

    def release(self, environment: str, wanted: Release) -> Variant:
        found = _environment(environment)
        if found.project and same_package(wanted.package, found.project.name):
            return find_release(wanted.version, found.project)
        return found.release(wanted)

    def revision(self, environment: str, name: str) -> Revision:
        project = _environment(environment).project
        if project is None:
            raise UserError(
                f"nothing of the environment {environment} is built from this repository: "
                "name another version of its driver with --against PACKAGE==VERSION"
            )
        return find_revision(name, project)

    def prepare_variant(self, environment: str, variant: Variant, say: Say) -> Command:
        return _command(_python_of_variant(_environment(environment), variant, say))

    def probe(self) -> Probe:
        return Probe(True, f"{sys.version.split()[0]} at {Path(sys.executable)}")


def _environment(name: str) -> PythonEnvironment:
    return PythonEnvironment(name, ENVIRONMENTS)


def _command(python: Path) -> Command:
    return Command(
        argv=(str(python), "-m", "runner"),
        directory=HOME,
        environment={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""},
    )


def _python_of(environment: PythonEnvironment, say: Say) -> Path:
    """The interpreter of an environment that holds all it should; raises ToolchainError."""
    environment.check_python()
    venv = HOME / ".venvs" / environment.name
    return _installed(venv, environment, _wheel_of(environment, say), None, say)


def _python_of_variant(environment: PythonEnvironment, variant: Variant, say: Say) -> Path:
    """The interpreter of an environment with the variant in it; raises ToolchainError."""
    environment.check_python()
    home = TOOLCHAINS / "variants"
    if isinstance(variant, Revision):
        wheel = _wheel_at(environment, variant, say)
        venv = home / f"{environment.name}+{variant.project}-{variant.tree[:16]}"
        return _installed(venv, environment, wheel, None, say)
    wheel_of_today = _wheel_of(environment, say)
    venv = home / f"{environment.name}+{variant.package}-{variant.version}"
    return _installed(venv, environment, wheel_of_today, variant, say)


def _installed(
    venv: Path,
    environment: PythonEnvironment,
    wheel: Path | None,
    release: Release | None,
    say: Say,
) -> Path:
    """The lock file's packages, then the wheel and the release, in a virtual environment."""
    facts = [hashlib.sha256(wheel.read_bytes()).hexdigest()] if wheel else []
    facts += [release.requirement] if release else []
    stamp = Stamp(venv / ".stamp", [environment.lock], sys.version, str(venv), *facts)
    if not stamp.is_current():
        say(f"Python: installing the environment {venv.name} ({environment.lock.name})")
        stamp.clear()
        make_environment(venv)
        install_requirements(venv, environment.lock)
        if wheel:
            install_wheel(venv, wheel)
        if release:
            install_release(venv, release)
        stamp.set()
    return venv / "bin" / "python"


def _wheel_of(environment: PythonEnvironment, say: Say) -> Path | None:
    if environment.project is None:
        return None
    tools = _python_of(_environment(BUILD_ENVIRONMENT), say)
    return build_wheel(environment.project, tools, environment.build_variables, say)


def _wheel_at(environment: PythonEnvironment, revision: Revision, say: Say) -> Path:
    build = _environment(BUILD_ENVIRONMENT)
    tools = _python_of(build, say)
    return build_revision(revision, tools, build.lock, environment.build_variables, say)
