"""A password's bytes."""

from __future__ import annotations

from contextlib import suppress

from pgstride.exceptions import InterfaceError


def password_bytes(password: str) -> bytes:
    """The password as the server has it; bytes that a file's text could not hold come through.

    Raises `InterfaceError` for what is no text. Python's own error would have
    the password with it.
    """
    with suppress(UnicodeEncodeError):
        return password.encode("utf-8", "surrogateescape")
    raise InterfaceError("the password has characters that are none: surrogates")
