"""Bun comes from npm, for the platforms that it has builds for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgbench_drivers.toolchains import TOOLCHAINS, UnsuitableError, bun
from pgbench_drivers.toolchains.base import Stamp


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages that counts as installed and holds nothing."""
    monkeypatch.setattr(bun, "PACKAGES", tmp_path)
    Stamp(tmp_path / ".stamp", [bun.HOME / "package-lock.json"]).set()
    return tmp_path


def install(packages: Path, script: str) -> Path:
    program = packages / "@oven" / "bun-linux-x64" / "bin" / "bun"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_it_runs_the_runner_of_nodejs(packages: Path) -> None:
    program = install(packages, "echo 1.2.3")
    node = TOOLCHAINS["node"].prepare("default", print)
    command = TOOLCHAINS["bun"].prepare("default", print)
    assert command.argv == (str(program), *node.argv[1:])
    assert command.directory == node.directory
    assert TOOLCHAINS["bun"].probe().text == f"1.2.3 at {program}"


@pytest.mark.usefixtures("packages")
def test_a_platform_without_a_build_is_told() -> None:
    assert not TOOLCHAINS["bun"].probe().available
    with pytest.raises(UnsuitableError, match="this machine is none of these"):
        TOOLCHAINS["bun"].prepare("default", print)


def test_a_program_that_does_not_start_is_told(packages: Path) -> None:
    install(packages, "kill -ILL $$")
    assert not TOOLCHAINS["bun"].probe().available
    with pytest.raises(UnsuitableError, match="does not start here"):
        TOOLCHAINS["bun"].prepare("default", print)


def test_all_platforms_have_the_same_release() -> None:
    manifest = json.loads((bun.HOME / "package.json").read_text(encoding="utf-8"))
    assert len(set(manifest["optionalDependencies"].values())) == 1
