"""Python: one virtual environment per lock file in drivers/python/environments/."""

from __future__ import annotations

import sys
from pathlib import Path

from pgbench_drivers.paths import DRIVERS, ROOT
from pgbench_drivers.toolchains.base import (
    Command,
    Probe,
    Say,
    Stamp,
    Toolchain,
    ToolchainError,
    install_requirements,
    make_environment,
)

HOME = DRIVERS / "python"


class PythonToolchain(Toolchain):
    """Runs the drivers with the Python that runs the toolbench."""

    language = "python"

    def prepare(self, environment: str, say: Say) -> Command:
        lock = HOME / "environments" / f"{environment}.lock"
        if not lock.exists():
            raise ToolchainError(f"there is no lock file for the environment: {lock}")
        venv = HOME / ".venvs" / environment
        stamp = Stamp(venv / ".stamp", [lock], sys.version, str(venv))
        if not stamp.is_current():
            say(f"Python: installing drivers ({lock.name})")
            stamp.clear()
            make_environment(venv)
            install_requirements(venv, lock)
            stamp.set()
        return Command(
            argv=(str(venv / "bin" / "python"), "-m", "runner"),
            directory=HOME,
            environment={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""},
        )

    def probe(self) -> Probe:
        return Probe(True, f"{sys.version.split()[0]} at {Path(sys.executable)}")
