"""Environments of the Python runner: what a file beside the lock may say."""

from pathlib import Path

import pytest

from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.paths import REGISTRY, ROOT
from pgbench_drivers.toolchains import ToolchainError, UnsuitableError, python_environment
from pgbench_drivers.toolchains.python import ENVIRONMENTS
from pgbench_drivers.toolchains.python_environment import PythonEnvironment


def environment(directory: Path, text: str | None = None) -> PythonEnvironment:
    (directory / "mine.lock").touch()
    if text is not None:
        (directory / "mine.toml").write_text(text)
    return PythonEnvironment("mine", directory)


def test_every_environment_of_the_registry_is_there() -> None:
    wanted = {d.entry.environment for d in load_registry(REGISTRY) if d.entry.language == "python"}
    written = {path.stem for path in ENVIRONMENTS.glob("*.toml")}
    for name in wanted | written | {"build"}:
        assert PythonEnvironment(name, ENVIRONMENTS).lock.exists()


def test_without_a_file_it_is_the_lock_file_alone(tmp_path: Path) -> None:
    plain = environment(tmp_path)
    plain.check_python()
    assert (plain.lock, plain.project) == (tmp_path / "mine.lock", None)


def test_a_project_is_a_folder_of_the_repository(tmp_path: Path) -> None:
    found = environment(tmp_path, 'project = "pgstride"\nbuild_variables = { A = "1" }\n')
    assert (found.project, found.build_variables) == (ROOT / "pgstride", {"A": "1"})


def test_one_may_use_the_lock_file_of_another(tmp_path: Path) -> None:
    (tmp_path / "other.lock").touch()
    assert environment(tmp_path, 'lock = "other"\n').lock == tmp_path / "other.lock"


@pytest.mark.parametrize(("running", "suits"), [((3, 11), True), ((3, 12), True), ((3, 13), False)])
def test_one_for_older_pythons_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: tuple[int, int], suits: bool
) -> None:
    old = environment(tmp_path, 'newest_python = "3.12"\n')
    monkeypatch.setattr(python_environment, "RUNNING", running)
    if suits:
        old.check_python()
    else:
        with pytest.raises(UnsuitableError, match=r"for Python 3.12 and older, this is 3.13"):
            old.check_python()


@pytest.mark.parametrize("text", ["nothing = 1\n", "project = 1\n", "project =\n"])
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ToolchainError, match=r"mine\.toml: "):
        environment(tmp_path, text)


def test_a_missing_lock_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match=r"nobody\.lock"):
        PythonEnvironment("nobody", tmp_path)
