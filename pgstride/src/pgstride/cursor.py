"""asyncpg's module of this name: cursors."""

from pgstride.aio.cursor import BaseCursor as BaseCursor
from pgstride.aio.cursor import Cursor as Cursor
from pgstride.aio.cursor import CursorFactory as CursorFactory
from pgstride.aio.cursor import CursorIterator as CursorIterator
