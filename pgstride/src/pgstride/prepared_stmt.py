"""asyncpg's module of this name: prepared statements."""

from pgstride.aio.prepared import PreparedStatement as PreparedStatement
