"""From `connect()`'s arguments to endpoints and parameters: DSN, environment, files, TLS.

No network and no event loop. Imports `pgstride.exceptions` only.
"""

from pgstride.connecting.choices import ChannelBinding, LoadBalanceHosts, SSLNegotiation
from pgstride.connecting.environment import Environment
from pgstride.connecting.hosts import Endpoint, SessionAttribute, TcpEndpoint, UnixEndpoint
from pgstride.connecting.options import (
    DEFAULT_CONNECT_TIMEOUT_SECONDS,
    ClientOptions,
    JsonFunctions,
)
from pgstride.connecting.parameters import ConnectionParameters, PasswordFactory, Resolved
from pgstride.connecting.protocol_version import ProtocolVersion, ProtocolVersions
from pgstride.connecting.resolve import resolve
from pgstride.connecting.secret import Secret
from pgstride.connecting.tcp import TcpOptions
from pgstride.connecting.tls import SSLArgument, SSLMode, TlsPlan

__all__ = (
    "DEFAULT_CONNECT_TIMEOUT_SECONDS",
    "ChannelBinding",
    "ClientOptions",
    "ConnectionParameters",
    "Endpoint",
    "Environment",
    "JsonFunctions",
    "LoadBalanceHosts",
    "PasswordFactory",
    "ProtocolVersion",
    "ProtocolVersions",
    "Resolved",
    "SSLArgument",
    "SSLMode",
    "SSLNegotiation",
    "Secret",
    "SessionAttribute",
    "TcpEndpoint",
    "TcpOptions",
    "TlsPlan",
    "UnixEndpoint",
    "resolve",
)
