"""The driver registry."""

from pathlib import Path

import pytest

from pgbench_drivers.config.registry import load_registry, select_drivers, twin
from pgbench_drivers.errors import UserError
from pgbench_drivers.paths import REGISTRY
from pgbench_drivers.toolchains import TOOLCHAINS


def test_every_language_has_a_toolchain_and_a_null_driver() -> None:
    drivers = load_registry(REGISTRY)
    languages = {driver.entry.language for driver in drivers}
    assert languages <= set(TOOLCHAINS)
    assert {d.entry.language for d in drivers if d.entry.adapter == "null"} == languages


def test_a_twin_is_the_same_driver_under_another_name() -> None:
    driver = load_registry(REGISTRY)[0]
    again = twin(driver)
    assert (again.name, again.twin_of) == (f"{driver.name}@aa", driver.name)
    assert again.entry.adapter == driver.entry.adapter
    assert again.entry.options == driver.entry.options


def test_a_row_that_is_no_default_runs_only_when_it_is_named() -> None:
    drivers = load_registry(REGISTRY)
    extra = {driver.name for driver in drivers if not driver.entry.default}
    assert "asyncpg-pgbouncer" in extra
    for patterns in ((), ("*",), ("!pgx",)):
        assert not extra & {driver.name for driver in select_drivers(drivers, patterns)}
    assert {d.name for d in select_drivers(drivers, ("*-pgbouncer",))} == extra
    both = select_drivers(drivers, ("*", "pgx-pgbouncer"))
    assert extra & {driver.name for driver in both} == {"pgx-pgbouncer"}


def test_a_language_s_warm_up_is_that_of_its_drivers() -> None:
    warmups = {driver.entry.language: driver.warmup for driver in load_registry(REGISTRY)}
    assert warmups.pop("java") == 10
    assert set(warmups.values()) == {1}


def test_a_warm_up_is_not_shorter_than_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "drivers.toml"
    path.write_text('[languages.x]\ntitle = "X"\nwarmup = 0.5\n[drivers]\n')
    with pytest.raises(UserError, match=r"languages.*warmup"):
        load_registry(path)


def test_an_unknown_usage_is_named(tmp_path: Path) -> None:
    path = tmp_path / "drivers.toml"
    path.write_text(
        '[languages.python]\ntitle = "Python"\n[drivers.x]\ntitle = "x"\nlanguage = "python"\n'
        'adapter = "x"\nclient = "async"\nnotes = ""\nusage = "fast"\n'
    )
    with pytest.raises(UserError, match=r"usage: Invalid enum value 'fast'"):
        load_registry(path)


def test_an_unknown_language_is_named(tmp_path: Path) -> None:
    path = tmp_path / "drivers.toml"
    path.write_text(
        '[languages.python]\ntitle = "Python"\n[drivers.x]\ntitle = "x"\nlanguage = "perl"\n'
        'adapter = "x"\nclient = "async"\nnotes = ""\n'
    )
    with pytest.raises(UserError, match=r"drivers.x.language: expected one of python, got 'perl'"):
        load_registry(path)
