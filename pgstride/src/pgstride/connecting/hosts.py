"""Which servers to try, in which order."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote

from pgstride.connecting.source import HostSpec, Setting, Source, Sources
from pgstride.exceptions import ClientConfigurationError

DEFAULT_PORT = 5432
# Where distributions put the server's socket.
SOCKET_DIRECTORIES = ("/run/postgresql", "/var/run/postgresql", "/tmp", "/private/tmp")  # noqa: S108

_BRACKETED = re.compile(r"\[([^\]]+)\](?::(.*))?", re.DOTALL)


class SessionAttribute(str, Enum):
    """What `target_session_attrs` can ask of a server."""

    any = "any"
    primary = "primary"
    standby = "standby"
    prefer_standby = "prefer-standby"
    read_write = "read-write"
    read_only = "read-only"


@dataclass(frozen=True)
class TcpEndpoint:
    """A server at a host name or IP address."""

    host: str
    port: int

    @property
    def address(self) -> tuple[str, int]:
        """As the event loop's `create_connection` takes it."""
        return self.host, self.port

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True)
class UnixEndpoint:
    """A server at a Unix-domain socket."""

    path: str

    @property
    def address(self) -> str:
        """As the event loop's `create_unix_connection` takes it."""
        return self.path

    def __str__(self) -> str:
        return self.path


Endpoint = TcpEndpoint | UnixEndpoint


@dataclass(frozen=True)
class Server:
    """One entry of the list: its host as it was named, and its port."""

    host: str
    port: int

    @property
    def is_socket(self) -> bool:
        """Whether the host is a socket's directory or path."""
        return self.host.startswith("/")

    @property
    def endpoint(self) -> Endpoint:
        """Where to connect to."""
        if not self.is_socket:
            return TcpEndpoint(self.host, self.port)
        if ".s.PGSQL." in self.host:
            return UnixEndpoint(self.host)
        return UnixEndpoint(f"{self.host.rstrip('/')}/.s.PGSQL.{self.port}")


def find_servers(sources: Sources, *, windows: bool) -> tuple[Server, ...]:
    """The servers that the sources name, or the local ones.

    A port beside a host gives way only to a `port` from a source of higher
    precedence than the host's.

    Raises `ClientConfigurationError` for lists that cannot be read, and when
    neither one port nor as many as hosts are given.
    """
    rank, specs = _first_hosts(sources, windows=windows)
    outranking = Sources(sources[:rank]).find("port")
    setting = outranking or sources.find("port")
    ports = [DEFAULT_PORT] if setting is None else parse_port_list(setting)
    if len(ports) == 1:
        ports *= len(specs)
    if len(ports) != len(specs):
        msg = f"could not match {len(ports)} port numbers to {len(specs)} hosts"
        raise ClientConfigurationError(msg, hint="Give one port, or one for each host.")
    return tuple(
        Server(spec.host, port if outranking or spec.port is None else spec.port)
        for spec, port in zip(specs, ports, strict=True)
    )


def _first_hosts(sources: Sources, *, windows: bool) -> tuple[int, tuple[HostSpec, ...]]:
    for rank, source in enumerate(sources):
        specs = _hosts_of(source)
        if specs:
            return rank, specs
    directories = () if windows else SOCKET_DIRECTORIES
    return len(sources), tuple(HostSpec(host) for host in (*directories, "localhost"))


def _hosts_of(source: Source) -> tuple[HostSpec, ...]:
    if source.hosts:
        return source.hosts
    setting = source.find("host")
    return () if setting is None else parse_host_list(setting.value, setting.origin)


def parse_host_list(
    text: str, origin: str, *, percent_encoded: bool = False
) -> tuple[HostSpec, ...]:
    """A comma-separated list of hosts, each with a port or not.

    IPv6 addresses need brackets only where a port follows.

    Raises `ClientConfigurationError` for an entry without host, and for what
    is not a port.
    """
    specs = []
    for entry in text.split(","):
        host, port = _split_port(entry.strip(), origin)
        if percent_encoded:
            host, port = unquote(host), unquote(port)
        if not host:
            raise ClientConfigurationError(f"empty host name in the list of {origin}")
        specs.append(HostSpec(host, _parse_port(port, origin) if port else None))
    return tuple(specs)


def _split_port(entry: str, origin: str) -> tuple[str, str]:
    if entry.startswith("["):
        bracketed = _BRACKETED.fullmatch(entry)
        if bracketed is None:
            msg = f"invalid IPv6 address in {origin}"
            hint = "Write [address] or [address]:port."
            raise ClientConfigurationError(msg, hint=hint)
        return bracketed[1], bracketed[2] or ""
    if entry.startswith("/") or entry.count(":") > 1:
        return entry, ""
    host, _, port = entry.partition(":")
    return host, port


def parse_port_list(setting: Setting) -> list[int]:
    """A comma-separated list of ports; an empty entry is the default port."""
    return [
        _parse_port(entry.strip(), setting.origin) if entry.strip() else DEFAULT_PORT
        for entry in setting.value.split(",")
    ]


def _parse_port(text: str, origin: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536:
        return int(text)
    # Without the text: in a URL whose password was not encoded, it is a part of that.
    msg = f"invalid port number in {origin}: an integer from 1 to 65535 is expected"
    hint = "In a URL, percent-encode the characters : / ? # @ % in user names and passwords."
    raise ClientConfigurationError(msg, hint=hint)


def argument_hosts(host: str | Sequence[str] | None) -> tuple[HostSpec, ...]:
    """The hosts of an argument, which unlike other places have no ports beside them."""
    if not host:
        return ()
    hosts = [host] if isinstance(host, str) or not isinstance(host, Sequence) else host
    if not all(isinstance(each, str | os.PathLike) and os.fspath(each) for each in hosts):
        raise ClientConfigurationError("host is expected to be a string or a sequence of strings")
    return tuple(HostSpec(os.fspath(each)) for each in hosts)


def argument_ports(port: int | str | Sequence[int | str] | None) -> str | None:
    """The ports of an argument, in the form that other places have them."""
    if not port:
        return None
    ports = [port] if isinstance(port, str) or not isinstance(port, Sequence) else port
    return ",".join(str(each) for each in ports)
