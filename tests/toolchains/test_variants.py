"""Drivers in another version: named, found by git or by pip, built, kept."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from pgbench_drivers.errors import UserError
from pgbench_drivers.toolchains import (
    TOOLCHAINS,
    Toolchain,
    ToolchainError,
    UnknownVersionError,
    base,
    revision,
)
from pgbench_drivers.toolchains.python import BUILD_ENVIRONMENT, ENVIRONMENTS
from pgbench_drivers.toolchains.variant import Release, Revision, parse_requirement
from tests.toolchains.test_local_project import PYPROJECT

PYTHON = TOOLCHAINS["python"]


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("asyncpg==0.29.0", Release("asyncpg", "", "0.29.0")),
        ("psycopg[binary]==3.2.1", Release("psycopg", "[binary]", "3.2.1")),
        ("a.b_c==1!2.0rc1+local", Release("a.b_c", "", "1!2.0rc1+local")),
        ("asyncpg", None),
        ("asyncpg>=0.29", None),
        ("asyncpg==", None),
        ("asyncpg==0.29.*", None),
        ("--index-url=x==1", None),
        ("asyncpg==1 --hash=x", None),
    ],
)
def test_a_version_is_a_package_and_a_number(text: str, parsed: Release | None) -> None:
    assert parse_requirement(text) == parsed


def test_a_release_is_of_a_package_that_the_environment_asks_for() -> None:
    assert PYTHON.release("default", Release("AsyncPG", "", "0.1")) == Release("asyncpg", "", "0.1")
    with pytest.raises(
        UserError, match=r"nobody is none of the packages .*default: aiopg, asyncpg"
    ):
        PYTHON.release("default", Release("nobody", "", "1"))


def test_it_keeps_the_extras_that_the_environment_asks_for() -> None:
    assert PYTHON.release("default", Release("psycopg", "", "3.2")).requirement == (
        "psycopg[binary]==3.2"
    )


@pytest.mark.parametrize("language", ["node", "go"])
def test_other_languages_say_that_they_cannot(language: str) -> None:
    toolchain: Toolchain = TOOLCHAINS[language]
    with pytest.raises(UserError, match="only Python's drivers"):
        toolchain.release("default", Release("pg", "", "8"))
    with pytest.raises(UserError, match="none of its drivers is built from this repository"):
        toolchain.revision("default", "HEAD")


def test_what_is_not_built_here_has_no_revision() -> None:
    with pytest.raises(UserError, match="--against PACKAGE==VERSION"):
        PYTHON.revision("default", "HEAD")


# Projects at a revision


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a project whose second commit changed it, and whose first has a tag."""
    root = tmp_path / "repository"
    (root / "sample" / "src" / "sample").mkdir(parents=True)
    (root / "sample" / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root, "answer = 1\n")
    git(root, "tag", "sample-1.0")
    commit(root, "answer = 2\n")
    monkeypatch.setattr(revision, "ROOT", root)
    monkeypatch.setattr(revision, "TOOLCHAINS", tmp_path / "toolchains")
    return root


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path, text: str) -> None:
    (root / "sample" / "src" / "sample" / "__init__.py").write_text(text, encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", text)


def content(found: Revision, said: list[str]) -> str:
    build = Path(PYTHON.prepare(BUILD_ENVIRONMENT, print).argv[0])
    lock = ENVIRONMENTS / f"{BUILD_ENVIRONMENT}.lock"
    wheel = revision.build_revision(found, build, lock, {}, said.append)
    with zipfile.ZipFile(wheel) as archive:
        return archive.read("sample/__init__.py").decode()


def test_a_project_is_built_as_it_was(repository: Path) -> None:
    said: list[str] = []
    before = revision.find_revision("HEAD~1", repository / "sample")
    assert content(before, said) == "answer = 1\n"
    assert said == [f"Python: building sample at HEAD~1 (commit {before.commit[:12]}) from source"]
    now = revision.find_revision("main", repository / "sample")
    assert content(now, said) == "answer = 2\n"


def test_it_is_built_once_for_all_revisions_that_have_it(repository: Path) -> None:
    said: list[str] = []
    content(revision.find_revision("HEAD", repository / "sample"), said)
    (repository / "elsewhere").write_text("", encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "elsewhere")
    content(revision.find_revision("HEAD", repository / "sample"), said)
    assert len(said) == 1


def test_nothing_but_the_wheel_is_kept(repository: Path, tmp_path: Path) -> None:
    content(revision.find_revision("HEAD", repository / "sample"), [])
    kept = [p.name for p in (tmp_path / "toolchains").rglob("*") if p.is_file()]
    assert sorted(kept) == [".stamp", "sample-1-py3-none-any.whl"]


def test_a_release_is_a_tag(repository: Path) -> None:
    found = revision.find_release("1.0", repository / "sample")
    assert found == revision.find_revision("HEAD~1", repository / "sample", label="1.0")


def test_an_unknown_release_is_told_with_the_tags_that_there_are(repository: Path) -> None:
    with pytest.raises(UserError, match=r"release 9 is the tag sample-9: .*; tags of it: sample-1"):
        revision.find_release("9", repository / "sample")


@pytest.mark.parametrize("name", ["nothing", "--all", "0123456789abcdef", ""])
def test_an_unknown_revision_is_told(repository: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"git knows no revision .*fetch-depth: 0"):
        revision.find_revision(name, repository / "sample")


def test_a_revision_without_the_project_is_told(repository: Path) -> None:
    with pytest.raises(UserError, match="the revision HEAD has no other/"):
        revision.find_revision("HEAD", repository / "other")


def test_without_a_repository_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision, "ROOT", tmp_path)
    with pytest.raises(UserError, match="is no git repository"):
        revision.find_revision("HEAD", tmp_path / "sample")


def test_without_git_it_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="git, which is not installed"):
        revision.find_revision("HEAD", repository / "sample")


def test_one_that_does_not_build_is_no_build(repository: Path) -> None:
    (repository / "sample" / "pyproject.toml").write_text(PYPROJECT.replace('"1"', '"one"'))
    commit(repository, "answer = 3\n")
    found = revision.find_revision("HEAD", repository / "sample")
    for _ in range(2):
        with pytest.raises(ToolchainError, match="failed"):
            content(found, [])


# What pip says


def test_a_version_that_does_not_exist_is_told_with_the_newest_that_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "ERROR: Could not find a version … a==9 (from versions: 1, 2, 3, 4, 5, 6) | ERROR: No …"
    monkeypatch.setattr(base, "run", failing(said))
    with pytest.raises(UnknownVersionError, match=r"a has no version 9 .*newest are 2, 3, 4, 5, 6"):
        base.install_release(tmp_path, Release("a", "", "9"))


def test_an_index_that_does_not_answer_says_nothing_of_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "run", failing("… a==9 (from versions: none) | ERROR: No …"))
    with pytest.raises(ToolchainError, match="from versions: none"):
        base.install_release(tmp_path, Release("a", "", "9"))


def failing(said: str):
    def run(*_: object, **__: object) -> str:
        raise ToolchainError(said)

    return run
