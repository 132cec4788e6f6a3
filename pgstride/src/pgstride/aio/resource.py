"""What belongs to a connection, and becomes invalid when a pool takes the connection back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from pgstride.exceptions import InterfaceError

if TYPE_CHECKING:
    from pgstride.aio.connection import Connection

P = ParamSpec("P")
R = TypeVar("R")
Owned = TypeVar("Owned", bound="ConnectionResource")


class ConnectionResource:
    """A statement, cursor or transaction of a connection."""

    __slots__ = ("_connection", "_release")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._release = connection._releases

    def _check_valid(self, method: str) -> None:
        """Raise InterfaceError when the connection is not ours any more."""
        connection: Any = self._connection
        if connection._releases != self._release:
            raise InterfaceError(
                f"cannot call {type(self).__name__}.{method}(): "
                "the underlying connection has been released back to the pool"
            )
        if connection.is_closed():
            raise InterfaceError(
                f"cannot call {type(self).__name__}.{method}(): the underlying connection is closed"
            )


def guarded(method: Callable[Concatenate[Owned, P], R]) -> Callable[Concatenate[Owned, P], R]:
    """Have a method check, when it is called, that its connection is valid."""
    name = method.__name__

    @functools.wraps(method)
    def checked(self: Owned, /, *args: P.args, **keywords: P.kwargs) -> R:
        self._check_valid(name)
        return method(self, *args, **keywords)

    return checked
