"""`require_auth`: which ways to authenticate the client takes part in, in libpq's words."""

from __future__ import annotations

from pgstride.connecting.source import Setting
from pgstride.exceptions import ClientConfigurationError

# "none" is a server that asks for nothing: it trusts the client, or knows its certificate.
METHODS = ("password", "md5", "gss", "sspi", "scram-sha-256", "oauth", "none")


def parse_require_auth(setting: Setting | None) -> frozenset[str] | None:
    """The methods that are allowed, or `None` for all.

    They are named, separated by commas, or all but those with a "!" before
    their names.

    Raises `ClientConfigurationError` for other names, for one that is there
    twice, and for a mixture of both kinds.
    """
    if setting is None or not setting.value:
        return None
    entries = setting.value.split(",")
    names = [entry.removeprefix("!") for entry in entries]
    unknown = [name for name in names if name not in METHODS]
    if unknown:
        msg = f"{setting.origin}: {unknown[0]!r} is no method: known are {', '.join(METHODS)}"
        raise ClientConfigurationError(msg)
    if len(set(names)) < len(names):
        raise ClientConfigurationError(f"{setting.origin} names a method twice")
    negated = {entry.startswith("!") for entry in entries}
    if len(negated) > 1:
        msg = f"{setting.origin} mixes methods with and without !, of which only one can be meant"
        raise ClientConfigurationError(msg)
    return frozenset(names) if negated == {False} else frozenset(METHODS).difference(names)
