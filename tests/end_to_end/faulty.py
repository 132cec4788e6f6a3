"""`pgbench-drivers` with one more language, whose runners are canned faults."""

from __future__ import annotations

import sys
from pathlib import Path

from pgbench_drivers.cli import main
from pgbench_drivers.toolchains import TOOLCHAINS, ToolchainError
from pgbench_drivers.toolchains.base import Command, Probe, Say, Toolchain
from pgbench_drivers.toolchains.variant import Release, Variant

FAKE_RUNNER = Path(__file__).parent.parent / "execution" / "fake_runner.py"


class FaultyToolchain(Toolchain):
    """The environment names the fault, or the version does where there is one."""

    language = "faulty"

    def prepare(self, environment: str, say: Say) -> Command:
        if environment == "missing":
            raise ToolchainError("this toolchain is never there; nothing helps")
        argv = (sys.executable, str(FAKE_RUNNER))
        return Command(argv, FAKE_RUNNER.parent, {"FAKE_RUNNER": environment})

    def release(self, environment: str, wanted: Release) -> Variant:
        return wanted

    def prepare_variant(self, environment: str, variant: Variant, say: Say) -> Command:
        return self.prepare(variant.label, say)

    def probe(self) -> Probe:
        return Probe(True, "for tests")


TOOLCHAINS[FaultyToolchain.language] = FaultyToolchain()
main()
