"""Answers to the server's authentication requests, as pure functions and state machines.

Bytes in, bytes out: framing and I/O are the caller's. Imports `pgstride.exceptions` only.
"""

from pgstride.authentication.channel_binding import server_end_point
from pgstride.authentication.gss import GssService
from pgstride.authentication.md5 import md5_password
from pgstride.authentication.password import password_bytes
from pgstride.authentication.policy import AuthenticationPolicy
from pgstride.authentication.scram import ScramClient

__all__ = (
    "AuthenticationPolicy",
    "GssService",
    "ScramClient",
    "md5_password",
    "password_bytes",
    "server_end_point",
)
