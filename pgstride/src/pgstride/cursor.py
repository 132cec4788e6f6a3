"""asyncpg's module of this name: cursors."""

from pgstride.aio.cursor import BaseCursor, Cursor, CursorFactory, CursorIterator

__all__ = ("BaseCursor", "Cursor", "CursorFactory", "CursorIterator")
