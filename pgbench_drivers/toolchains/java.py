"""Java: the installed JDK and Maven; nothing brings others."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from pgbench_drivers.paths import DRIVERS
from pgbench_drivers.toolchains.base import (
    PROBE_TIMEOUT_SECONDS,
    Command,
    Probe,
    Say,
    Stamp,
    Toolchain,
    ToolchainError,
    UnsuitableError,
    dotted,
    prepended,
    run,
)

HOME = DRIVERS / "java"
TARGET = HOME / "target"
MAIN = "pgbenchdrivers.runner.Main"

# One core, for the collector and the compiler too; no file in /tmp that a kill would leave behind.
VIRTUAL_MACHINE = (
    "-XX:ActiveProcessorCount=1",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    f"-Djna.tmpdir={TARGET}",
)

_VERSION = re.compile(r'version "(\d+(?:\.\d+)*)')


class JavaToolchain(Toolchain):
    """Builds the runner with Maven, from the packages that pom.xml pins."""

    language = "java"

    def prepare(self, environment: str, say: Say) -> Command:
        java = self._java()
        settings = [HOME / "pom.xml", *(HOME / ".mvn").iterdir()]
        sources = [*(HOME / "src" / "main").rglob("*.java"), *settings]
        stamp = Stamp(TARGET / ".stamp", sources, dotted(installed_version() or ()))
        if not stamp.is_current():
            say("Java: building the runner (once; a minute)")
            # What an earlier build left would be on the class path too.
            shutil.rmtree(TARGET, ignore_errors=True)
            run(["mvn", "-q", "process-classes"], directory=HOME, environment=self._variables(java))
            stamp.set()
        classes = f"{TARGET / 'classes'}{os.pathsep}{TARGET / 'lib'}/*"
        return Command((str(java), *VIRTUAL_MACHINE, "-cp", classes, MAIN), HOME, {})

    def tools(self, environment: str, say: Say) -> dict[str, str]:
        return self._variables(self._java())

    def probe(self) -> Probe:
        found = installed_version()
        wanted = minimum_version()
        missing = [tool for tool in ("java", "javac", "mvn") if not shutil.which(tool)]
        if found and found >= wanted and not missing:
            return Probe(True, f"{dotted(found)} at {shutil.which('java')}")
        if not missing:
            have = f"java {dotted(found)} is too old" if found else "java does not start"
        else:
            have = f"{missing[0]} not found"
        cure = f"install Maven and a JDK of version {dotted(wanted)} or later"
        return Probe(False, f"{have}; {cure}", obtainable=False)

    def _java(self) -> Path:
        probe = self.probe()
        if not probe.available:
            raise UnsuitableError(probe.text)
        return Path(shutil.which("java") or "java")

    @staticmethod
    def _variables(java: Path) -> dict[str, str]:
        return {"PATH": prepended(java.parent, os.environ.get("PATH", os.defpath))}


def installed_version() -> tuple[int, ...] | None:
    """The version of the installed Java, or None when there is none."""
    try:
        printed = run(
            ["java", "-version"], directory=Path.cwd(), timeout_seconds=PROBE_TIMEOUT_SECONDS
        )
    except ToolchainError:
        return None
    found = _VERSION.search(printed)
    return tuple(map(int, found.group(1).split("."))) if found else None


def minimum_version() -> tuple[int, ...]:
    """The version that pom.xml compiles for."""
    found = re.search(
        r"<maven\.compiler\.release>(\d+)</maven\.compiler\.release>",
        (HOME / "pom.xml").read_text(encoding="utf-8"),
    )
    return (int(found.group(1)),) if found else ()
