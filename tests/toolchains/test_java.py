"""Java is used where a JDK and Maven are installed: elsewhere its rows are not run."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pgbench_drivers.cli import cli
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.execution.session import prepare_runners
from pgbench_drivers.paths import REGISTRY
from pgbench_drivers.toolchains import TOOLCHAINS, UnsuitableError
from pgbench_drivers.toolchains.base import dotted
from pgbench_drivers.toolchains.java import installed_version, minimum_version

CURE = f"install Maven and a JDK of version {dotted(minimum_version())} or later"


@pytest.fixture
def without_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH with nothing in it but what a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put(directory: Path, *tools: str, version: str = "17.0.15") -> None:
    for tool in tools:
        program = directory / tool
        program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15'\n")
        program.chmod(0o755)


def test_the_version_is_the_manifest_s() -> None:
    assert minimum_version() == (17,)


@pytest.mark.parametrize(
    ("printed", "version"), [("21", (21,)), ("17.0.15", (17, 0, 15)), ("1.8.0_432", (1, 8, 0))]
)
def test_the_version_is_read(without_java: Path, printed: str, version: tuple[int, ...]) -> None:
    put(without_java, "java", version=printed)
    assert installed_version() == version


@pytest.mark.usefixtures("without_java")
def test_without_java_its_rows_have_a_reason_and_a_cure() -> None:
    rows = [driver for driver in load_registry(REGISTRY) if driver.entry.language == "java"]
    prepared = prepare_runners(rows, lambda _: None)
    assert set(prepared.not_run) == {driver.name for driver in rows}
    assert all("java not found" in why and CURE in why for why in prepared.not_run.values())
    assert not prepared.missing


@pytest.mark.parametrize(
    ("tools", "version", "reason"),
    [
        (("java", "javac", "mvn"), "11.0.2", r"java 11\.0\.2 is too old; install Maven"),
        (("java", "mvn"), "17.0.15", "javac not found; install Maven"),
        (("java", "javac"), "17.0.15", "mvn not found; install Maven"),
    ],
)
def test_what_is_missing_is_named(
    without_java: Path, tools: tuple[str, ...], version: str, reason: str
) -> None:
    put(without_java, *tools, version=version)
    with pytest.raises(UnsuitableError, match=reason):
        TOOLCHAINS["java"].prepare("default", print)


@pytest.mark.usefixtures("without_java")
def test_doctor_says_that_nothing_brings_it() -> None:
    said = CliRunner().invoke(cli, ["doctor"], standalone_mode=False).output
    assert f"no  java       java not found; {CURE}" in said


@pytest.mark.usefixtures("without_java")
def test_its_tests_and_linters_are_optional() -> None:
    command = ["exec", "--optional", "java", "mvn", "test"]
    done = CliRunner().invoke(cli, command, standalone_mode=False)
    assert done.return_value == 0
    assert "java: not run: java not found" in done.stderr
