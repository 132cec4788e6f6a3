"""Preparing each language's runner: find or bring the toolchain, install, build.

A toolchain turns the language's folder in `drivers/` into a command that
speaks the runner contract. Everything is incremental: what is up to date is
left alone. May import `errors` and `paths` only.
"""

from __future__ import annotations

from pgbench_drivers.toolchains.base import (
    Toolchain,
    ToolchainError,
    UnknownVersionError,
    UnsuitableError,
)
from pgbench_drivers.toolchains.bun import BunToolchain
from pgbench_drivers.toolchains.c import CToolchain
from pgbench_drivers.toolchains.go import GoToolchain
from pgbench_drivers.toolchains.java import JavaToolchain
from pgbench_drivers.toolchains.node import NodeToolchain
from pgbench_drivers.toolchains.python import PythonToolchain
from pgbench_drivers.toolchains.rust import RustToolchain

_NODE = NodeToolchain()

TOOLCHAINS: dict[str, Toolchain] = {
    toolchain.language: toolchain
    for toolchain in (
        PythonToolchain(),
        _NODE,
        BunToolchain(_NODE),
        GoToolchain(),
        RustToolchain(),
        JavaToolchain(),
        CToolchain(),
    )
}

__all__ = ["TOOLCHAINS", "Toolchain", "ToolchainError", "UnknownVersionError", "UnsuitableError"]
