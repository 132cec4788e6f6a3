"""Whatever asyncpg calls by a name has that name here."""

import inspect
import sys

import asyncpg
import pytest

import pgstride
from pgstride.aio.connect_arguments import ConnectArguments

CLASSES = [
    "Connection",
    "Pool",
    "Record",
    "connection.LoggedQuery",
    "cursor.Cursor",
    "cursor.CursorFactory",
    "cursor.CursorIterator",
    "pool.PoolAcquireContext",
    "pool.PoolConnectionProxy",
    "prepared_stmt.PreparedStatement",
    "transaction.Transaction",
    "types.Attribute",
    "types.BitString",
    "types.Range",
    "types.ServerVersion",
    "types.Type",
]


def find(module, path):
    found = module
    for name in path.split("."):
        found = getattr(found, name)
    return found


def test_exports_what_asyncpg_exports():
    assert set(asyncpg.__all__) <= set(pgstride.__all__)
    assert all(hasattr(pgstride, name) for name in asyncpg.types.__all__)


@pytest.mark.parametrize("path", CLASSES)
def test_classes_have_asyncpgs_methods(path):
    names = {name for name in dir(find(asyncpg, path)) if not name.startswith("_")}
    assert names - set(dir(find(pgstride, path))) == set()


def parameters(method):
    """Those of a method; asyncpg has annotations that Python 3.14 cannot evaluate."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format  # noqa: PLC0415 not in older ones

        return inspect.signature(method, annotation_format=Format.STRING).parameters
    return inspect.signature(method).parameters


@pytest.mark.parametrize("path", CLASSES)
def test_methods_have_asyncpgs_arguments(path):
    theirs, ours = find(asyncpg, path), find(pgstride, path)
    for name, method in inspect.getmembers(theirs, inspect.isfunction):
        if name.startswith("_") or not hasattr(ours, name):
            continue
        expected = parameters(method)
        actual = parameters(getattr(ours, name))
        if any(one.kind is one.VAR_KEYWORD for one in actual.values()):
            continue  # handed on to a method that is compared
        assert list(actual)[: len(expected)] == list(expected), f"{path}.{name}"
        for extra in list(actual.values())[len(expected) :]:
            assert extra.kind is extra.KEYWORD_ONLY, f"{path}.{name}({extra})"
            assert extra.default is not extra.empty, f"{path}.{name}({extra})"
        for argument, parameter in expected.items():
            assert actual[argument].kind == parameter.kind, f"{path}.{name}({argument})"
            if isinstance(parameter.default, type):
                continue  # Record and Connection, each of its own
            assert actual[argument].default == parameter.default, f"{path}.{name}({argument})"


def test_create_pool_has_asyncpgs_arguments():
    expected = inspect.signature(asyncpg.create_pool).parameters
    actual = inspect.signature(pgstride.create_pool).parameters
    ours = {"check", "check_timeout", "max_lifetime", "tracer"}
    assert [name for name in actual if name not in ours] == list(expected)
    assert all(
        actual[name].default == parameter.default
        for name, parameter in expected.items()
        if not isinstance(parameter.default, type)
    )


def test_connect_has_asyncpgs_arguments_and_then_its_own():
    expected = inspect.signature(asyncpg.connect).parameters
    actual = inspect.signature(pgstride.connect).parameters
    assert list(actual)[: len(expected)] == list(expected)
    for name, parameter in expected.items():
        assert actual[name].kind == parameter.kind, name
        if isinstance(parameter.default, type):
            assert actual[name].default.__name__ == parameter.default.__name__
        else:
            assert actual[name].default == parameter.default, name
    own = list(actual.values())[len(expected) :]
    assert all(one.kind is one.KEYWORD_ONLY and not one.default for one in own)


def test_connect_explains_each_argument():
    explained = {
        name.strip()
        for line in inspect.getdoc(pgstride.connect).splitlines()
        if line.startswith("    ") and ":" in line
        for name in line.partition(":")[0].split(",")
    }
    assert set(inspect.signature(pgstride.connect).parameters) <= explained


def test_a_pools_keywords_are_those_of_connect():
    own = {"dsn", "loop", "connection_class", "record_class", "tracer"}
    expected = set(inspect.signature(pgstride.connect).parameters) - own
    assert set(ConnectArguments.__annotations__) == expected
    assert set(ConnectArguments.__optional_keys__) == expected
