"""The versions of the protocol that will do."""

import pytest

from pgstride.connecting import ProtocolVersion
from pgstride.exceptions import ClientConfigurationError

V3_0, V3_2 = ProtocolVersion.v3_0, ProtocolVersion.v3_2


@pytest.mark.parametrize(
    ("oldest", "newest", "versions"),
    [
        (None, None, (V3_0, V3_0)),
        (None, "3.2", (V3_0, V3_2)),
        (None, "latest", (V3_0, V3_2)),
        ("3.0", None, (V3_0, V3_0)),
        ("3.2", None, (V3_2, V3_2)),
        ("latest", "latest", (V3_2, V3_2)),
        ("3.0", "3.2", (V3_0, V3_2)),
    ],
)
def test_the_newest_is_3_0_unless_more_is_asked_for(world, oldest, newest, versions):
    arguments = {"min_protocol_version": oldest, "max_protocol_version": newest}
    assert world.resolve(**arguments).parameters.protocol_versions == versions
    pairs = [f"{name}={value}" for name, value in arguments.items() if value is not None]
    dsn = f"postgresql://h?{'&'.join([*pairs, 'connect_timeout=1'])}"
    assert world.resolve(dsn).parameters.protocol_versions == versions
    world.variables(PGMINPROTOCOLVERSION=oldest or "", PGMAXPROTOCOLVERSION=newest or "")
    assert world.resolve().parameters.protocol_versions == versions


def test_they_may_not_contradict_each_other(world):
    with pytest.raises(ClientConfigurationError, match=r"is 3\.2, and max.* only 3\.0"):
        world.resolve(min_protocol_version="3.2", max_protocol_version="3.0")


@pytest.mark.parametrize("name", ["min_protocol_version", "max_protocol_version"])
@pytest.mark.parametrize("value", ["3", "3.1", "3.3", "2.0", "newest", "v3_2", "196608"])
def test_other_versions_are_refused(world, name, value):
    with pytest.raises(ClientConfigurationError, match=rf"{name} .* one of 3\.0, 3\.2, latest"):
        world.resolve(**{name: value})
