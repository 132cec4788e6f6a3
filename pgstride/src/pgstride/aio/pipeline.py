"""Pipelines: many statements on their way at once, for one round trip."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pgstride.aio.base import STALE
from pgstride.aio.deadline import Deadline
from pgstride.aio.resource import ConnectionResource, guarded
from pgstride.aio.tracing import QueryStarted, Span
from pgstride.exceptions import InterfaceError

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from pgstride.aio.connection import Connection
    from pgstride.core.rows import Record
    from pgstride.core.statement import Statement

T = TypeVar("T")


class PipelineResult(Generic[T]):
    """What comes of one statement of a pipeline: await it, or ask for it after the pipeline."""

    __slots__ = (
        "_convert",
        "_error",
        "_pipeline",
        "_row_limit",
        "_seen",
        "_value",
        "args",
        "query",
    )

    def __init__(
        self,
        pipeline: Pipeline,
        query: str,
        args: tuple[Any, ...],
        row_limit: int,
        convert: Callable[[Any], T],
    ) -> None:
        self.query = query
        self.args = args
        self._pipeline: Pipeline | None = pipeline
        self._row_limit = row_limit
        self._convert = convert
        self._value: Any = None
        self._error: BaseException | None = None
        self._seen = False

    def done(self) -> bool:
        """Whether the statement has ended."""
        return self._pipeline is None

    def result(self) -> T:
        """What the statement gave; raises its error, or InterfaceError before it has ended."""
        if self._pipeline is not None:
            raise InterfaceError("the result of a pipelined statement is not there yet")
        self._seen = True
        if self._error is not None:
            raise self._error
        return self._convert(self._value)

    def exception(self) -> BaseException | None:
        """The statement's error, or None; raises InterfaceError before it has ended."""
        if self._pipeline is not None:
            raise InterfaceError("the result of a pipelined statement is not there yet")
        self._seen = True
        return self._error

    def __await__(self) -> Generator[Any, None, T]:
        if self._pipeline is not None:
            yield from self._pipeline.sync().__await__()
        return self.result()

    def _end(self, value: Any, error: BaseException | None = None) -> None:
        self._value, self._error = value, error
        self._pipeline = None


class Pipeline(ConnectionResource):
    """Statements that are sent together; made by `Connection.pipeline()`.

    Its methods are those of `Connection`, but send nothing yet: they return a
    `PipelineResult`. All are sent when the block is left, when `sync()` is called
    or when a result is awaited. Each statement succeeds or fails by itself, as if
    it had been sent alone; within a transaction, an error fails those after it.

    A statement that the connection has not prepared yet takes a round trip of its
    own before any is executed: what it refers to must exist by then.
    """

    __slots__ = ("_all", "_queued", "_return_exceptions", "_timeout")

    def __init__(
        self, connection: Connection, timeout: float | None, *, return_exceptions: bool
    ) -> None:
        super().__init__(connection)
        self._timeout = timeout
        self._return_exceptions = return_exceptions
        self._queued: list[PipelineResult[Any]] = []
        self._all: list[PipelineResult[Any]] = []

    @guarded
    def fetch(self, query: str, *args: Any) -> PipelineResult[list[Record]]:
        """The query's rows."""
        return self._add(query, args, 0, lambda operation: operation.rows)

    @guarded
    def fetchrow(self, query: str, *args: Any) -> PipelineResult[Record | None]:
        """The query's first row, or None when there is none."""
        return self._add(query, args, 1, _first_row)

    @guarded
    def fetchval(self, query: str, *args: Any, column: int = 0) -> PipelineResult[Any]:
        """One value of the query's first row, or None when there is no row."""

        def value(operation: Any) -> Any:
            row = _first_row(operation)
            return None if row is None else row[column]

        return self._add(query, args, 1, value)

    @guarded
    def execute(self, query: str, *args: Any) -> PipelineResult[str]:
        """The statement's command tag; `query` is a single statement."""
        return self._add(query, args, 0, lambda operation: (operation.tag or b"").decode())

    def _add(
        self, query: str, args: tuple[Any, ...], row_limit: int, convert: Callable[[Any], T]
    ) -> PipelineResult[T]:
        added = PipelineResult(self, query, args, row_limit, convert)
        self._queued.append(added)
        self._all.append(added)
        return added

    @guarded
    async def sync(self) -> None:
        """Send what has been added, and wait until it has ended; raises no statement's error.

        Cancelled or after the time-out, the statements that the server has not
        begun are cancelled too, but those that it has executed stay executed.
        """
        queued, self._queued = self._queued, []
        connection = self._connection
        limit = Deadline(connection._loop, connection._effective(self._timeout))
        statements: dict[str, Statement] = {}
        started = time.monotonic()
        spans = self._start_spans(queued)
        try:
            await self._prepare(queued, statements, limit)
            await self._run(queued, statements, limit)
        except BaseException as error:
            for result in queued:
                if not result.done():
                    result._end(None, error)
            raise
        finally:
            for statement in statements.values():
                connection._session.release(statement)
            self._log(queued, started)
            for span, result in zip(spans, queued, strict=False):
                span.end(result._error)

    def _start_spans(self, queued: list[PipelineResult[Any]]) -> list[Span]:
        """One for each statement, or none without a tracer."""
        connection = self._connection
        tracer = connection._tracer
        if tracer is None:
            return []
        return [
            Span.start(tracer.query, QueryStarted(connection, result.query, result.args, False))
            for result in queued
        ]

    async def _prepare(
        self,
        queued: list[PipelineResult[Any]],
        statements: dict[str, Statement],
        limit: Deadline,
    ) -> None:
        """Find or make the statements; those that cannot be made have ended."""
        for result in queued:
            if result.query in statements:
                continue
            try:
                statement = await self._connection._statement(result.query, limit)
            except asyncio.TimeoutError:
                raise
            except Exception as error:  # noqa: BLE001 it is this statement's, not ours
                result._end(None, error)
                continue
            # Whatever the cache drops meanwhile, it is not closed.
            statement.references += 1
            statements[result.query] = statement

    async def _run(
        self,
        queued: list[PipelineResult[Any]],
        statements: dict[str, Statement],
        limit: Deadline,
    ) -> None:
        session, record_class = self._connection._session, self._connection._record_class
        session.check_free()
        waiters: dict[asyncio.Future[Any], PipelineResult[Any]] = {}
        for result in queued:
            if result.done():
                continue
            try:
                waiter = session.queue_statement(
                    statements[result.query],
                    result.args,
                    result._row_limit,
                    record_class,
                    limit.left(),
                )
            except Exception as error:  # noqa: BLE001 arguments that do not fit are its own matter
                result._end(None, error)
            else:
                waiters[waiter] = result
        session.send()
        if not waiters:
            return
        try:
            await asyncio.wait(waiters)
        except asyncio.CancelledError:
            for waiter in waiters:
                session.cancel_waiting(waiter)
            raise
        for waiter, result in waiters.items():
            self._take(waiter, result)

    def _take(self, waiter: asyncio.Future[Any], result: PipelineResult[Any]) -> None:
        error = waiter.exception()
        if isinstance(error, STALE):
            self._connection._note_stale(error)
        result._end(None if error else waiter.result(), error)

    def _log(self, queued: list[PipelineResult[Any]], started: float) -> None:
        connection = self._connection
        if connection._query_loggers:
            elapsed = time.monotonic() - started
            for result in queued:
                connection._log(result.query, result.args, self._timeout, elapsed, result._error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            for result in self._queued:
                result._end(None, InterfaceError("the pipeline ended before this was sent"))
            return
        await self.sync()
        if self._return_exceptions:
            return
        for result in self._all:
            if result._error is not None and not result._seen:
                raise result._error


def _first_row(operation: Any) -> Record | None:
    return operation.rows[0] if operation.rows else None
