"""Rust is used where it is installed: elsewhere its rows are not run, and nothing else fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pgbench_drivers.cli import cli
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.execution.preparing import prepare_runners
from pgbench_drivers.paths import REGISTRY
from pgbench_drivers.toolchains import TOOLCHAINS, UnsuitableError
from pgbench_drivers.toolchains.base import dotted
from pgbench_drivers.toolchains.rust import minimum_version

CURE = f"install Rust {dotted(minimum_version())} or later"


@pytest.fixture
def without_rust(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH with nothing in it but what a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put_cargo(directory: Path, version: str) -> None:
    program = directory / "cargo"
    program.write_text(f"#!/bin/sh\necho 'cargo {version} (abcdef 2023-06-01)'\n")
    program.chmod(0o755)


def test_the_version_is_the_manifest_s() -> None:
    assert minimum_version() >= (1, 85)


@pytest.mark.usefixtures("without_rust")
def test_without_cargo_its_rows_have_a_reason_and_a_cure() -> None:
    rows = [driver for driver in load_registry(REGISTRY) if driver.entry.language == "rust"]
    prepared = prepare_runners(rows, lambda _: None)
    assert set(prepared.not_run) == {driver.name for driver in rows}
    assert all("cargo not found" in why and CURE in why for why in prepared.not_run.values())
    assert not prepared.missing


def test_one_that_is_too_old_is_named(without_rust: Path) -> None:
    put_cargo(without_rust, "1.70.0")
    with pytest.raises(UnsuitableError, match=r"cargo 1\.70\.0 is too old; install Rust"):
        TOOLCHAINS["rust"].prepare("default", print)


@pytest.mark.usefixtures("without_rust")
def test_doctor_says_that_nothing_brings_it() -> None:
    said = CliRunner().invoke(cli, ["doctor"], standalone_mode=False).output
    assert f"no  rust       cargo not found; {CURE}" in said


@pytest.mark.usefixtures("without_rust")
def test_its_tests_and_linters_are_optional() -> None:
    command = ["exec", "--optional", "rust", "cargo", "test"]
    done = CliRunner().invoke(cli, command, standalone_mode=False)
    assert done.return_value == 0
    assert "rust: not run: cargo not found" in done.stderr
