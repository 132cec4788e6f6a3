"""All exceptions and messages: asyncpg's names, one class per SQLSTATE. Imports nothing of ours.

`sqlstate` holds the classes of the server's codes, `_base` their roots and the client's own
errors, `from_server` makes either out of a protocol message.
"""

from pgstride.exceptions import sqlstate
from pgstride.exceptions._base import (
    ClientConfigurationError,
    FatalPostgresError,
    InterfaceError,
    InterfaceWarning,
    InternalClientError,
    OutdatedSchemaCacheError,
    PostgresError,
    PostgresLogMessage,
    PostgresMessage,
    ProtocolError,
    TargetServerAttributeNotMatched,
    UnknownPostgresError,
    UnsupportedClientFeatureError,
    UnsupportedServerFeatureError,
)
from pgstride.exceptions.from_server import InvalidCachedStatementError
from pgstride.exceptions.sqlstate import *  # noqa: F403 - its __all__ is ours too

__all__: tuple[str, ...] = (
    "ClientConfigurationError",
    "FatalPostgresError",
    "InterfaceError",
    "InterfaceWarning",
    "InternalClientError",
    "InvalidCachedStatementError",
    "OutdatedSchemaCacheError",
    "PostgresError",
    "PostgresLogMessage",
    "PostgresMessage",
    "ProtocolError",
    "TargetServerAttributeNotMatched",
    "UnknownPostgresError",
    "UnsupportedClientFeatureError",
    "UnsupportedServerFeatureError",
)
__all__ += sqlstate.__all__

# Tracebacks then say where the class is imported from, not where it is defined.
for _name in __all__:
    globals()[_name].__module__ = __name__
