"""C: programs and a library of this repository, compiled with the compiler at hand.

The programs use epoll and signalfd, and the compiler's flags are those of Linux.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from pgbench_drivers.paths import DRIVERS, ROOT
from pgbench_drivers.paths import TOOLCHAINS as TOOLCHAINS_DIRECTORY
from pgbench_drivers.toolchains.base import (
    Command,
    Probe,
    Say,
    Stamp,
    Toolchain,
    ToolchainError,
    UnsuitableError,
    dotted,
    run,
    version_of,
)
from pgbench_drivers.toolchains.libpq import find_libpq

RUNNER = DRIVERS / "c"
LIBPQ_RUNNER = RUNNER / "libpq"
REPLAY = ROOT / "replay"
ALLOCATIONS = DRIVERS / "python" / "allocations"
DELAY = ROOT / "delay"
FLAGS = ("-std=gnu11", "-O2", "-g", "-Wall", "-Wextra")

# The environment of the rows that libpq is in, and the parts of the runner that it shares.
LIBPQ = "libpq"
SHARED = (
    "base64", "events", "failure", "histogram", "job", "json", "open_loop", "schedule", "sha256",
    "wakeup", "window",
)  # fmt: skip

# What the tests build with: undefined behaviour and wrong memory accesses end the program.
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Werror")


class CToolchain(Toolchain):
    """Builds the runner of the rows that are no drivers, and that of libpq."""

    language = "c"

    def prepare(self, environment: str, say: Say) -> Command:
        if environment == LIBPQ:
            return Command((str(build_libpq_runner(say)),), RUNNER, {})
        return Command((str(build("runner", RUNNER, say)),), RUNNER, {})

    def probe(self) -> Probe:
        program = compiler()[0]
        if not shutil.which(program):
            return Probe(False, f"no C compiler ({program})")
        found = version_of([*compiler(), "--version"]) or ()
        return Probe(True, f"{program} {dotted(found)} at {shutil.which(program)}")


def build_replay_server(say: Say, extra: Sequence[str] = ()) -> Path:
    """The replay server's program, compiled with `extra` flags besides; raises ToolchainError."""
    return build("replay-server", REPLAY, say, extra)


def build_delay_proxy(say: Say, extra: Sequence[str] = ()) -> Path:
    """The delaying proxy's program, likewise."""
    return build("delay-proxy", DELAY, say, extra)


def build_libpq_runner(say: Say, extra: Sequence[str] = ()) -> Path:
    """The runner of libpq; raises ToolchainError, UnsuitableError where there is no libpq."""
    shared = tuple(RUNNER / f"{part}.c" for part in SHARED)
    libraries = (f"-I{RUNNER}", *find_libpq().flags, "-lpq")
    return build("libpq-runner", LIBPQ_RUNNER, say, extra, shared=shared, libraries=libraries)


def build_allocations_library(say: Say) -> Path:
    """The library that counts allocations in Python's runner; raises ToolchainError."""
    return build("allocations.so", ALLOCATIONS, say, libraries=("-shared", "-fPIC"))


def build(
    name: str,
    sources: Path,
    say: Say,
    extra: Sequence[str] = (),
    *,
    shared: Sequence[Path] = (),
    libraries: Sequence[str] = (),
) -> Path:
    """Compile the C files of a folder to one file, where something has changed.

    `shared` are files of other folders, `libraries` flags for what they need.
    Raises ToolchainError, UnsuitableError where it cannot run at all.
    """
    if not sys.platform.startswith("linux"):
        raise UnsuitableError(f"{name} can be built on Linux only")
    cc = compiler()
    if not shutil.which(cc[0]):
        raise ToolchainError(
            f"{name} is built from source, and there is no C compiler ({cc[0]}): install one "
            "(Debian and Ubuntu: build-essential; Fedora: gcc)"
        )
    version = dotted(version_of([*cc, "--version"]) or ())
    files = sorted([*sources.glob("*.c"), *shared])
    folders = {REPLAY, *(file.parent for file in files)}
    inputs = {*files, *(header for folder in folders for header in folder.glob("*.h"))}
    home = TOOLCHAINS_DIRECTORY / "c" / "-".join([name, *(["checked"] if extra else [])])
    stamp = Stamp(home / ".stamp", inputs, *cc, version, *FLAGS, *extra, *libraries)
    program = home / name
    if not stamp.is_current() or not program.exists():
        say(f"C: building {name}")
        stamp.clear()
        home.mkdir(parents=True, exist_ok=True)
        told = f'-DCOMPILER="{Path(cc[0]).name} {version}"'
        paths = [str(file) for file in files]
        flags = [*FLAGS, *extra, told, f"-I{REPLAY}"]
        run([*cc, *flags, "-o", str(program), *paths, *libraries, "-lm"], directory=sources)
        stamp.set()
    return program


def compiler() -> list[str]:
    """The C compiler's command: $CC, or `cc`."""
    return shlex.split(os.environ.get("CC", "")) or ["cc"]
