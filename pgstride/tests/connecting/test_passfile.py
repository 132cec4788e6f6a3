r"""The password file."""

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgstride.connecting.hosts import Server
from pgstride.connecting.passfile import find_password, parse_passfile
from pgstride.exceptions import InterfaceWarning

FILE = r"""
# host:port:database:user:password
h1:5432:db:alice:exact
h1:*:db:alice:any port
h1:*:*:alice:any database
*:*:*:alice:any host
h2:*:*:bob:with:colons and \: and \\ and trailing space<SPACE>
\:\:1:5432:*:*:IPv6
localhost:*:*:*:socket or local
/special:*:*:*:never, as localhost comes first
\*:*:*:carol:literal star
too:few:fields
""".replace("<SPACE>", " ")


def password(file, *, host="h1", port=5432, database="db", user="alice", windows=False):
    return find_password(file, [Server(host, port)], database, user, windows=windows)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ({}, "exact"),
        ({"port": 5433}, "any port"),
        ({"database": "other"}, "any database"),
        ({"host": "h9"}, "any host"),
        ({"host": "h2", "user": "bob"}, r"with:colons and : and \ and trailing space "),
        ({"host": "::1", "user": "dave"}, "IPv6"),
        ({"host": "localhost", "user": "dave"}, "socket or local"),
        ({"host": "/tmp", "user": "dave"}, "socket or local"),
        ({"host": "/special", "user": "dave"}, "socket or local"),
        ({"host": "*", "user": "carol"}, "literal star"),
        ({"host": "h3", "user": "carol"}, None),
        ({"host": "h3", "user": "nobody"}, None),
    ],
)
def test_the_first_line_that_matches_counts(world, server, expected):
    assert password(world.write(".pgpass", FILE), **server) == expected


def test_the_first_server_with_an_entry_counts(world):
    file = world.write(".pgpass", "h2:*:*:*:second\nh1:*:*:*:first\n")
    servers = [Server("h0", 5432), Server("h1", 5432), Server("h2", 5432)]
    assert find_password(file, servers, "db", "alice", windows=False) == "first"


def test_an_entry_may_name_a_sockets_directory(world):
    file = world.write(".pgpass", "/run/a:*:*:*:a\n/run/b:*:*:*:b")
    assert password(file, host="/run/b") == "b"


def test_a_file_from_windows_is_read(world):
    assert password(world.write(".pgpass", "*:*:*:*:secret\r\n")) == "secret"


def test_bytes_that_are_not_utf_8_reach_the_server(world):
    file = world.write(".pgpass", "")
    file.write_bytes(b"*:*:*:*:\xff\n")
    assert password(file).encode("utf-8", "surrogateescape") == b"\xff"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o666])
def test_a_file_that_others_can_get_at_is_warned_of_and_not_used(world, mode):
    file = world.write(".pgpass", FILE, mode)
    with pytest.warns(InterfaceWarning, match=re.escape(f'"{file}" has group or world access')):
        assert password(file) is None


def test_windows_has_no_such_permissions(world):
    assert password(world.write(".pgpass", FILE, 0o666), windows=True) == "exact"


def test_what_is_no_plain_file_is_warned_of_and_not_used(world):
    with pytest.warns(InterfaceWarning, match="not a plain file"):
        assert password(world.home) is None


def test_a_missing_file_is_nothing_to_speak_of(world):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert password(world.home / ".pgpass") is None


def test_no_repr_shows_a_password():
    (entry,) = parse_passfile("h:1:db:alice:hunter2")
    assert "hunter2" not in repr(entry)


fields = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), min_size=1)


@given(fields, st.integers(1, 65535), fields, fields, fields)
def test_an_escaped_entry_is_read_back(host, port, database, user, secret):
    def escaped(text):
        return text.replace("\\", r"\\").replace(":", r"\:").replace("*", r"\*")

    line = ":".join([escaped(host), str(port), *map(escaped, (database, user, secret))])
    entries = parse_passfile(f"# comment\n{line.replace('#', chr(92) + '#')}\n")
    (entry,) = entries
    assert entry.matches(Server(host, port), database, user)
    assert entry.password == secret
