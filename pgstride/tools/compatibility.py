"""Write docs/compatibility.md: all that is public in asyncpg, with ours beside it.

`python tools/compatibility.py` writes it, `--check` says whether it is up to date
and complete. Needs asyncpg installed. The test that shows a method is the first
whose body calls it, in the class's own file of tests where there is one, and
preferably one that runs with both drivers.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pgstride
import pgstride.exceptions
import pgstride.types

# Not where mypy looks.
asyncpg: Any = importlib.import_module("asyncpg")

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "compatibility.md"
TESTS = ROOT / "tests"

# asyncpg's classes by their paths in both packages, and the tests that are theirs.
CLASSES = {
    "Connection": ("aio/test_connection.py", "aio/test_type_codecs.py", "aio/test_copy.py",
                   "aio/test_listeners.py"),
    "pool.Pool": ("aio/test_pool.py",),
    "prepared_stmt.PreparedStatement": ("aio/test_prepared.py",),
    "cursor.CursorFactory": ("aio/test_cursor.py",),
    "cursor.Cursor": ("aio/test_cursor.py",),
    "transaction.Transaction": ("aio/test_transaction.py",),
    "Record": ("core/test_record.py",),
}  # fmt: skip
VALUES = ("Attribute", "BitString", "Box", "Circle", "Line", "LineSegment", "Path", "Point",
          "Polygon", "Range", "ServerVersion", "Type")  # fmt: skip

INTRODUCTION = """\
# asyncpg's interface, and ours

Written by `tools/compatibility.py` from asyncpg {version}; the tests named here run in
`make test`. Ours has every argument of asyncpg's, with the same default; what it has
beyond is marked with a plus.

What differs on purpose:

- The `BEGIN` of a transaction, and what a pool does after a release, travel with the next
  statement, which raises their errors. If a reset fails, the connection is closed, though
  the statement behind it may have run.
- `explain()` works when a codec has been set for `json`.
- The driver's own queries for types never go through codecs that you have set.
"""


@dataclass(frozen=True)
class Test:
    """A test function, and the names of the attributes that it calls."""

    file: str
    name: str
    calls: frozenset[str]
    both: bool


def all_tests() -> list[Test]:
    """The tests in all files, in their order."""
    return [
        _test(path.relative_to(TESTS).as_posix(), node)
        for path in sorted(TESTS.rglob("test_*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.name.startswith("test_")
    ]


def _test(file: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Test:
    calls = {inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)} | {
        inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)
    }
    both = any(argument.arg == "both" for argument in node.args.args)
    return Test(file, node.name, frozenset(calls), both)


def test_of(name: str, files: tuple[str, ...], tests: list[Test]) -> str | None:
    """Where a method is shown, as `file::test`, or None."""
    calling = [test for test in tests if name in test.calls]
    if not calling:
        return None

    def distance(test: Test) -> tuple[int, bool]:
        return (files.index(test.file) if test.file in files else len(files), not test.both)

    best = min(calling, key=distance)
    return f"{best.file}::{best.name}"


def find(module: ModuleType, path: str) -> Any:
    """The object at a dotted path."""
    found: Any = module
    for name in path.split("."):
        found = getattr(found, name)
    return found


def signature(function: Callable[..., Any]) -> inspect.Signature:
    """What a function takes; one of asyncpg's annotations cannot be evaluated."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format  # noqa: PLC0415 new in 3.14

        return inspect.signature(function, annotation_format=Format.STRING)
    return inspect.signature(function)


def arguments(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """A function's parameters by name, without `self`."""
    try:
        found = dict(signature(function).parameters)
    except ValueError:
        return {}
    found.pop("self", None)
    return found


def shown(theirs: Callable[..., Any], ours: Callable[..., Any]) -> tuple[str, str]:
    """asyncpg's arguments, and what ours has beyond them or lacks."""
    expected, actual = arguments(theirs), arguments(ours)
    names = ", ".join(_name(parameter) for parameter in expected.values())
    differences = [f"+{name}" for name in actual if name not in expected]
    if not any(one.kind is one.VAR_KEYWORD for one in actual.values()):
        differences += [f"−{name}" for name in expected if name not in actual]
    return names, ", ".join(differences)


def _name(parameter: inspect.Parameter) -> str:
    if parameter.kind is parameter.VAR_POSITIONAL:
        return f"*{parameter.name}"
    return f"**{parameter.name}" if parameter.kind is parameter.VAR_KEYWORD else parameter.name


def rows(tests: list[Test]) -> Iterator[tuple[str, str, str, str]]:
    """Of each function and method: name, arguments, differences, test."""
    for name in ("connect", "create_pool"):
        names, differences = shown(getattr(asyncpg, name), getattr(pgstride, name))
        yield name, names, differences, test_of(name, (), tests) or ""
    for path, files in CLASSES.items():
        theirs, ours = find(asyncpg, path), find(pgstride, path)
        title = path.rpartition(".")[2]
        for name, member in inspect.getmembers(theirs):
            if name.startswith("_"):
                continue
            names, differences = "", ""
            if inspect.isroutine(member):
                names, differences = shown(member, getattr(ours, name))
            yield f"{title}.{name}", names, differences, test_of(name, files, tests) or ""


def table(head: tuple[str, ...], lines: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    ruler = "|".join("---" for _ in head)
    body = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return f"| {' | '.join(head)} |\n|{ruler}|\n{body}"


def page() -> tuple[str, list[str]]:
    """The page, and what is wrong: names without ours or without a test."""
    tests = all_tests()
    found = list(rows(tests))
    wrong = [f"{name}: no test calls it" for name, _, _, test in found if not test]
    wrong += [f"{name}: lacks {d}" for name, _, d, _ in found if "−" in d]
    exceptions = sorted(asyncpg.exceptions.__all__)
    wrong += [name for name in exceptions if not hasattr(pgstride.exceptions, name)]
    methods = table(
        ("asyncpg and pgstride", "arguments", "differences", "shown by"),
        ((f"`{n}`", f"`{a}`" if a else "", d, f"`{t}`") for n, a, d, t in found),
    )
    values = table(
        ("type of values", "ours"),
        ((f"`{n}`", f"`pgstride.{n}`" if hasattr(pgstride, n) else f"`pgstride.types.{n}`")
         for n in VALUES),
    )  # fmt: skip
    classes = table(
        ("exception", "SQLSTATE", "ours"),
        (
            (f"`{n}`", getattr(getattr(asyncpg.exceptions, n), "sqlstate", None) or "", f"`{n}`")
            for n in exceptions
        ),
    )
    text = "\n".join(
        (
            INTRODUCTION.format(version=asyncpg.__version__),
            "## Functions and methods\n",
            methods,
            "## Types of values\n",
            values,
            "## Exceptions\n",
            "Shown by `exceptions/test_hierarchy.py`.\n",
            classes,
        )
    )
    return text, wrong


def main() -> int:
    """0 when all is well, 1 when the page is out of date or something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    text, wrong = page()
    for line in wrong:
        print(line, file=sys.stderr)
    if options.check:
        if not PAGE.exists() or PAGE.read_text() != text:
            print("docs/compatibility.md is out of date", file=sys.stderr)
            return 1
    else:
        PAGE.write_text(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
