"""A fast PostgreSQL driver for Python, asyncio first, with asyncpg's interface."""

from pgstride import exceptions
from pgstride._version import __version__ as __version__
from pgstride.aio.connection import Connection
from pgstride.aio.establish import connect
from pgstride.aio.pool import Pool, create_pool
from pgstride.core.rows import Record
from pgstride.exceptions import *  # noqa: F403 - its __all__ is ours too
from pgstride.types import *  # noqa: F403 - as in asyncpg, importable but not in __all__

__all__: tuple[str, ...] = ("Connection", "Pool", "Record", "connect", "create_pool")
__all__ += exceptions.__all__
