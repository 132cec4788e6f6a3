"""Which endpoints are tried."""

import pytest

from pgstride.connecting import TcpEndpoint, UnixEndpoint
from pgstride.exceptions import ClientConfigurationError

CASES = [
    # DSN, arguments, environment, addresses
    ("postgresql://h", {}, {}, [("h", 5432)]),
    ("postgresql://h", {"port": 1}, {}, [("h", 1)]),
    ("postgresql://h:2", {"port": 1}, {}, [("h", 1)]),
    ("postgresql://h:2", {}, {"PGPORT": "3"}, [("h", 2)]),
    ("postgresql://h", {}, {"PGPORT": "3"}, [("h", 3)]),
    ("postgresql://h:2", {"host": "x"}, {}, [("x", 5432)]),
    ("postgresql://h:2", {"host": "x"}, {"PGPORT": "3"}, [("x", 3)]),
    ("postgresql://?port=2", {"host": "x"}, {}, [("x", 2)]),
    ("postgresql://?port=2", {}, {"PGHOST": "e:3"}, [("e", 2)]),
    ("postgresql://h:2?port=3", {}, {}, [("h", 2)]),
    ("postgresql://h?port=3", {}, {}, [("h", 3)]),
    ("postgresql://:2", {}, {"PGHOST": "e"}, [("e", 2)]),
    ("postgresql://a:1,b,c:3", {}, {}, [("a", 1), ("b", 5432), ("c", 3)]),
    ("postgresql://a:1,b,c:3", {}, {"PGPORT": "7,8,9"}, [("a", 1), ("b", 8), ("c", 3)]),
    ("postgresql://a,b", {"port": 7}, {}, [("a", 7), ("b", 7)]),
    ("postgresql://a,b", {"port": [7, 8]}, {}, [("a", 7), ("b", 8)]),
    ("postgresql://a,b?port=7,8", {}, {}, [("a", 7), ("b", 8)]),
    ("host=a,b port=7,8", {}, {}, [("a", 7), ("b", 8)]),
    ("host=a,b port=7,", {}, {}, [("a", 7), ("b", 5432)]),
    ("host=::1 port=7", {}, {}, [("::1", 7)]),
    ("host=/tmp", {}, {}, ["/tmp/.s.PGSQL.5432"]),
    ("postgresql://%2Ftmp:7", {}, {}, ["/tmp/.s.PGSQL.7"]),
    (None, {"host": "h"}, {}, [("h", 5432)]),
    (None, {"host": "h", "port": "7"}, {}, [("h", 7)]),
    (None, {"host": ["a", "b"], "port": (7, 8)}, {}, [("a", 7), ("b", 8)]),
    (None, {"host": ("a", "/tmp")}, {}, [("a", 5432), "/tmp/.s.PGSQL.5432"]),
    (None, {"host": "::1"}, {}, [("::1", 5432)]),
    (None, {"host": "/run/"}, {}, ["/run/.s.PGSQL.5432"]),
    (None, {"host": "/run/.s.PGSQL.9"}, {}, ["/run/.s.PGSQL.9"]),
    (None, {"host": "/run/.s.PGSQL.9", "port": 7}, {}, ["/run/.s.PGSQL.9"]),
    (None, {}, {"PGHOST": "a:7,b"}, [("a", 7), ("b", 5432)]),
    (None, {}, {"PGHOST": "a:7,b", "PGPORT": "8"}, [("a", 7), ("b", 8)]),
    (None, {}, {"PGHOST": "[::1]:7,::2"}, [("::1", 7), ("::2", 5432)]),
    (None, {"port": 7}, {"PGHOST": "a:8"}, [("a", 7)]),
    (None, {"host": "", "port": 0}, {"PGHOST": "a"}, [("a", 5432)]),
    (None, {"host": []}, {"PGHOST": "a"}, [("a", 5432)]),
]


@pytest.mark.parametrize(("dsn", "arguments", "variables", "addresses"), CASES)
def test_hosts_and_ports(world, dsn, arguments, variables, addresses):
    world.variables(**variables)
    assert world.addresses(dsn, **arguments) == addresses


@pytest.mark.parametrize(
    ("dsn", "arguments", "variables"),
    [
        ("postgresql://a,b", {"port": [1, 2, 3]}, {}),
        ("postgresql://a,b,c", {}, {"PGPORT": "1,2"}),
        ("host=a port=1,2", {}, {}),
        (None, {"port": [1, 2]}, {}),
    ],
)
def test_one_port_or_one_for_each_host(world, dsn, arguments, variables):
    world.variables(**variables)
    with pytest.raises(ClientConfigurationError, match="could not match"):
        world.resolve(dsn, **arguments)


def test_endpoints_are_printed_as_people_write_them():
    assert str(TcpEndpoint("h", 1)) == "h:1"
    assert str(TcpEndpoint("::1", 1)) == "[::1]:1"
    assert str(UnixEndpoint("/tmp/.s.PGSQL.1")) == "/tmp/.s.PGSQL.1"
