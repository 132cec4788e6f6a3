"""Options of a connected socket."""

from __future__ import annotations

import asyncio
import socket

from pgstride.connecting import TcpOptions
from pgstride.exceptions import ClientConfigurationError

# What systems call it; one that has no name for it goes without, as in libpq.
_IDLE = ("TCP_KEEPIDLE", "TCP_KEEPALIVE")
_INTERVAL = ("TCP_KEEPINTVL",)
_COUNT = ("TCP_KEEPCNT",)
_USER_TIMEOUT = ("TCP_USER_TIMEOUT",)


def set_tcp_options(transport: asyncio.BaseTransport, options: TcpOptions) -> None:
    """Have the system look after the connection.

    Raises ClientConfigurationError for a value that the system refuses.
    """
    connection = transport.get_extra_info("socket")
    if connection is None:
        return
    if options.keepalives:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        _set(connection, "keepalives_idle", _IDLE, options.idle_seconds)
        _set(connection, "keepalives_interval", _INTERVAL, options.interval_seconds)
        _set(connection, "keepalives_count", _COUNT, options.count)
    _set(connection, "tcp_user_timeout", _USER_TIMEOUT, options.user_timeout_milliseconds)


def _set(
    connection: socket.socket, keyword: str, names: tuple[str, ...], value: int | None
) -> None:
    option = next((getattr(socket, name) for name in names if hasattr(socket, name)), None)
    if option is None or value is None:
        return
    try:
        connection.setsockopt(socket.IPPROTO_TCP, option, value)
    except (OSError, OverflowError) as error:
        msg = f"{keyword}={value} is refused by the system: {error}"
        raise ClientConfigurationError(msg) from None
