"""What a pool lends: it stands for a connection until it is given back."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pgstride.aio.connection import Connection
from pgstride.exceptions import InterfaceError

if TYPE_CHECKING:
    from pgstride.aio.connection import Connection as Base
    from pgstride.aio.pool_holder import PoolConnectionHolder
else:
    from pgstride.aio.base import ConnectionProxy as Base


class PoolConnectionProxy(Base):
    """A connection of a pool, with all methods of `Connection`.

    Once it has been given back, all of them raise InterfaceError.
    """

    __slots__ = ("_con", "_holder", "connection_class")

    _holder: PoolConnectionHolder

    def __init__(self, holder: PoolConnectionHolder, connection: Connection) -> None:
        self._holder = holder
        self._con: Connection | None = connection
        self.connection_class = type(connection)

    def __getattr__(self, name: str) -> Any:
        # What a class of the application's adds to Connection.
        return getattr(self._con, name)

    def _detach(self) -> None:
        self._con = None

    def __repr__(self) -> str:
        shown = "[released]" if self._con is None else repr(self._con)
        return f"<{type(self).__name__} {shown} {id(self):#x}>"


def _stand_for(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: PoolConnectionProxy, /, *args: Any, **keywords: Any) -> Any:
        connection = self._con
        if connection is None:
            raise InterfaceError(
                f"cannot call Connection.{name}(): connection has been released back to the pool"
            )
        return getattr(connection, name)(*args, **keywords)

    if sys.version_info >= (3, 12) and inspect.iscoroutinefunction(method):
        inspect.markcoroutinefunction(call)
    return call


for _name, _method in inspect.getmembers(Connection, inspect.isfunction):
    if not _name.startswith("_"):
        setattr(PoolConnectionProxy, _name, _stand_for(_name, _method))
