"""Which libpq C programs are built with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pgbench_drivers.toolchains.base import ToolchainError
from pgbench_drivers.toolchains.libpq import find_libpq, system_libpq


def test_pg_config_names_another_than_the_pinned_one(monkeypatch: pytest.MonkeyPatch) -> None:
    system = system_libpq()
    if system is None:
        pytest.skip("no libpq with headers is installed (Debian and Ubuntu: libpq-dev)")
    monkeypatch.setenv("PG_CONFIG", str(shutil.which("pg_config")))
    assert find_libpq() == system


def test_a_pg_config_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = str(tmp_path / "pg_config")
    monkeypatch.setenv("PG_CONFIG", missing)
    with pytest.raises(ToolchainError, match=missing):
        find_libpq()
