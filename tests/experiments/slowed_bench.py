"""`pgbench-drivers` with one more language: Python's drivers, slowed by a known share.

A driver's environment is `<environment of the Python runner>:<share>`, and the
version of a variant is the share that it has instead.
"""

from __future__ import annotations

import os
from pathlib import Path

from pgbench_drivers.cli import main
from pgbench_drivers.toolchains import TOOLCHAINS
from pgbench_drivers.toolchains.base import Command, Probe, Say, Toolchain
from pgbench_drivers.toolchains.variant import Release, Variant

RUNNER = Path(__file__).with_name("slowed_runner.py")


class SlowedToolchain(Toolchain):
    """Starts the Python runner through `slowed_runner.py`."""

    language = "slowed"

    def prepare(self, environment: str, say: Say) -> Command:
        name, _, share = environment.partition(":")
        found = TOOLCHAINS["python"].prepare(name, say)
        path = os.pathsep.join([str(found.directory), found.environment["PYTHONPATH"]])
        variables = {**found.environment, "PYTHONPATH": path, "SLOWED_BY": share}
        return Command((found.argv[0], str(RUNNER)), found.directory, variables)

    def release(self, environment: str, wanted: Release) -> Variant:
        return wanted

    def prepare_variant(self, environment: str, variant: Variant, say: Say) -> Command:
        return self.prepare(f"{environment.partition(':')[0]}:{variant.label}", say)

    def probe(self) -> Probe:
        return Probe(True, "for experiments")


if __name__ == "__main__":
    TOOLCHAINS[SlowedToolchain.language] = SlowedToolchain()
    main()
