"""Keepalives and time-outs of TCP, from arguments and DSNs."""

import pytest

from pgstride.connecting import TcpOptions
from pgstride.exceptions import ClientConfigurationError


def options(world, dsn=None, **arguments):
    return world.resolve(dsn, **arguments).parameters.tcp


def test_keepalives_are_on_and_all_else_is_the_systems(world):
    assert options(world) == TcpOptions(True, None, None, None, None)


@pytest.mark.parametrize(
    "given",
    [
        {"dsn": "postgresql://?keepalives=1&keepalives_idle=30&keepalives_interval=10"
         "&keepalives_count=3&tcp_user_timeout=20000"},
        {"dsn": "keepalives=1 keepalives_idle=30 keepalives_interval=10 keepalives_count=3"
         " tcp_user_timeout=20000"},
        {"keepalives": True, "keepalives_idle": 30, "keepalives_interval": 10,
         "keepalives_count": 3, "tcp_user_timeout": 20000},
        {"dsn": "keepalives=0 keepalives_idle=1 keepalives_interval=1 keepalives_count=1"
         " tcp_user_timeout=1",
         "keepalives": 1, "keepalives_idle": 30, "keepalives_interval": "10",
         "keepalives_count": 3, "tcp_user_timeout": 20000},
    ],
)  # fmt: skip
def test_each_is_given_by_its_name(world, given):
    assert options(world, **given) == TcpOptions(True, 30, 10, 3, 20000)


@pytest.mark.parametrize("given", [False, 0, "0"])
def test_keepalives_may_be_switched_off(world, given):
    assert not options(world, keepalives=given).keepalives
    assert not options(world, "postgresql://?keepalives=0").keepalives


@pytest.mark.parametrize("value", [0, -1])
def test_zero_and_less_are_the_systems_values(world, value):
    assert options(world, keepalives_idle=value, tcp_user_timeout=value) == TcpOptions()


NAMES = ["keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"]


@pytest.mark.parametrize("name", [*NAMES, "tcp_user_timeout"])
@pytest.mark.parametrize("value", ["x", "1.5", "30s", 1.5, []])
def test_what_is_no_whole_number_is_refused(world, name, value):
    with pytest.raises(ClientConfigurationError, match=name):
        options(world, **{name: value})
