"""asyncpg's module of this name, of which programs know the class of records."""

from pgstride.core.rows import Record

__all__ = ("Record",)
