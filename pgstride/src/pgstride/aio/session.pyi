import asyncio
from typing import Any

from pgstride.aio.statement_cache import StatementCache
from pgstride.core.copying import CopyOut
from pgstride.core.operations import Operation
from pgstride.core.rows import Record
from pgstride.core.statement import Statement

class Session(StatementCache):
    """A session: whether a statement may start, and the start of each kind."""

    closing: bool
    watched: bool

    def check_free(self) -> None: ...
    def reset_when_free(self, text: str, most_executions: float) -> bool: ...
    def start_query(
        self,
        query: str,
        arguments: tuple[Any, ...],
        limit: int,
        record_class: type[Record] | None,
        timeout: float | None,
    ) -> asyncio.Future[list[Record]] | None: ...
    def start_execution(
        self, query: str, arguments: tuple[Any, ...], timeout: float | None
    ) -> asyncio.Future[Any] | None: ...
    def start_simple(self, text: str, timeout: float | None) -> asyncio.Future[str] | None: ...
    def start_statement(
        self,
        statement: Statement,
        arguments: tuple[Any, ...],
        limit: int,
        record_class: type[Record] | None,
        timeout: float | None,
        wants_operation: bool = False,
    ) -> asyncio.Future[Any]: ...
    def queue_statement(
        self,
        statement: Statement,
        arguments: tuple[Any, ...],
        limit: int,
        record_class: type[Record] | None,
        timeout: float | None,
    ) -> asyncio.Future[Any]: ...
    def start_operation(
        self, operation: Operation, timeout: float | None
    ) -> asyncio.Future[Any]: ...
    def start_copy_out(self, operation: CopyOut, timeout: float | None) -> asyncio.Future[Any]: ...
    def on_outdated(self) -> None: ...
