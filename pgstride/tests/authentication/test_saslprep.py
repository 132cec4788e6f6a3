"""What becomes of passwords that are not ASCII."""

import pytest

from pgstride.authentication.saslprep import prepare_password

# RFC 4013, section 3, and each rule that makes PostgreSQL take a password as it is.
CASES = {
    "soft hyphen maps to nothing": ("I\u00adX", "IX"),
    "no transformation": ("user", "user"),
    "case is kept": ("USER", "USER"),
    "NFKC of a superscript": ("\u00aa", "a"),
    "NFKC of a Roman numeral": ("\u2168", "IX"),
    "a wide space is a space": ("a\u3000b", "a b"),
    "composed": ("e\u0301", "\u00e9"),
    "prohibited control character": ("\u00e9\u0007", None),
    "mixed directions": ("\u0627\u0031", None),
    "right to left throughout": ("\u0627\u0628", "\u0627\u0628"),
    "left to right within right to left": ("\u0627a\u0628", None),
    "private use": ("\ue000", None),
    "unassigned": ("\u0221", None),
    "nothing left": ("\u00ad", None),
    "ASCII control characters alone are not looked at": ("\u0007", None),
}


@pytest.mark.parametrize(("password", "prepared"), CASES.values(), ids=CASES.keys())
def test_passwords_are_prepared_or_else_taken_as_they_are(password, prepared):
    assert prepare_password(password) == (password if prepared is None else prepared).encode()


def test_bytes_that_are_not_utf_8_come_through():
    assert prepare_password(b"\xff\xfe".decode("utf-8", "surrogateescape")) == b"\xff\xfe"
