"""libpq's syntax of require_auth."""

import pytest

from pgstride.exceptions import ClientConfigurationError

ALL = {"password", "md5", "gss", "sspi", "scram-sha-256", "oauth", "none"}


@pytest.mark.parametrize(
    ("given", "methods"),
    [
        (None, None),
        ("", None),
        ("scram-sha-256", {"scram-sha-256"}),
        ("md5,scram-sha-256,none", {"md5", "scram-sha-256", "none"}),
        ("!password", ALL - {"password"}),
        ("!password,!md5,!none", {"gss", "sspi", "scram-sha-256", "oauth"}),
        (",".join(f"!{method}" for method in sorted(ALL)), set()),
    ],
)
def test_methods_are_named_or_excluded(world, given, methods):
    assert world.resolve(require_auth=given).parameters.require_auth == methods


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("scram", "'scram' is no method: known are password, md5"),
        ("SCRAM-SHA-256", "is no method"),
        ("md5, password", "' password' is no method"),
        ("md5,", "'' is no method"),
        (",", "'' is no method"),
        ("!", "'' is no method"),
        ("!!md5", "'!md5' is no method"),
        ("md5,md5", "twice"),
        ("!md5,!md5", "twice"),
        ("md5,!md5", "twice"),
        ("md5,!password", "mixes"),
        ("!none,md5", "mixes"),
    ],
)
def test_what_cannot_be_meant_is_refused(world, given, message):
    with pytest.raises(ClientConfigurationError, match=f"require_auth in the arg.*{message}"):
        world.resolve(require_auth=given)


def test_comes_from_everywhere(world):
    world.variables(PGREQUIREAUTH="md5")
    assert world.resolve().parameters.require_auth == {"md5"}
    dsn = "postgresql://h?require_auth=none"
    assert world.resolve(dsn).parameters.require_auth == {"none"}
    assert world.resolve(dsn, require_auth="gss").parameters.require_auth == {"gss"}
    world.variables(PGREQUIREAUTH="x")
    with pytest.raises(ClientConfigurationError, match="PGREQUIREAUTH in the environment"):
        world.resolve()
