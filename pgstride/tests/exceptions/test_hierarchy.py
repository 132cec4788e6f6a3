"""The hierarchy is asyncpg's, name by name, and says so to type checkers."""

import importlib.util
import pickle
import warnings
from pathlib import Path

import asyncpg.exceptions
import asyncpg.exceptions._base
import pytest

import pgstride.exceptions
import pgstride.exceptions._base
from pgstride.exceptions import PostgresError, PostgresWarning, UniqueViolationError

ROOT = Path(__file__).parents[2]

# Everything that asyncpg's two modules define, public or not: programs import both.
PAIRS = [
    pytest.param(theirs, getattr(ours, name, None), id=f"{ours.__name__}.{name}")
    for ours, module in [
        (pgstride.exceptions, asyncpg.exceptions),
        (pgstride.exceptions._base, asyncpg.exceptions._base),
    ]
    for name, theirs in vars(module).items()
    if isinstance(theirs, type) and name != "PostgresMessageMeta"
]


@pytest.mark.parametrize(("theirs", "ours"), PAIRS)
def test_every_class_has_asyncpgs_sqlstate_and_ancestors(theirs, ours):
    assert ours is not None
    assert getattr(ours, "sqlstate", None) == getattr(theirs, "sqlstate", None)
    assert [each.__name__ for each in ours.__mro__] == [each.__name__ for each in theirs.__mro__]


def test_the_public_names_are_asyncpgs_and_the_root_of_messages():
    extra = set(pgstride.exceptions.__all__) - set(asyncpg.exceptions.__all__)
    missing = set(asyncpg.exceptions.__all__) - set(pgstride.exceptions.__all__)
    assert not missing
    not_in_their_all = {name for name in extra if not hasattr(asyncpg.exceptions, name)}
    assert not_in_their_all == {"PostgresMessage"}


def test_public_classes_say_where_they_are_imported_from():
    assert UniqueViolationError.__module__ == "pgstride.exceptions"


def test_the_module_of_classes_is_what_the_generator_writes():
    path = ROOT / "tools" / "generate_errors.py"
    spec = importlib.util.spec_from_file_location("generate_errors", path)
    generate_errors = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate_errors)
    table = generate_errors.read_table(generate_errors.TABLE.read_text())
    assert generate_errors.render(table) == generate_errors.MODULE.read_text()


def test_an_application_names_its_own_sqlstate():
    class OutOfStockError(PostgresError):
        sqlstate = "SHOP1"

    error = PostgresError.new({"C": "SHOP1", "M": "no more umbrellas"})
    assert type(error) is OutOfStockError


def test_an_sqlstate_that_has_a_class_cannot_be_claimed():
    with pytest.raises(TypeError, match=r"23505.*UniqueViolationError"):
        type("MyUniqueViolation", (PostgresError,), {"sqlstate": "23505"})


def test_a_subclass_without_a_code_of_its_own_is_free():
    class MyUniqueViolation(UniqueViolationError):
        pass

    assert MyUniqueViolation("x").sqlstate == "23505"


def test_an_error_made_by_hand_has_its_class_code_and_nothing_else():
    error = UniqueViolationError("duplicate")
    assert error.as_dict() == {"sqlstate": "23505"}
    assert error.detail is None
    assert error.query is None


@pytest.mark.parametrize("name", ["InterfaceError", "ClientConfigurationError", "InterfaceWarning"])
def test_client_messages_print_detail_and_hint(name):
    message = getattr(pgstride.exceptions, name)("what", detail="why", hint="cure")
    assert str(message) == "what\nDETAIL:  why\nHINT:  cure"
    theirs = getattr(asyncpg.exceptions, name)("what", detail="why", hint="cure")
    assert str(theirs) == str(message)


def test_a_client_error_with_another_message_keeps_the_rest():
    error = pgstride.exceptions.ClientConfigurationError("a", detail="b", hint="c")
    other = error.with_msg("x")
    assert type(other) is type(error)
    assert str(other) == "x\nDETAIL:  b\nHINT:  c"


def test_an_outdated_schema_error_says_what_is_outdated():
    error = pgstride.exceptions.OutdatedSchemaCacheError(
        "changed", schema="public", data_type="point3", position="2"
    )
    assert (error.schema_name, error.data_type_name, error.position) == ("public", "point3", "2")


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in pgstride.exceptions.__all__
        if issubclass(getattr(pgstride.exceptions, name), Exception)
    ],
)
def test_every_exception_survives_pickling(name):
    error = getattr(pgstride.exceptions, name)("what")
    error.__dict__["detail"] = "why"
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert copy.args == error.args
    assert copy.__dict__ == error.__dict__


def test_a_warning_can_be_issued():
    with pytest.warns(PostgresWarning):
        warnings.warn(PostgresWarning("careful"), stacklevel=1)
