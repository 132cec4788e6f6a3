"""Hooks around connecting, queries, acquiring from a pool, and transactions."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from pgstride.aio.connection import Connection
    from pgstride.aio.pool import Pool

T = TypeVar("T")
Started = TypeVar("Started")

logger = logging.getLogger("pgstride.tracing")

# A host and a port, or the path of a unix socket.
Address = tuple[str, int] | str


class ConnectStarted(NamedTuple):
    """A connection is being made to the first of the addresses that can be reached."""

    addresses: tuple[Address, ...]
    user: str
    database: str


class QueryStarted(NamedTuple):
    """A query is about to be sent.

    `args` are its arguments, or all sequences of arguments when `many` is true.
    """

    connection: Connection
    query: str
    args: Any
    many: bool


class PoolStarted(NamedTuple):
    """A pool has its first connections, and is there to be used."""

    pool: Pool


class AcquireStarted(NamedTuple):
    """A connection of a pool is being acquired."""

    pool: Pool


class TransactionStarted(NamedTuple):
    """A transaction begins, or a savepoint is set in one."""

    connection: Connection
    isolation: str | None
    readonly: bool
    deferrable: bool
    savepoint: bool


class Outcome(NamedTuple):
    """How something ended, `elapsed` seconds after it had started.

    `exception` is what it raised or, of a transaction, what has rolled it back.
    """

    elapsed: float
    exception: BaseException | None


Finish = Callable[[Outcome], object]


class Tracer:
    """What to be told of; a subclass has the methods that it cares for.

    A method is called when something starts, and returns a function that is
    called with the `Outcome` when it has ended, or None. Both are called within
    the driver's own work and must not wait. What they raise is logged, and
    nothing else.

    It is given to `connect()` or `create_pool()` as `tracer`.
    """

    def connect(self, started: ConnectStarted) -> Finish | None:
        """A connection is being made."""

    def query(self, started: QueryStarted) -> Finish | None:
        """A query, pipelined too, a portion of a cursor's rows or a COPY is being executed.

        What the driver sends for its own needs is not told.
        """

    def pool(self, started: PoolStarted) -> Finish | None:
        """A pool is open; it ends when it is closed or terminated."""

    def acquire(self, started: AcquireStarted) -> Finish | None:
        """A connection of a pool is being acquired."""

    def transaction(self, started: TransactionStarted) -> Finish | None:
        """A transaction or savepoint of `Connection.transaction()` begins."""


class Span:
    """Something that a hook was told the start of, and that ends once."""

    __slots__ = ("_began", "_finish")

    def __init__(self, finish: Finish | None) -> None:
        self._finish = finish
        self._began = time.perf_counter()

    @classmethod
    def start(cls, hook: Callable[[Started], Finish | None], started: Started) -> Span:
        """Tell a hook of a start."""
        try:
            return cls(hook(started))
        except Exception:
            logger.exception("a tracer's hook has failed")
            return cls(None)

    def end(self, exception: BaseException | None) -> None:
        """Tell the hook of the end, unless it has been told."""
        finish, self._finish = self._finish, None
        if finish is not None:
            try:
                finish(Outcome(time.perf_counter() - self._began, exception))
            except Exception:
                logger.exception("a tracer's hook has failed")


async def traced(
    hook: Callable[[Started], Finish | None], started: Started, running: Awaitable[T]
) -> T:
    """The result of `running`, of whose start and end a hook is told."""
    span = Span.start(hook, started)
    exception: BaseException | None = None
    try:
        return await running
    except BaseException as error:
        exception = error
        raise
    finally:
        span.end(exception)


class _Default:
    """The tracer of connections and pools that are given none."""

    tracer: Tracer | None = None


def default_tracer() -> Tracer | None:
    """The tracer of connections and pools that are made now and given none."""
    return _Default.tracer


def set_default_tracer(tracer: Tracer | None) -> None:
    """Have connections and pools that are made from now on, and given none, use a tracer."""
    _Default.tracer = tracer
