"""What a server says of itself."""

from __future__ import annotations

import re

from pgstride.exceptions import InterfaceError
from pgstride.types import ServerVersion

_VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:(beta|rc|devel)(\d*))?")


class ConnectionSettings:
    """The server's settings that it reports, as attributes."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> str:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    def __repr__(self) -> str:
        return f"<ConnectionSettings {self._values!r}>"


def server_version(text: str) -> ServerVersion:
    """The version in the server's setting `server_version`, such as '18.6 (Debian …)'."""
    found = _VERSION.match(text.strip())
    if found is None:
        raise InterfaceError(f"cannot understand the server's version {text!r}")
    major, second, third, level, serial = found.groups()
    # Since version 10 the second number is what the third was before.
    new_style = int(major) >= 10
    return ServerVersion(
        major=int(major),
        minor=0 if new_style else int(second or 0),
        micro=int((second if new_style else third) or 0),
        releaselevel=level or "final",
        serial=int(serial or 0),
    )
