"""Query loggers: functions that are told of every query."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pgstride.aio.base import ConnectionBase
from pgstride.aio.callbacks import Callback
from pgstride.aio.tracing import QueryStarted, Tracer, traced

if TYPE_CHECKING:
    from pgstride.core.rows import Record

T = TypeVar("T")


class LoggedQuery(NamedTuple):
    """What a query logger is told; `elapsed` and `timeout` are seconds.

    `args` are the query's, or all sequences of arguments of executemany().
    """

    query: str
    args: Any
    timeout: float | None
    elapsed: float
    exception: BaseException | None
    conn_addr: Any
    conn_params: Any


class QueryLogging(ConnectionBase):
    """A connection's query loggers, and its tracer."""

    _tracer: Tracer | None = None

    def add_query_logger(self, callback: Callable[[LoggedQuery], Any]) -> None:
        """Have a function or a coroutine function called with a `LoggedQuery` for each query.

        Prepared statements' own methods and COPY are not logged.
        """
        self._query_loggers.add(Callback.of(callback))
        self._session.watched = True

    def remove_query_logger(self, callback: Callable[[LoggedQuery], Any]) -> None:
        """Call it no more."""
        self._query_loggers.discard(Callback.of(callback))
        self._session.watched = bool(self._query_loggers) or self._tracer is not None

    @contextlib.contextmanager
    def query_logger(self, callback: Callable[[LoggedQuery], Any]) -> Iterator[None]:
        """Have it called for the queries within the context."""
        self.add_query_logger(callback)
        try:
            yield
        finally:
            self.remove_query_logger(callback)

    def _trace_with(self, tracer: Tracer) -> None:
        """Have a tracer told of queries and transactions."""
        self._tracer = tracer
        self._session.watched = True

    def _observed(
        self, query: str, args: Any, running: Awaitable[T], *, many: bool = False
    ) -> Awaitable[T]:
        """What runs a query, and tells the tracer of it where there is one."""
        if self._tracer is None:
            return running
        started = QueryStarted(self, query, args, many)  # type: ignore[arg-type]  # a Connection
        return traced(self._tracer.query, started, running)

    async def _run_logged(
        self,
        query: str,
        args: tuple[Any, ...],
        row_limit: int,
        timeout: float | None,
        record_class: type[Record] | None,
    ) -> list[Record]:
        running = self._run(query, args, row_limit, timeout, record_class)
        return await self._logged(query, args, self._effective(timeout), running)

    async def _logged(
        self,
        query: str,
        args: Any,
        timeout: float | None,
        running: Awaitable[T],
        *,
        many: bool = False,
    ) -> T:
        """The result of what runs a query, of which the loggers and the tracer are told."""
        running = self._observed(query, args, running, many=many)
        if not self._query_loggers:
            return await running
        started = time.monotonic()
        exception: BaseException | None = None
        try:
            return await running
        except BaseException as error:
            exception = error
            raise
        finally:
            self._log(query, args, timeout, time.monotonic() - started, exception)

    def _log(
        self,
        query: str,
        args: Any,
        timeout: float | None,
        elapsed: float,
        exception: BaseException | None,
    ) -> None:
        """Tell the loggers of a query that has ended."""
        record = LoggedQuery(
            query, args, timeout, elapsed, exception, self._endpoint.address, self._parameters
        )
        for callback in self._query_loggers:
            callback.schedule(self._loop, record)
