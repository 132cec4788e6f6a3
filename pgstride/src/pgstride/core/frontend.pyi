import asyncio
from collections.abc import Iterator
from typing import Any

from typing_extensions import Buffer

from pgstride.authentication import AuthenticationPolicy
from pgstride.core.copying import CopyIn, CopyOut
from pgstride.core.operations import ExtendedQuery, SimpleQuery
from pgstride.core.rows import Record
from pgstride.core.startup import Startup
from pgstride.core.statement import Statement
from pgstride.core.statement_groups import StatementGroups

Waiter = asyncio.Future[Any] | None

class Frontend(StatementGroups):
    """Begins operations: each method writes what the server needs to know."""

    def execute(
        self,
        statement: Statement,
        arguments: tuple[Any, ...],
        waiter: Waiter,
        limit: int = 0,
        record_class: type[Record] | None = None,
    ) -> ExtendedQuery: ...
    def open_portal(
        self,
        statement: Statement,
        portal: bytes,
        arguments: tuple[Any, ...],
        limit: int,
        record_class: type[Record] | None,
        waiter: Waiter,
    ) -> ExtendedQuery: ...
    def execute_portal(
        self,
        statement: Statement,
        portal: bytes,
        limit: int,
        record_class: type[Record] | None,
        waiter: Waiter,
    ) -> ExtendedQuery: ...
    def close_portal(self, portal: bytes, waiter: Waiter) -> ExtendedQuery: ...
    def start_up(
        self,
        parameters: dict[str, str],
        password: str | None,
        waiter: Waiter,
        policy: AuthenticationPolicy | None = None,
        *,
        oldest_version: int = ...,
        version: int = ...,
    ) -> Startup: ...
    def parse(self, query: str, name: bytes, waiter: Waiter) -> ExtendedQuery: ...
    def begin_many(
        self, statement: Statement, record_class: type[Record] | None, waiter: Waiter
    ) -> ExtendedQuery: ...
    def put_many(
        self, statement: Statement, iterator: Iterator[Any], position: int, most: int
    ) -> int: ...
    def end_many(self, operation: ExtendedQuery, undo: bool = False) -> None: ...
    def query(self, text: str, waiter: Waiter) -> SimpleQuery: ...
    def copy_in(self, text: str, waiter: Waiter) -> CopyIn: ...
    def copy_out(self, text: str, waiter: Waiter) -> CopyOut: ...
    def copy_data(self, data: Buffer) -> None: ...
    def copy_messages(self, messages: bytes) -> None: ...
    def end_copy(self) -> None: ...
    def fail_copy(self, reason: bytes) -> None: ...
    def cancel_request(self) -> bytes | None: ...
    def terminate(self) -> None: ...
