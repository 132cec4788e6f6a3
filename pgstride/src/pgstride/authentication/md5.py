"""AuthenticationMD5Password."""

from __future__ import annotations

import hashlib

from pgstride.authentication.password import password_bytes


def md5_password(user: str, password: str, salt: bytes) -> bytes:
    """What PasswordMessage carries, without its terminating zero byte.

    `salt` are the four bytes of the request.
    """
    secret = password_bytes(password) + user.encode()
    return b"md5" + _digest(_digest(secret) + salt)


def _digest(data: bytes) -> bytes:
    # The protocol's choice; the flag lets builds of Python without MD5 for security say so.
    return hashlib.md5(data, usedforsecurity=False).hexdigest().encode()
