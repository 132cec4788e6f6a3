"""The arguments of `connect()` that are for the client alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from pgstride.connecting.source import Sources
from pgstride.exceptions import ClientConfigurationError

# This very object says that the caller has set none: `connect_timeout` of a DSN, say, is then free
# to. The argument's default shows as asyncpg's nevertheless.
DEFAULT_CONNECT_TIMEOUT_SECONDS = 60.0


class JsonFunctions(Protocol):
    """What `connect(json=)` takes: the module json, or any other that has these."""

    def loads(self, text: str, /) -> Any:
        """What a text of JSON stands for."""

    def dumps(self, value: Any, /) -> str | bytes:
        """A value as JSON."""


@dataclass(frozen=True)
class ClientOptions:
    """Time-outs and cache limits, as asyncpg names them.

    `timeout` (of connecting) and `command_timeout` are seconds, or `None` for
    none; `max_cached_statement_lifetime` is seconds, 0 for unlimited;
    `max_cacheable_statement_size` is characters, 0 for unlimited. `json` has the
    functions for json and jsonb, None for none.
    """

    timeout: float | None = DEFAULT_CONNECT_TIMEOUT_SECONDS
    command_timeout: float | None = None
    statement_cache_size: int = 100
    max_cached_statement_lifetime: int = 300
    max_cacheable_statement_size: int = 15 * 1024
    json: JsonFunctions | None = None
    implicit_pipelining: bool = False


def client_options(
    sources: Sources,
    *,
    timeout: float | None,
    command_timeout: float | None,
    statement_cache_size: int,
    max_cached_statement_lifetime: int,
    max_cacheable_statement_size: int,
    json: JsonFunctions | None,
    implicit_pipelining: bool,
) -> ClientOptions:
    """The options, validated.

    A time-out that is `DEFAULT_CONNECT_TIMEOUT_SECONDS` itself is the sources'
    `connect_timeout`, else that.

    Raises `ClientConfigurationError`, which is a `ValueError`, for values out
    of range.
    """
    limits = {
        "statement_cache_size": statement_cache_size,
        "max_cached_statement_lifetime": max_cached_statement_lifetime,
        "max_cacheable_statement_size": max_cacheable_statement_size,
    }
    for name, value in limits.items():
        if not _is_number(value) or not value >= 0:
            msg = f"{name} is expected to be greater or equal to 0, got {value!r}"
            raise ClientConfigurationError(msg)
    if json is not None and not (hasattr(json, "loads") and hasattr(json, "dumps")):
        msg = f"json is expected to have the functions loads and dumps, got {json!r}"
        raise ClientConfigurationError(msg)
    return ClientOptions(
        timeout=_connect_timeout(timeout, sources),
        command_timeout=_positive_seconds("command_timeout", command_timeout),
        **limits,
        json=json,
        implicit_pipelining=bool(implicit_pipelining),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _connect_timeout(timeout: float | None, sources: Sources) -> float | None:
    if timeout is not DEFAULT_CONNECT_TIMEOUT_SECONDS:
        return timeout
    setting = sources.find("connect_timeout")
    if setting is None:
        return DEFAULT_CONNECT_TIMEOUT_SECONDS
    try:
        seconds = int(setting.value)
    except ValueError:
        msg = f"{setting.origin} is expected to be whole seconds, got {setting.value!r}"
        raise ClientConfigurationError(msg) from None
    # libpq's meaning of zero and less.
    return float(seconds) if seconds > 0 else None


def _positive_seconds(name: str, value: Any) -> float | None:
    if value is None:
        return None
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not seconds > 0:
        msg = f"invalid {name} value: expected greater than 0 float (got {value!r})"
        raise ClientConfigurationError(msg)
    return seconds
