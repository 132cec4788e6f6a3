"""Versions of the protocol: `min_protocol_version` and `max_protocol_version`."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from pgstride.connecting.source import Setting, Sources
from pgstride.exceptions import ClientConfigurationError


class ProtocolVersion(IntEnum):
    """As StartupMessage has them. There is no 3.1: a pooler once claimed it for itself."""

    v3_0 = 3 << 16
    v3_2 = 3 << 16 | 2

    def __str__(self) -> str:
        return f"{self >> 16}.{self & 0xFFFF}"


LATEST = ProtocolVersion.v3_2


class ProtocolVersions(NamedTuple):
    """The oldest version that will do, and the newest, which is asked for."""

    oldest: ProtocolVersion = ProtocolVersion.v3_0
    newest: ProtocolVersion = ProtocolVersion.v3_0


def protocol_versions(sources: Sources) -> ProtocolVersions:
    """What the sources say.

    The newest is 3.0 unless they ask for more, as in libpq: servers and poolers
    that are old enough answer others with an error instead of negotiating.

    Raises `ClientConfigurationError` for unknown versions, and for an oldest one
    that is newer than the newest.
    """
    minimum, maximum = sources.find("min_protocol_version"), sources.find("max_protocol_version")
    oldest = ProtocolVersion.v3_0 if minimum is None else _parse(minimum)
    if maximum is not None:
        newest = _parse(maximum)
    else:
        newest = LATEST if oldest > ProtocolVersion.v3_0 else ProtocolVersion.v3_0
    if oldest > newest:
        msg = f"min_protocol_version is {oldest}, and max_protocol_version only {newest}"
        raise ClientConfigurationError(msg)
    return ProtocolVersions(oldest, newest)


def _parse(setting: Setting) -> ProtocolVersion:
    by_name = {str(version): version for version in ProtocolVersion}
    by_name["latest"] = LATEST
    if setting.value not in by_name:
        allowed = ", ".join(by_name)
        msg = f"{setting.origin} is expected to be one of {allowed}, got {setting.value!r}"
        raise ClientConfigurationError(msg)
    return by_name[setting.value]
