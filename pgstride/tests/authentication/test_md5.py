"""MD5 passwords."""

import hashlib

from pgstride.authentication import md5_password


def test_the_answer_is_what_the_server_computes_from_what_it_stores():
    stored = hashlib.md5(b"secret" + b"alice").hexdigest().encode()
    expected = b"md5" + hashlib.md5(stored + b"\x01\x02\x03\x04").hexdigest().encode()
    assert md5_password("alice", "secret", b"\x01\x02\x03\x04") == expected


def test_passwords_beyond_ascii():
    assert len(md5_password("älice", "gehei\udcffm", b"salt")) == 35
