"""One shape for all places that settings come from, so that precedence is the order of a tuple."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

# libpq's keywords. Whatever else a DSN says is a setting for the server, as in asyncpg.
KEYWORDS = frozenset(
    {
        "host",
        "port",
        "user",
        "password",
        "dbname",
        "passfile",
        "service",
        "servicefile",
        "connect_timeout",
        "sslmode",
        "sslnegotiation",
        "channel_binding",
        "require_auth",
        "load_balance_hosts",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
        "min_protocol_version",
        "max_protocol_version",
        "sslcert",
        "sslkey",
        "sslpassword",
        "sslrootcert",
        "sslcrl",
        "ssl_min_protocol_version",
        "ssl_max_protocol_version",
        "target_session_attrs",
        "krbsrvname",
        "gsslib",
    }
)


@dataclass(frozen=True)
class HostSpec:
    """A host name, an address or a socket directory, with a port if one was named beside it."""

    host: str
    port: int | None = None


class Setting(NamedTuple):
    """A value, and where it was found, in words for a message."""

    value: str
    origin: str


@dataclass(frozen=True)
class Source:
    """What one place says, by libpq's keyword.

    `names` are what the place itself calls keywords; `hosts` are given where
    the place's own form of a host list was read already; `server_settings`
    are the keywords that are the server's.
    """

    origin: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    hosts: tuple[HostSpec, ...] = ()
    server_settings: Mapping[str, str] = field(default_factory=dict, repr=False)

    def find(self, keyword: str) -> Setting | None:
        """The keyword's value, if this place has one."""
        value = self.values.get(keyword)
        if value is None:
            return None
        return Setting(value, f"{self.names.get(keyword, keyword)} in {self.origin}")


class Sources(tuple[Source, ...]):
    """Places in their order of precedence."""

    __slots__ = ()

    def find(self, keyword: str) -> Setting | None:
        """The keyword's value from the first place that has one."""
        found = (source.find(keyword) for source in self)
        return next((setting for setting in found if setting is not None), None)

    def get(self, keyword: str) -> str | None:
        """The keyword's value alone."""
        setting = self.find(keyword)
        return None if setting is None else setting.value
