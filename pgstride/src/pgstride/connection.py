"""asyncpg's module of this name: connections."""

from pgstride.aio.connection import Connection as Connection
from pgstride.aio.establish import connect as connect
from pgstride.aio.query_loggers import LoggedQuery as LoggedQuery
