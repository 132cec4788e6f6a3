"""From the fields of ErrorResponse and NoticeResponse to an exception or a log message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pgstride.exceptions._base import (
    FIELDS,
    PostgresError,
    PostgresLogMessage,
    PostgresMessage,
    UnknownPostgresError,
)
from pgstride.exceptions.sqlstate import (
    DuplicatePreparedStatementError,
    FeatureNotSupportedError,
    InvalidSQLStatementNameError,
    PostgresWarning,
)

_POOLER_NOTE = (
    "NOTE: behind pgbouncer in transaction or statement pooling mode, the prepared statements\n"
    "of one client may meet another's server connection. Either let pgbouncer track them\n"
    "(max_prepared_statements, from version 1.21), or pass statement_cache_size=0 to connect()."
)


_classes_of_two: dict[tuple[type, type], type[PostgresError]] = {}


class InvalidCachedStatementError(FeatureNotSupportedError):
    """A prepared statement's result changed with the schema or the configuration."""


def error_from_fields(fields: Mapping[str, str], query: str | None = None) -> PostgresError:
    """The exception for an ErrorResponse.

    Its class is the one of the SQLSTATE. A code without one gives an
    `UnknownPostgresError` that is also of the generic class which the code's
    first two characters name, if any.

    `fields` are keyed by the protocol's one-letter codes; unknown ones are
    passed over, as the protocol demands.
    """
    attributes = _attributes(fields, query)
    message = fields.get("M", "")
    cls = _error_class(fields.get("C", ""))
    # By the function rather than by the message, which the server translates.
    if cls is FeatureNotSupportedError and fields.get("R") == "RevalidateCachedQuery":
        cls = InvalidCachedStatementError
        message = (
            "cached statement plan is invalid due to a database schema or configuration change"
        )
    elif cls in {DuplicatePreparedStatementError, InvalidSQLStatementNameError}:
        hint = fields.get("H")
        attributes["hint"] = f"{hint}\n{_POOLER_NOTE}" if hint else _POOLER_NOTE
    error = cls(message)
    error.__dict__.update(attributes)
    return error


def message_from_fields(fields: Mapping[str, str], query: str | None = None) -> PostgresMessage:
    """The message for a NoticeResponse.

    Its class is the one of the SQLSTATE, which may be an error's ("relation
    exists, skipping"); else `PostgresWarning` for the severity WARNING, else
    `PostgresLogMessage`.
    """
    attributes = _attributes(fields, query)
    cls = PostgresMessage._by_sqlstate.get(fields.get("C", ""))  # noqa: SLF001 - one package
    if cls is None:
        severity = fields.get("V") or fields.get("S") or ""
        cls = PostgresWarning if severity.upper() == "WARNING" else PostgresLogMessage
    message = cls(fields.get("M", "")) if issubclass(cls, Exception) else cls()
    message.__dict__.update(attributes)
    return message


def _attributes(fields: Mapping[str, str], query: str | None) -> dict[str, str | None]:
    attributes: dict[str, str | None] = {"query": query}
    for code, value in fields.items():
        name = FIELDS.get(code)
        if name is not None:
            attributes[name] = value
    return attributes


def _error_class(sqlstate: str) -> type[PostgresError]:
    by_sqlstate = PostgresMessage._by_sqlstate  # noqa: SLF001 - one package
    cls = by_sqlstate.get(sqlstate)
    if cls is not None:
        # RAISE EXCEPTION USING ERRCODE = 'no_data' is an error of a warning's class.
        return cls if issubclass(cls, PostgresError) else _both(PostgresError, cls)
    generic = by_sqlstate.get(f"{sqlstate[:2]}000")
    return UnknownPostgresError if generic is None else _both(UnknownPostgresError, generic)


def _both(base: type[PostgresError], kind: type[PostgresMessage]) -> type[PostgresError]:
    """A class that `except` clauses for either of the two catch."""
    existing = _classes_of_two.get((base, kind))
    if existing is not None:
        return existing
    name = base.__name__ if base is UnknownPostgresError else kind.__name__

    def reduce(error: PostgresError) -> tuple[Any, ...]:
        return _restore, (base, kind, error.args), error.__dict__

    namespace = {
        "__module__": base.__module__,
        "__doc__": kind.__doc__,
        "__reduce__": reduce,
        "__setattr__": Exception.__setattr__,
    }
    return _classes_of_two.setdefault((base, kind), type(name, (base, kind), namespace))


def _restore(
    base: type[PostgresError], kind: type[PostgresMessage], args: tuple[Any, ...]
) -> PostgresError:
    return _both(base, kind)(*args)
