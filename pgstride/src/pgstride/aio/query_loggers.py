"""Query loggers: functions that are told of every query."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pgstride.aio.base import ConnectionBase
from pgstride.aio.callbacks import Callback

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
    """A connection's query loggers."""

    def add_query_logger(self, callback: Callable[[LoggedQuery], Any]) -> None:
        """Have a function or a coroutine function called with a `LoggedQuery` for each query.

        Prepared statements' own methods and COPY are not logged.
        """
        self._query_loggers.add(Callback.of(callback))
        self._session.watched = True

    def remove_query_logger(self, callback: Callable[[LoggedQuery], Any]) -> None:
        """Call it no more."""
        self._query_loggers.discard(Callback.of(callback))
        self._session.watched = bool(self._query_loggers)

    @contextlib.contextmanager
    def query_logger(self, callback: Callable[[LoggedQuery], Any]) -> Iterator[None]:
        """Have it called for the queries within the context."""
        self.add_query_logger(callback)
        try:
            yield
        finally:
            self.remove_query_logger(callback)

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
        self, query: str, args: Any, timeout: float | None, running: Awaitable[T]
    ) -> T:
        """The result of what runs a query, of which the loggers are told."""
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
