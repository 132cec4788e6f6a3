"""Both forms of a DSN."""

import contextlib
import traceback
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgstride.connecting.dsn import parse_dsn
from pgstride.connecting.source import HostSpec
from pgstride.exceptions import ClientConfigurationError

URLS = {
    "postgresql://": ({}, []),
    "postgres://host": ({}, [("host", None)]),
    "POSTGRES://host": ({}, [("host", None)]),
    "postgresql://host:5433": ({}, [("host", 5433)]),
    "postgresql://host/db": ({"dbname": "db"}, [("host", None)]),
    "postgresql:///db": ({"dbname": "db"}, []),
    "postgresql://host/": ({"dbname": ""}, [("host", None)]),
    "postgresql://host/?dbname=db": ({"dbname": "db"}, [("host", None)]),
    "postgresql://host/a?dbname=b": ({"dbname": "a"}, [("host", None)]),
    "postgresql://host/?dbname=a&database=b": ({"dbname": "a"}, [("host", None)]),
    "postgresql://host/a/b": ({"dbname": "a/b"}, [("host", None)]),
    "postgresql://user@host": ({"user": "user"}, [("host", None)]),
    "postgresql://user:@host": ({"user": "user"}, [("host", None)]),
    "postgresql://user:word@host": ({"user": "user", "password": "word"}, [("host", None)]),
    "postgresql://:word@/": ({"password": "word", "dbname": ""}, []),
    "postgresql://us%40er:w%3Ao%2Fr%25d@host": (
        {"user": "us@er", "password": "w:o/r%d"},
        [("host", None)],
    ),
    "postgresql://user:w@rd@host": ({"user": "user", "password": "w@rd"}, [("host", None)]),
    "postgresql://user:w:rd@host": ({"user": "user", "password": "w:rd"}, [("host", None)]),
    "postgresql://a,b:1,c": ({}, [("a", None), ("b", 1), ("c", None)]),
    "postgresql://[::1]": ({}, [("::1", None)]),
    "postgresql://[::1]:5433,[fe80::1%25eth0]:5434": (
        {},
        [("::1", 5433), ("fe80::1%eth0", 5434)],
    ),
    "postgresql://u@host,[::1]:5433/db": (
        {"user": "u", "dbname": "db"},
        [("host", None), ("::1", 5433)],
    ),
    "postgresql://%2Fvar%2Frun:5433/db": ({"dbname": "db"}, [("/var/run", 5433)]),
    "postgresql://:5433/db": ({"port": "5433", "dbname": "db"}, []),
    "postgresql:///?host=/tmp&port=5433&user=u&password=a%20b+c": (
        {"dbname": "", "host": "/tmp", "port": "5433", "user": "u", "password": "a b c"},
        [],
    ),
    "postgresql://h?sslmode=require&sslmode=disable": ({"sslmode": "disable"}, [("h", None)]),
    "postgresql://h?sslmode=": ({}, [("h", None)]),
    "postgresql://u:1@h?user=x&password=2": ({"user": "u", "password": "1"}, [("h", None)]),
}


@pytest.mark.parametrize("dsn", URLS)
def test_urls(dsn):
    values, hosts = URLS[dsn]
    source = parse_dsn(dsn)
    assert source.values == values
    assert source.hosts == tuple(HostSpec(*host) for host in hosts)


STRINGS = {
    "host=h": {"host": "h"},
    "host = h  port=5433": {"host": "h", "port": "5433"},
    "\thost=h\nport=5433 \n": {"host": "h", "port": "5433"},
    "password='a b'": {"password": "a b"},
    r"password='it\'s \\ here'": {"password": r"it's \ here"},
    r"password=it\'s\ \\here": {"password": r"it's \here"},
    "password=it's user=u": {"password": "it's", "user": "u"},
    "password=a=b": {"password": "a=b"},
    "user='' password=x": {"password": "x"},
    "user= password": {"user": "password"},
    "user=a user=b": {"user": "b"},
    "dbname=db": {"dbname": "db"},
    "database=db": {"dbname": "db"},
    "password=p://x": {"password": "p://x"},
    "host=/tmp,h port=1,2": {"host": "/tmp,h", "port": "1,2"},
}


@pytest.mark.parametrize("dsn", STRINGS)
def test_keyword_value_strings(dsn):
    assert parse_dsn(dsn).values == STRINGS[dsn]


@pytest.mark.parametrize(
    "dsn", ["postgresql://h?a=1&search_path=x%2Cy&user=u", "host=h a=1 search_path=x,y user=u"]
)
def test_what_is_no_keyword_is_a_setting_for_the_server(dsn):
    source = parse_dsn(dsn)
    assert source.server_settings == {"a": "1", "search_path": "x,y"}
    assert source.values["user"] == "u"


@pytest.mark.parametrize(
    ("dsn", "message"),
    [
        ("mysql://host", "scheme is expected"),
        ("postgresql+asyncpg://host", 'Write "postgresql://"'),
        ("postgresql:/host", "scheme is expected"),
        ("host", "scheme is expected"),
        ("host=h port", "at character 8"),
        ("user='open", "at character 1"),
        ("=x", "at character 1"),
        ("user==", None),
        ("postgresql://host:port", "port"),
        ("postgresql://host:0", "port"),
        ("postgresql://host:65536", "port"),
        ("postgresql://host:٣", "port"),
        ("postgresql://[::1", "IPv6"),
        ("postgresql://[::1]x", "IPv6"),
        ("postgresql://a,,b", "empty host name"),
        ("postgresql://host?sslmode", "keyword=value"),
        ("postgresql://host?a=1&&b", "keyword=value"),
        ("postgresql://host/db#x", "not a URL"),
    ],
)
def test_what_is_neither_form_is_refused_with_the_cure(dsn, message):
    if message is None:
        parse_dsn(dsn)
        return
    with pytest.raises(ClientConfigurationError, match=message):
        parse_dsn(dsn)


# Ways to forget the encoding: whatever the parser makes of them, it does not tell.
@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://user:hunter2/x@host/db",
        "postgresql://user:hunter2#x@host/db",
        "postgresql://user:hunter2?x@host/db",
        "postgresql://user:[hunter2@host/db",
        "postgresql://user:x@hunter2:a@host:hunter2",
        "postgresql://host?password=hunter2&hunter2",
        "password='hunter2",
        "hunter2",
    ],
)
def test_no_message_quotes_a_password(dsn):
    with contextlib.suppress(ClientConfigurationError):
        assert "hunter2" not in repr(parse_dsn(dsn))
        return
    with pytest.raises(ClientConfigurationError) as info:
        parse_dsn(dsn)
    assert "hunter2" not in "".join(traceback.format_exception_only(info.value))
    assert info.value.__suppress_context__ or info.value.__context__ is None


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
ports = st.none() | st.integers(1, 65535)
names = st.from_regex(r"[a-z0-9.-]+", fullmatch=True)
addresses = st.ip_addresses(v=6).map(str)
sockets = st.from_regex(r"/[a-z, :@/%]+", fullmatch=True)
hosts = st.lists(st.tuples(names | addresses | sockets, ports), max_size=4)


def in_url(host, port):
    text = f"[{host}]" if ":" in host and host[0] != "/" else quote(host, safe="")
    return text if port is None else f"{text}:{port}"


@given(hosts, texts, texts, texts, st.dictionaries(texts, texts))
def test_an_encoded_url_is_read_back(hosts, user, password, database, settings):
    encoded = [quote(text, safe="") for text in (user, password, database)]
    options = "&".join(f"x{quote_plus(k)}={quote_plus(v)}" for k, v in settings.items())
    servers = ",".join(in_url(*host) for host in hosts)
    dsn = "postgresql://{}:{}@{servers}/{}?{options}".format(
        *encoded, servers=servers, options=options or "x=y"
    )
    source = parse_dsn(dsn)
    assert source.values == {"user": user, "password": password, "dbname": database}
    assert source.hosts == tuple(HostSpec(*host) for host in hosts)
    expected = {f"x{key}": value for key, value in settings.items()} or {"x": "y"}
    assert source.server_settings == expected


@given(texts, texts, st.sampled_from([" ", "\n", "\t "]))
def test_a_quoted_keyword_value_string_is_read_back(user, password, space):
    def quoted(text):
        escaped = text.replace("\\", r"\\").replace("'", r"\'")
        return f"'{escaped}'"

    source = parse_dsn(f"user={quoted(user)}{space}password = {quoted(password)}")
    assert source.values == {"user": user, "password": password}


@given(st.text())
def test_any_text_is_either_read_or_refused(text):
    for dsn in (text, f"postgresql://{text}", f"user={text}"):
        with contextlib.suppress(ClientConfigurationError):
            parse_dsn(dsn)
