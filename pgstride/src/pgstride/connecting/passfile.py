r"""The password file: `host:port:database:user:password`, one entry a line.

The first line that matches counts. `*` matches anything, and `\` takes its
special meaning from a `:` or `\` after it.
"""

from __future__ import annotations

import re
import stat
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pgstride.connecting.hosts import Server
from pgstride.exceptions import InterfaceWarning

_FIELD = r"((?:[^:\\]|\\.)*)"
_LINE = re.compile(rf"{_FIELD}:{_FIELD}:{_FIELD}:{_FIELD}:(.*)", re.DOTALL)
_NO_GROUP_OR_WORLD = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Entry:
    """One line; the password only as `password`, never in a repr."""

    host: str
    port: str
    database: str
    user: str
    _password: str

    def __repr__(self) -> str:
        return f"Entry({self.host}:{self.port}:{self.database}:{self.user}:***)"

    @property
    def password(self) -> str:
        """The password."""
        return _unescape(self._password)

    def matches(self, server: Server, database: str, user: str) -> bool:
        """Whether the entry is for this server, database and user.

        `localhost` is also what entries call a server behind a Unix-domain socket.
        """
        hosts = [server.host, "localhost"] if server.is_socket else [server.host]
        return (
            any(_matches(self.host, host) for host in hosts)
            and _matches(self.port, str(server.port))
            and _matches(self.database, database)
            and _matches(self.user, user)
        )


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _matches(pattern: str, value: str) -> bool:
    return pattern == "*" or _unescape(pattern) == value


def parse_passfile(text: str) -> list[Entry]:
    """The entries of a password file; comments and what is no entry are passed over."""
    lines = (line.rstrip("\r") for line in text.split("\n") if not line.startswith("#"))
    return [Entry(*match.groups()) for line in lines if (match := _LINE.fullmatch(line))]


def find_password(
    passfile: Path, servers: Iterable[Server], database: str, user: str, *, windows: bool
) -> str | None:
    """The password of the first of the servers that the file has an entry for.

    A file that cannot be read, is no plain file, or that others than its
    owner may read is not used; the latter two are warned of.
    """
    entries = _read(passfile, windows=windows)
    for server in servers:
        for entry in entries:
            if entry.matches(server, database, user):
                return entry.password
    return None


def _read(passfile: Path, *, windows: bool) -> list[Entry]:
    try:
        status = passfile.stat()
        if not stat.S_ISREG(status.st_mode):
            _warn(f'password file "{passfile}" is not a plain file, and is not used')
            return []
        if not windows and status.st_mode & _NO_GROUP_OR_WORLD:
            _warn(
                f'password file "{passfile}" has group or world access, and is not used',
                hint=f'Permissions should be u=rw (0600) or less: chmod 0600 "{passfile}"',
            )
            return []
        # Passwords are bytes to the server: those that are not UTF-8 come through as they are.
        text = passfile.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return []
    return parse_passfile(text)


def _warn(message: str, *, hint: str | None = None) -> None:
    warnings.warn(InterfaceWarning(message, hint=hint), stacklevel=2)
