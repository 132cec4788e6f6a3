"""What a connection is made with, whichever endpoint it is made to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pgstride.connecting.choices import ChannelBinding, LoadBalanceHosts
from pgstride.connecting.hosts import Endpoint, SessionAttribute
from pgstride.connecting.options import ClientOptions
from pgstride.connecting.protocol_version import ProtocolVersions
from pgstride.connecting.secret import Secret
from pgstride.connecting.tcp import TcpOptions
from pgstride.connecting.tls import TlsPlan

PasswordFactory = Callable[[], str | Awaitable[str | None] | None]


@dataclass(frozen=True)
class ConnectionParameters:
    """Who connects, to which database, and under which conditions."""

    user: str
    database: str
    password: Secret[str] | Secret[PasswordFactory] | None = None
    server_settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: TlsPlan = field(default_factory=TlsPlan)
    channel_binding: ChannelBinding = ChannelBinding.prefer
    require_auth: frozenset[str] | None = None
    protocol_versions: ProtocolVersions = field(default_factory=ProtocolVersions)
    tcp: TcpOptions = field(default_factory=TcpOptions)
    load_balance_hosts: LoadBalanceHosts = LoadBalanceHosts.disable
    target_session_attrs: SessionAttribute = SessionAttribute.any
    krbsrvname: str | None = None
    gsslib: str = "gssapi"

    @property
    def direct_tls(self) -> bool:
        """Whether the TLS handshake comes first, without the server being asked."""
        return self.tls.direct

    def current_password(self) -> str | Awaitable[str | None] | None:
        """The password for one connection about to be made.

        A function that was given as password is called each time; what it
        returns may have to be awaited.
        """
        if self.password is None:
            return None
        value = self.password.reveal()
        return value() if callable(value) else value


@dataclass(frozen=True)
class Resolved:
    """All that `connect()`'s arguments and the surroundings amount to."""

    endpoints: tuple[Endpoint, ...]
    parameters: ConnectionParameters
    options: ClientOptions
