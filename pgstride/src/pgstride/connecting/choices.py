"""Settings that name one of a few things."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from pgstride.connecting.source import Setting
from pgstride.exceptions import ClientConfigurationError

Choice = TypeVar("Choice", bound=Enum)


class ChannelBinding(str, Enum):
    """Whether SCRAM authentication is bound to the TLS connection, where both sides can."""

    disable = "disable"
    prefer = "prefer"
    require = "require"


class SSLNegotiation(str, Enum):
    """Whether the server is asked for TLS in PostgreSQL's protocol, or TLS comes first."""

    postgres = "postgres"
    direct = "direct"


class LoadBalanceHosts(str, Enum):
    """Whether hosts, and the addresses of each, are tried in their order or in a random one."""

    disable = "disable"
    random = "random"


def parse_choice(setting: Setting | None, default: Choice) -> Choice:
    """The member of the default's enumeration whose value the setting is.

    Raises `ClientConfigurationError`, which lists them, when there is none.
    """
    if setting is None:
        return default
    choices = type(default)
    try:
        return choices(setting.value)
    except ValueError:
        allowed = ", ".join(str(each.value) for each in choices)
        msg = f"{setting.origin} is expected to be one of {allowed}, got {setting.value!r}"
        raise ClientConfigurationError(msg) from None
