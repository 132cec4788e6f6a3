"""What a driver's adapter has to offer; one per driver in `runner.adapters`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar

from runner.job import Job, Query, Target, UnsupportedError

Rows = Sequence[Sequence[Any]]


class Adapter(ABC):
    """How one driver is used, in its best documented mode.

    An *operation* is bound once per connection, outside the windows, and is
    called in the loop without arguments; it returns the number of rows.
    """

    synthetic: ClassVar[bool] = False

    def __init__(self, job: Job) -> None:
        self.job = job

    @abstractmethod
    def versions(self) -> tuple[str, str, dict[str, str]]:
        """Driver's name and version as it reports them, and those of its components."""

    @abstractmethod
    def mode(self, kind: str) -> str:
        """One line: how the driver is used for this kind of query."""


class AsyncAdapter(Adapter):
    """A driver for asyncio; all connections live in one thread."""

    def window_begins(self) -> None:
        """A window is about to begin, which matters to `delay` only."""

    @abstractmethod
    async def connect(self) -> Any:
        """Open one connection, ready for `operation`."""

    @abstractmethod
    async def close(self, connection: Any) -> None:
        """Close it."""

    @abstractmethod
    async def fetch(self, connection: Any, query: Query) -> Rows:
        """Execute a `fetch` query and return all rows: for verification."""

    @abstractmethod
    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], Awaitable[int]]:
        """The same as an operation of the loop."""

    def batch_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        """The operation of a `batch` query; raises UnsupportedError."""
        raise UnsupportedError("the driver documents no way to execute a statement for many rows")

    def copy_operation(
        self, connection: Any, query: Query, target: Target
    ) -> Callable[[], Awaitable[int]]:
        """The operation of a `copy` query; raises UnsupportedError."""
        raise UnsupportedError("the driver documents no way to COPY FROM STDIN")

    def operation(self, connection: Any) -> Callable[[], Awaitable[int]]:
        """The job's operation on this connection; raises UnsupportedError."""
        operation: Callable[[], Awaitable[int]] = _choose(self, connection)
        return operation


class BlockingAdapter(Adapter):
    """A driver that blocks; every connection has a thread of its own."""

    @abstractmethod
    def connect(self) -> Any:
        """Open one connection, ready for `operation`."""

    @abstractmethod
    def close(self, connection: Any) -> None:
        """Close it."""

    @abstractmethod
    def fetch(self, connection: Any, query: Query) -> Rows:
        """Execute a `fetch` query and return all rows: for verification."""

    @abstractmethod
    def fetch_operation(self, connection: Any, query: Query) -> Callable[[], int]:
        """The same as an operation of the loop."""

    def batch_operation(self, connection: Any, query: Query, target: Target) -> Callable[[], int]:
        """The operation of a `batch` query; raises UnsupportedError."""
        raise UnsupportedError("the driver documents no way to execute a statement for many rows")

    def copy_operation(self, connection: Any, query: Query, target: Target) -> Callable[[], int]:
        """The operation of a `copy` query; raises UnsupportedError."""
        raise UnsupportedError("the driver documents no way to COPY FROM STDIN")

    def operation(self, connection: Any) -> Callable[[], int]:
        """The job's operation on this connection; raises UnsupportedError."""
        operation: Callable[[], int] = _choose(self, connection)
        return operation


def _choose(adapter: Any, connection: Any) -> Any:
    query, target = adapter.job.query, adapter.job.target
    if query.kind == "fetch":
        return adapter.fetch_operation(connection, query)
    if query.kind == "batch":
        return adapter.batch_operation(connection, query, target)
    if query.kind == "copy":
        return adapter.copy_operation(connection, query, target)
    raise UnsupportedError(f"queries of the kind {query.kind!r} are unknown to this runner")
