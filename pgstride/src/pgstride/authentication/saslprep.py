"""SASLprep (RFC 4013), as PostgreSQL applies it to passwords."""

from __future__ import annotations

import stringprep
import unicodedata

from pgstride.authentication.password import password_bytes

# RFC 4013, section 2.3. PostgreSQL counts unassigned code points (A.1) among them.
_PROHIBITED = (
    stringprep.in_table_a1,
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def prepare_password(password: str) -> bytes:
    """The password's bytes, normalized so that different ways to type it are one.

    A password that SASLprep prohibits is taken as it is, as the server does
    when it stores one.
    """
    if password.isascii():
        return password.encode()
    mapped = "".join(
        " " if stringprep.in_table_c12(character) else character
        for character in password
        if not stringprep.in_table_b1(character)
    )
    normalized = unicodedata.normalize("NFKC", mapped)
    if not normalized or _is_prohibited(normalized):
        normalized = password
    return password_bytes(normalized)


def _is_prohibited(text: str) -> bool:
    if any(in_table(character) for in_table in _PROHIBITED for character in text):
        return True
    # RFC 3454, section 6: text with right-to-left characters begins and ends with one,
    # and has no left-to-right ones.
    right_to_left = [stringprep.in_table_d1(character) for character in text]
    if not any(right_to_left):
        return False
    mixed = any(stringprep.in_table_d2(character) for character in text)
    return mixed or not (right_to_left[0] and right_to_left[-1])
