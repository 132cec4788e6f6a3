"""asyncpg's module of this name: prepared statements."""

from pgstride.aio.prepared import PreparedStatement

__all__ = ("PreparedStatement",)
