"""asyncpg's module of this name: connections."""

from pgstride.aio.connect import connect
from pgstride.aio.connection import Connection
from pgstride.aio.notifications import Notification, NotificationGap
from pgstride.aio.query_loggers import LoggedQuery

__all__ = ("Connection", "LoggedQuery", "Notification", "NotificationGap", "connect")
