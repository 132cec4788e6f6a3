"""From `connect()`'s arguments to endpoints and parameters: DSN, environment, files, TLS.

No network and no event loop. Imports `pgstride.exceptions` only.
"""

from pgstride.connecting.environment import Environment
from pgstride.connecting.hosts import Endpoint, SessionAttribute, TcpEndpoint, UnixEndpoint
from pgstride.connecting.options import ClientOptions
from pgstride.connecting.parameters import ConnectionParameters, PasswordFactory, Resolved
from pgstride.connecting.resolve import resolve
from pgstride.connecting.secret import Secret
from pgstride.connecting.tls import SSLMode, TlsPlan

__all__ = (
    "ClientOptions",
    "ConnectionParameters",
    "Endpoint",
    "Environment",
    "PasswordFactory",
    "Resolved",
    "SSLMode",
    "Secret",
    "SessionAttribute",
    "TcpEndpoint",
    "TlsPlan",
    "UnixEndpoint",
    "resolve",
)
