"""Projects that are built from source: once, and again only after a change."""

import os
import time
import zipfile
from pathlib import Path

import pytest

from pgbench_drivers.toolchains import TOOLCHAINS, ToolchainError, local_project

PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "sample"
version = "1"
[tool.setuptools.packages.find]
where = ["src"]
"""


@pytest.fixture(scope="session")
def python() -> Path:
    """An interpreter with what building needs."""
    return Path(TOOLCHAINS["python"].prepare("build", print).argv[0])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose builds are its own."""
    monkeypatch.setattr(local_project, "TOOLCHAINS", tmp_path / "toolchains")
    home = tmp_path / "sample"
    (home / "src" / "sample").mkdir(parents=True)
    (home / "pyproject.toml").write_text(PYPROJECT)
    (home / "src" / "sample" / "__init__.py").write_text("answer = 1\n")
    (home / "src" / "sample" / "other.py").touch()
    return home


def build(project: Path, python: Path, **variables: str) -> tuple[Path, list[str]]:
    said: list[str] = []
    return local_project.build_wheel(project, python, variables, said.append), said


def content(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith("sample/")]
        return {name: archive.read(name).decode() for name in names}


def change(path: Path, text: str) -> None:
    path.write_text(text)
    # Beyond the resolution of any clock that file systems use.
    later = time.time() + 10
    os.utime(path, (later, later))


def test_it_is_built_once(project: Path, python: Path) -> None:
    wheel, said = build(project, python)
    assert said == ["Python: building sample from source"]
    assert sorted(content(wheel)) == ["sample/__init__.py", "sample/other.py"]
    again, said = build(project, python)
    assert (again, said) == (wheel, [])


def test_a_change_is_built(project: Path, python: Path) -> None:
    build(project, python)
    change(project / "src" / "sample" / "__init__.py", "answer = 2\n")
    wheel, said = build(project, python)
    assert said
    assert content(wheel)["sample/__init__.py"] == "answer = 2\n"


def test_nothing_remains_of_a_file_that_is_gone(project: Path, python: Path) -> None:
    build(project, python)
    (project / "src" / "sample" / "other.py").unlink()
    wheel, _ = build(project, python)
    assert sorted(content(wheel)) == ["sample/__init__.py"]


def test_variables_make_another_build(project: Path, python: Path) -> None:
    plain, _ = build(project, python)
    debug, said = build(project, python, SAMPLE_DEBUG="1")
    assert said == ["Python: building sample from source, SAMPLE_DEBUG=1"]
    assert debug != plain
    assert build(project, python)[1] == []


def test_nothing_is_left_beside_the_sources(project: Path, python: Path) -> None:
    before = sorted(project.rglob("*"))
    build(project, python)
    assert sorted(project.rglob("*")) == before


def test_a_failed_build_is_not_taken_for_a_build(project: Path, python: Path) -> None:
    change(project / "pyproject.toml", PYPROJECT.replace('"1"', '"one"'))
    for _ in range(2):
        with pytest.raises(ToolchainError, match="failed"):
            build(project, python)


def test_without_a_compiler_it_says_what_to_install(
    project: Path, python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -O2")
    with pytest.raises(ToolchainError, match=r"no C compiler .*build-essential"):
        build(project, python)


def test_without_headers_it_says_what_to_install(
    project: Path, python: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(local_project.sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(ToolchainError, match=r"headers are not here: .*python3-dev"):
        build(project, python)
