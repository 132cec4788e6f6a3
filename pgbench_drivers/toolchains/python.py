"""Python: one virtual environment per environment in drivers/python/environments/."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from pgbench_drivers.paths import DRIVERS, ROOT
from pgbench_drivers.toolchains.base import (
    Command,
    Probe,
    Say,
    Stamp,
    Toolchain,
    install_requirements,
    install_wheel,
    make_environment,
)
from pgbench_drivers.toolchains.local_project import build_wheel
from pgbench_drivers.toolchains.python_environment import PythonEnvironment

HOME = DRIVERS / "python"
ENVIRONMENTS = HOME / "environments"

# What builds local projects; it is not installed where drivers are measured.
BUILD_ENVIRONMENT = "build"


class PythonToolchain(Toolchain):
    """Runs the drivers with the Python that runs the toolbench."""

    language = "python"

    def prepare(self, environment: str, say: Say) -> Command:
        python = _python_of(PythonEnvironment(environment, ENVIRONMENTS), say)
        return Command(
            argv=(str(python), "-m", "runner"),
            directory=HOME,
            environment={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""},
        )

    def probe(self) -> Probe:
        return Probe(True, f"{sys.version.split()[0]} at {Path(sys.executable)}")


def _python_of(environment: PythonEnvironment, say: Say) -> Path:
    """The interpreter of an environment that holds all it should; raises ToolchainError."""
    environment.check_python()
    wheel = _wheel_of(environment, say)
    built = [hashlib.sha256(wheel.read_bytes()).hexdigest()] if wheel else []
    venv = HOME / ".venvs" / environment.name
    stamp = Stamp(venv / ".stamp", [environment.lock], sys.version, str(venv), *built)
    if not stamp.is_current():
        say(f"Python: installing the environment {environment.name} ({environment.lock.name})")
        stamp.clear()
        make_environment(venv)
        install_requirements(venv, environment.lock)
        if wheel:
            install_wheel(venv, wheel)
        stamp.set()
    return venv / "bin" / "python"


def _wheel_of(environment: PythonEnvironment, say: Say) -> Path | None:
    if environment.project is None:
        return None
    tools = _python_of(PythonEnvironment(BUILD_ENVIRONMENT, ENVIRONMENTS), say)
    return build_wheel(environment.project, tools, environment.build_variables, say)
