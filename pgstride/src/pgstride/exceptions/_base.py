"""The roots of the hierarchy: what the server said, and what the client itself has to say.

The module has the name that asyncpg's has, because programs import from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from typing_extensions import Self

# Attribute by the field code of ErrorResponse and NoticeResponse
# (PostgreSQL's documentation, "Error and Notice Message Fields").
FIELDS = {
    "S": "severity",
    "V": "severity_en",
    "C": "sqlstate",
    "M": "message",
    "D": "detail",
    "H": "hint",
    "P": "position",
    "p": "internal_position",
    "q": "internal_query",
    "W": "context",
    "s": "schema_name",
    "t": "table_name",
    "c": "column_name",
    "d": "data_type_name",
    "n": "constraint_name",
    "F": "server_source_filename",
    "L": "server_source_line",
    "R": "server_source_function",
}


def _with_detail_and_hint(message: str, detail: str | None, hint: str | None) -> str:
    if detail:
        message += f"\nDETAIL:  {detail}"
    if hint:
        message += f"\nHINT:  {hint}"
    return message


class PostgresMessage:
    """What the server sends as ErrorResponse or NoticeResponse.

    Every field is the text that the server sent, or `None`. A subclass that
    sets `sqlstate` is what messages with that SQLSTATE are raised as, so an
    application can name its own codes.

    Raises `TypeError` when a subclass claims an SQLSTATE that has a class.
    """

    severity: str | None = None
    severity_en: str | None = None
    sqlstate: str | None = None
    message: str | None = None
    detail: str | None = None
    hint: str | None = None
    position: str | None = None
    internal_position: str | None = None
    internal_query: str | None = None
    context: str | None = None
    schema_name: str | None = None
    table_name: str | None = None
    column_name: str | None = None
    data_type_name: str | None = None
    constraint_name: str | None = None
    server_source_filename: str | None = None
    server_source_line: str | None = None
    server_source_function: str | None = None
    query: str | None = None

    _by_sqlstate: ClassVar[dict[str, type[PostgresMessage]]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        sqlstate = cls.__dict__.get("sqlstate")
        if sqlstate is None:
            return
        existing = cls._by_sqlstate.setdefault(sqlstate, cls)
        if existing is not cls:
            msg = f"{cls.__name__} claims SQLSTATE {sqlstate}, which is {existing.__name__}'s"
            raise TypeError(msg)

    def as_dict(self) -> dict[str, str]:
        """The fields that the server sent, by attribute name."""
        values = ((name, getattr(self, name)) for name in FIELDS.values())
        return {name: value for name, value in values if value is not None}


class PostgresError(PostgresMessage, Exception):
    """Base class of all errors that the server reports."""

    def __str__(self) -> str:
        message = str(self.args[0]) if self.args else ""
        return _with_detail_and_hint(message, self.detail, self.hint)

    @classmethod
    def new(cls, fields: Mapping[str, str], query: str | None = None) -> PostgresError:
        """The error for an ErrorResponse, of the class that its SQLSTATE names."""
        from pgstride.exceptions import from_server  # noqa: PLC0415 - it imports this module

        return from_server.error_from_fields(fields, query)


class FatalPostgresError(PostgresError):
    """An error after which the server closes the connection."""


class UnknownPostgresError(FatalPostgresError):
    """An error whose SQLSTATE has no class."""


class PostgresLogMessage(PostgresMessage):
    """Base class of the messages from the server that are not errors; immutable."""

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.message}"

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"instances of {type(self).__name__} are immutable"
        raise TypeError(msg)

    def __setstate__(self, state: dict[str, Any] | None) -> None:
        # Exceptions are unpickled attribute by attribute, which immutability forbids.
        self.__dict__.update(state or {})

    @classmethod
    def new(cls, fields: Mapping[str, str], query: str | None = None) -> PostgresMessage:
        """The message for a NoticeResponse, of the class that its SQLSTATE names."""
        from pgstride.exceptions import from_server  # noqa: PLC0415 - it imports this module

        return from_server.message_from_fields(fields, query)


class InterfaceMessage:
    """What the client has to say: a message, a detail and a hint."""

    args: tuple[Any, ...]

    def __init__(self, *, detail: str | None = None, hint: str | None = None) -> None:
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        message = str(self.args[0]) if self.args else ""
        return _with_detail_and_hint(message, self.detail, self.hint)


class InterfaceError(InterfaceMessage, Exception):
    """An error caused by improper use of the interface."""

    def __init__(self, msg: str, *, detail: str | None = None, hint: str | None = None) -> None:
        InterfaceMessage.__init__(self, detail=detail, hint=hint)
        Exception.__init__(self, msg)

    def with_msg(self, msg: str) -> Self:
        """The same error with another message."""
        error = type(self)(msg, detail=self.detail, hint=self.hint)
        return error.with_traceback(self.__traceback__)


class ClientConfigurationError(InterfaceError, ValueError):
    """An error caused by improper client configuration."""


class DataError(InterfaceError, ValueError):
    """An error caused by improper query input.

    Not the public `DataError`, which is the server's class 22, and which
    arguments that cannot be encoded are reported as too.
    """


class UnsupportedClientFeatureError(InterfaceError):
    """The client does not support what was asked for."""


class UnsupportedServerFeatureError(InterfaceError):
    """The server does not support what was asked for."""


class InterfaceWarning(InterfaceMessage, UserWarning):
    """A warning of improper use of the interface."""

    def __init__(self, msg: str, *, detail: str | None = None, hint: str | None = None) -> None:
        InterfaceMessage.__init__(self, detail=detail, hint=hint)
        UserWarning.__init__(self, msg)


class InternalClientError(Exception):
    """An error within the client that has no more specific class."""


class ProtocolError(InternalClientError):
    """The server sent something that the protocol does not allow at this point."""


class TargetServerAttributeNotMatched(InternalClientError):
    """No host has the attribute that `target_session_attrs` asks for."""


class OutdatedSchemaCacheError(InternalClientError):
    """A value could not be decoded, because its type changed since the statement was prepared."""

    def __init__(
        self,
        msg: str,
        *,
        schema: str | None = None,
        data_type: str | None = None,
        position: str | None = None,
    ) -> None:
        super().__init__(msg)
        self.schema_name = schema
        self.data_type_name = data_type
        self.position = position
