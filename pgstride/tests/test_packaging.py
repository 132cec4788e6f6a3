"""What a wheel must hold is checked by tools/check_wheel.py; this checks the check."""

import importlib.util
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[1] / "tools" / "check_wheel.py"


@pytest.fixture(scope="module")
def check_wheel():
    spec = importlib.util.spec_from_file_location("check_wheel", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def members(check_wheel):
    """Those of a wheel that is as it should be."""
    built = [
        path.with_suffix(".cpython-312-x86_64-linux-gnu.so") for path in check_wheel.sources("pyx")
    ]
    copied = [path for suffix in check_wheel.COPIED for path in check_wheel.sources(suffix[1:])]
    licence = "pgstride-1.dist-info/licenses/LICENSE"
    return [*map(str, built), *map(str, copied), licence]


def test_a_wheel_as_it_should_be_has_no_problems(check_wheel, members) -> None:
    assert "pgstride/py.typed" in members
    assert check_wheel.problems(members) == []


@pytest.mark.parametrize(
    "gone",
    [
        "pgstride/py.typed",
        "pgstride/core/rows.pxd",
        "pgstride/core/rows.pyi",
        "pgstride/__init__.py",
    ],
)
def test_a_file_that_is_missing_is_named(check_wheel, members, gone) -> None:
    members.remove(gone)
    assert check_wheel.problems(members) == [f"{gone} is missing"]


def test_an_extension_module_that_is_missing_is_named(check_wheel, members) -> None:
    members.remove("pgstride/core/rows.cpython-312-x86_64-linux-gnu.so")
    assert check_wheel.problems(members) == ["the extension module pgstride.core.rows is missing"]


@pytest.mark.parametrize("more", ["pgstride/core/rows.pyx", "pgstride/core/record.c", "setup.cfg"])
def test_what_does_not_belong_into_it_is_named(check_wheel, members, more) -> None:
    assert check_wheel.problems([*members, more]) == [f"{more} does not belong into it"]


def test_the_licence_is_needed(check_wheel, members) -> None:
    assert check_wheel.problems(members[:-1]) == ["the licence is missing"]
