"""A fast PostgreSQL driver for Python, asyncio first, with asyncpg's interface."""

# Before any compiled module is loaded.
from pgstride import _gil as _gil

# All of asyncpg's modules that programs name, so that `pgstride.pool.Pool` is found, say.
from pgstride import cursor as cursor
from pgstride import exceptions as exceptions
from pgstride import prepared_stmt as prepared_stmt
from pgstride import protocol as protocol
from pgstride import tracing as tracing
from pgstride import transaction as transaction
from pgstride import types as types
from pgstride._replacing import install_as_asyncpg as install_as_asyncpg
from pgstride._version import __version__ as __version__
from pgstride.connection import Connection, Notification, NotificationGap, connect
from pgstride.exceptions import *  # noqa: F403 - its __all__ is ours too
from pgstride.pool import Pool, PoolStatistics, create_pool
from pgstride.protocol import Record
from pgstride.types import *  # noqa: F403 - as in asyncpg, importable but not in __all__

__all__: tuple[str, ...] = (
    "Connection",
    "Notification",
    "NotificationGap",
    "Pool",
    "PoolStatistics",
    "Record",
    "connect",
    "create_pool",
)
__all__ += exceptions.__all__
