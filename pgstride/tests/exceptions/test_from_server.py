"""What becomes of the fields of an ErrorResponse or NoticeResponse."""

import copy
import pickle

import asyncpg.exceptions
import pytest

from pgstride import exceptions
from pgstride.exceptions._base import FIELDS
from pgstride.exceptions.from_server import error_from_fields, message_from_fields

ALL_FIELDS = {code: f"<{name}>" for code, name in FIELDS.items()} | {"C": "23505"}


def test_every_field_is_an_attribute_with_asyncpgs_name():
    ours = error_from_fields(ALL_FIELDS, "SELECT 1")
    theirs = asyncpg.exceptions.PostgresError.new(ALL_FIELDS, "SELECT 1")
    assert ours.as_dict() == theirs.as_dict()
    assert list(ours.as_dict()) == list(FIELDS.values())
    assert ours.query == theirs.query == "SELECT 1"
    assert ours.args == theirs.args
    assert str(ours) == str(theirs)


def test_unknown_fields_are_passed_over():
    error = error_from_fields({"C": "23505", "M": "duplicate", "X": "from the future"})
    assert error.as_dict() == {"sqlstate": "23505", "message": "duplicate"}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "what"),
        ({"D": "why"}, "what\nDETAIL:  why"),
        ({"H": "cure"}, "what\nHINT:  cure"),
        ({"D": "why", "H": "cure"}, "what\nDETAIL:  why\nHINT:  cure"),
    ],
)
def test_an_error_prints_its_detail_and_hint(fields, text):
    assert str(error_from_fields({"C": "22012", "M": "what", **fields})) == text


@pytest.mark.parametrize("name", exceptions.sqlstate.__all__)
def test_every_code_is_raised_as_its_class(name):
    cls = getattr(exceptions, name)
    error = error_from_fields({"C": cls.sqlstate, "M": "what"})
    assert isinstance(error, cls)
    assert isinstance(error, exceptions.PostgresError)
    assert type(error).__name__ == name
    assert error.sqlstate == cls.sqlstate


def test_an_unknown_code_is_unknown_and_of_its_generic_class():
    error = error_from_fields({"C": "23999", "M": "what"})
    assert isinstance(error, exceptions.UnknownPostgresError)
    assert isinstance(error, exceptions.IntegrityConstraintViolationError)
    assert type(error).__name__ == "UnknownPostgresError"
    assert error.sqlstate == "23999"


@pytest.mark.parametrize("sqlstate", ["ZZ001", "", "2", "10999"])
def test_a_code_of_no_class_is_unknown(sqlstate):
    error = error_from_fields({"C": sqlstate, "M": "what"})
    assert type(error) is exceptions.UnknownPostgresError


def test_a_message_without_a_code_is_unknown():
    error = error_from_fields({})
    assert type(error) is exceptions.UnknownPostgresError
    assert str(error) == ""
    assert error.as_dict() == {}


def test_an_error_with_a_warnings_code_can_be_raised_and_annotated():
    error = error_from_fields({"C": "02000", "M": "nothing there"})
    with pytest.raises(exceptions.NoData, match="nothing there"):
        raise error
    error.__traceback__ = None
    assert error.with_traceback(None) is error


def test_the_servers_refusal_of_a_cached_plan_has_its_own_class():
    fields = {"C": "0A000", "M": "Ergebnistyp darf sich nicht ändern", "R": "RevalidateCachedQuery"}
    error = error_from_fields(fields)
    assert type(error) is exceptions.InvalidCachedStatementError
    assert "schema or configuration change" in str(error)
    assert error.message == fields["M"]
    other = error_from_fields(fields | {"R": "transformStmt"})
    assert type(other) is exceptions.FeatureNotSupportedError


@pytest.mark.parametrize("sqlstate", ["42P05", "26000"])
def test_lost_prepared_statements_hint_at_poolers(sqlstate):
    error = error_from_fields({"C": sqlstate, "M": "what"})
    assert "statement_cache_size=0" in error.hint
    assert "pgbouncer" in str(error)
    error = error_from_fields({"C": sqlstate, "M": "what", "H": "the server's hint"})
    assert error.hint.startswith("the server's hint\nNOTE: ")


@pytest.mark.parametrize("sqlstate", ["23505", "23999", "01000", "02000", "01999", "ZZ001"])
@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))]
)
def test_errors_survive_pickling_and_copying(sqlstate, duplicate):
    error = error_from_fields({**ALL_FIELDS, "C": sqlstate}, "SELECT 1")
    other = duplicate(error)
    assert type(other) is type(error)
    assert other.args == error.args
    assert other.__dict__ == error.__dict__


@pytest.mark.parametrize("severity", ["WARNING", "NOTICE", "LOG", "DEBUG", "INFO"])
@pytest.mark.parametrize("sqlstate", ["00000", "01000", "01004", "01999", "02000", "42P07"])
@pytest.mark.parametrize("localized", [True, False])
def test_notices_have_asyncpgs_classes(severity, sqlstate, localized):
    severities = {"S": "übersetzt", "V": severity} if localized else {"S": severity}
    fields = {**severities, "C": sqlstate, "M": "what", "D": "why"}
    ours = message_from_fields(fields)
    theirs = asyncpg.exceptions.PostgresLogMessage.new(fields)
    assert type(ours).__name__ == type(theirs).__name__
    assert ours.as_dict() == theirs.as_dict()
    assert str(ours) == str(theirs)


def test_log_messages_are_immutable():
    for sqlstate in ["00000", "01000"]:
        message = message_from_fields({"C": sqlstate, "M": "what"})
        with pytest.raises(TypeError, match="immutable"):
            message.message = "else"


def test_log_messages_survive_pickling():
    message = message_from_fields({"C": "00000", "M": "what"})
    other = pickle.loads(pickle.dumps(message))
    assert type(other) is type(message)
    assert other.as_dict() == message.as_dict()


def test_the_classmethods_of_asyncpg_do_the_same():
    fields = {"C": "23505", "M": "what"}
    assert type(exceptions.PostgresError.new(fields)) is exceptions.UniqueViolationError
    assert type(exceptions.PostgresLogMessage.new({})) is exceptions.PostgresLogMessage
