"""Bun: the release that drivers/bun pins, from npm. It runs NodeJS's runner.

Bun's driver is part of it, so one that is installed on the machine is not
used: another version of it would be another driver.
"""

from __future__ import annotations

from pathlib import Path

from pgbench_drivers.paths import DRIVERS
from pgbench_drivers.toolchains.base import (
    Command,
    Probe,
    Say,
    Stamp,
    Toolchain,
    UnsuitableError,
    dotted,
    version_of,
)
from pgbench_drivers.toolchains.node import NodeToolchain

HOME = DRIVERS / "bun"
PACKAGES = HOME / "node_modules"


class BunToolchain(Toolchain):
    """Installs the package of this platform, which holds the program; npm runs no script."""

    language = "bun"

    def __init__(self, node: NodeToolchain) -> None:
        self._node = node

    def prepare(self, environment: str, say: Say) -> Command:
        runner = self._node.prepare(environment, say)
        stamp = Stamp(PACKAGES / ".stamp", [HOME / "package-lock.json"])
        if not stamp.is_current():
            say("Bun: installing it (npm ci)")
            stamp.clear()
            self._node.install(HOME, say)
            stamp.set()
        program = find_program(PACKAGES)
        if program is None:
            raise UnsuitableError(
                "Bun is pinned for Linux with glibc and for macOS, on x86-64 and ARM64, "
                "and this machine is none of these"
            )
        if version_of([str(program), "--version"]) is None:
            raise UnsuitableError(
                "Bun does not start here; on x86-64 it needs a processor with AVX2"
            )
        return Command((str(program), *runner.argv[1:]), runner.directory, runner.environment)

    def probe(self) -> Probe:
        program = find_program(PACKAGES)
        found = version_of([str(program), "--version"]) if program else None
        if found is None:
            return Probe(False, "not installed; npm's @oven/bun will be used")
        return Probe(True, f"{dotted(found)} at {program}")


def find_program(packages: Path) -> Path | None:
    """Bun's program in a folder of npm packages."""
    return next(packages.glob("@oven/bun-*/bin/bun"), None)
