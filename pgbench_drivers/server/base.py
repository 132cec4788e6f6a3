"""What every backend offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal

from pgbench_drivers import signals
from pgbench_drivers.contract.messages import Connection, Tls
from pgbench_drivers.errors import UserError

Say = Callable[[str], None]
# The detail of a server's info that says by how much round trips are longer, and by what.
DELAY = "delay"

Backend = Literal["docker", "embedded", "installed", "dsn"]


def one_line(error: BaseException) -> str:
    """The text of an error that may have several lines."""
    return " ".join(str(error).split())


class ServerError(UserError):
    """A server cannot be used; the message names the cause and the cure."""


@dataclass(frozen=True)
class Endpoint:
    """Where clients connect; a `host` that starts with "/" is a unix socket's directory.

    With a `ca_file`, by TLS: its certificates vouch for the server's.
    """

    host: str
    port: int
    user: str
    password: str | None = field(repr=False)
    database: str
    ca_file: str | None = None

    def as_connection(self) -> Connection:
        """The same as a job tells it."""
        tls = Tls(self.ca_file) if self.ca_file else None
        return Connection(self.host, self.port, self.user, self.password, self.database, tls)


@dataclass(frozen=True)
class ServerInfo:
    """What a report says of the server; all from the running thing."""

    backend: Backend
    version: str
    reason: str
    settings: Mapping[str, str]
    details: Mapping[str, str]


@dataclass(frozen=True)
class Probe:
    """What `doctor` tells of a backend; `cure` says how to get it."""

    name: str
    available: bool
    text: str
    cure: str = ""


class Server(ABC):
    """A PostgreSQL server; as a context manager it is stopped whatever happens."""

    def __enter__(self) -> Server:
        try:
            self.start()
        except BaseException:
            signals.hold()
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @abstractmethod
    def start(self) -> None:
        """Start and wait until a `SELECT 1` is answered; raises ServerError."""

    @abstractmethod
    def stop(self) -> None:
        """Stop and remove everything that `start` made; may be called twice."""

    @property
    @abstractmethod
    def endpoint(self) -> Endpoint:
        """Where clients connect, once started."""

    @property
    @abstractmethod
    def info(self) -> ServerInfo:
        """Version, settings and circumstances, once started."""

    @abstractmethod
    def cpu_seconds(self) -> float | None:
        """CPU time that all server processes have used so far, or None where it is not known."""

    @abstractmethod
    def set_affinity(self, cpus: frozenset[int]) -> None:
        """Let the server run on these CPUs only; raises ServerError where that is impossible."""
