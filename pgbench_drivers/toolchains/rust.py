"""Rust: the installed one if recent enough; nothing brings another."""

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
    UnsuitableError,
    dotted,
    prepended,
    run,
    version_of,
)

HOME = DRIVERS / "rust"
TARGET = HOME / "target"


class RustToolchain(Toolchain):
    """Builds the runner with `cargo build`, from the crates that Cargo.lock pins."""

    language = "rust"

    def prepare(self, environment: str, say: Say) -> Command:
        cargo = self._cargo()
        found = version_of([str(cargo), "--version"]) or ()
        binary = TARGET / "release" / "rust-runner"
        manifests = [HOME / name for name in ("Cargo.toml", "Cargo.lock", "build.rs")]
        sources = [*(HOME / "src").rglob("*.rs"), *manifests]
        stamp = Stamp(TARGET / ".stamp", sources, dotted(found))
        if not stamp.is_current() or not binary.exists():
            say("Rust: building the runner (once; some minutes)")
            stamp.clear()
            build = [str(cargo), "build", "--release", "--locked", "--quiet"]
            run(build, directory=HOME, environment=self._variables(cargo))
            stamp.set()
        return Command((str(binary),), HOME, {})

    def tools(self, environment: str, say: Say) -> dict[str, str]:
        return self._variables(self._cargo())

    def probe(self) -> Probe:
        found = version_of(["cargo", "--version"])
        wanted = minimum_version()
        if found and found >= wanted:
            return Probe(True, f"{dotted(found)} at {shutil.which('cargo')}")
        have = f"cargo {dotted(found)} is too old" if found else "cargo not found"
        cure = f"install Rust {dotted(wanted)} or later, for example with rustup"
        return Probe(False, f"{have}; {cure}", obtainable=False)

    def _cargo(self) -> Path:
        probe = self.probe()
        if not probe.available:
            raise UnsuitableError(probe.text)
        return Path(shutil.which("cargo") or "cargo")

    @staticmethod
    def _variables(cargo: Path) -> dict[str, str]:
        # Whatever directory people have their own builds in, the runner is found in ours.
        path = prepended(cargo.parent, os.environ.get("PATH", os.defpath))
        return {"PATH": path, "CARGO_TARGET_DIR": str(TARGET)}


def minimum_version() -> tuple[int, ...]:
    """The version that Cargo.toml asks for."""
    manifest = (HOME / "Cargo.toml").read_text()
    found = re.search(r'^rust-version = "(\d+(?:\.\d+)*)"$', manifest, re.MULTILINE)
    return tuple(map(int, found.group(1).split("."))) if found else ()
