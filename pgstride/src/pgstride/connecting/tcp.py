"""How the system watches over TCP connections: libpq's `keepalives…` and `tcp_user_timeout`."""

from __future__ import annotations

from dataclasses import dataclass

from pgstride.connecting.source import Setting, Sources
from pgstride.exceptions import ClientConfigurationError


@dataclass(frozen=True)
class TcpOptions:
    """`None` leaves a value to the system."""

    keepalives: bool = True
    idle_seconds: int | None = None
    interval_seconds: int | None = None
    count: int | None = None
    user_timeout_milliseconds: int | None = None


def tcp_options(sources: Sources) -> TcpOptions:
    """What the sources say; 0, and less, is the system's own value.

    Raises `ClientConfigurationError` for what is no whole number.
    """

    def number(keyword: str) -> int | None:
        setting = sources.find(keyword)
        return None if setting is None else max(0, _parse(setting)) or None

    keepalives = sources.find("keepalives")
    return TcpOptions(
        keepalives=keepalives is None or _parse(keepalives) != 0,
        idle_seconds=number("keepalives_idle"),
        interval_seconds=number("keepalives_interval"),
        count=number("keepalives_count"),
        user_timeout_milliseconds=number("tcp_user_timeout"),
    )


def number_argument(given: int | str | None) -> str | None:
    """A number of an argument, in the form that other places have it."""
    return str(int(given)) if isinstance(given, int) else given


def _parse(setting: Setting) -> int:
    try:
        return int(setting.value)
    except ValueError:
        msg = f"{setting.origin} is expected to be a whole number, got {setting.value!r}"
        raise ClientConfigurationError(msg) from None
