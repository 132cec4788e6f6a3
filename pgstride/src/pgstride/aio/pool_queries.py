"""Queries on any connection of a pool."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from pgstride.aio.pool_acquire import PoolAcquireContext
    from pgstride.aio.pool_holder import PoolConnectionHolder
    from pgstride.core.rows import Record

T = TypeVar("T")


class PoolQueries:
    """A pool's methods that acquire a connection, call its method of the same name, and release.

    They take that method's arguments, return what it returns, and raise what it
    and `Pool.acquire()` do.
    """

    def acquire(self, *, timeout: float | None = None) -> PoolAcquireContext:
        """Acquire a connection."""
        raise NotImplementedError

    def _take_ready(self) -> PoolConnectionHolder | None:
        raise NotImplementedError

    async def _use(self, method: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a method of a connection that is free: without a proxy, and without waiting."""
        holder = self._take_ready()
        if holder is None:
            async with self.acquire() as proxy:
                return await getattr(proxy, method)(*args, **keywords)
        connection = holder.lend_directly()
        try:
            return await getattr(connection, method)(*args, **keywords)
        finally:
            if not holder.release_now(connection):
                await holder.release(connection, None)

    def execute(
        self, query: str, *args: Any, timeout: float | None = None
    ) -> Coroutine[Any, Any, str]:
        """Run a statement, or several; see `Connection.execute()`."""
        return self._use("execute", (query, *args), {"timeout": timeout})

    def executemany(
        self, command: str, args: Iterable[Sequence[Any]], *, timeout: float | None = None
    ) -> Coroutine[Any, Any, None]:
        """Run a statement for each element of `args`; see `Connection.executemany()`."""
        return self._use("executemany", (command, args), {"timeout": timeout})

    @overload
    def fetch(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: None = None,
    ) -> Coroutine[Any, Any, list[Record]]: ...

    @overload
    def fetch(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: Callable[..., T],
    ) -> Coroutine[Any, Any, list[T]]: ...

    def fetch(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: Callable[..., T] | None = None,
    ) -> Coroutine[Any, Any, list[Record] | list[T]]:
        """Run a query and return its rows; see `Connection.fetch()`."""
        return self._use(
            "fetch",
            (query, *args),
            {"timeout": timeout, "record_class": record_class, "row_type": row_type},
        )

    def fetchval(
        self, query: str, *args: Any, column: int = 0, timeout: float | None = None
    ) -> Coroutine[Any, Any, Any]:
        """Run a query and return a value of its first row; see `Connection.fetchval()`."""
        return self._use("fetchval", (query, *args), {"column": column, "timeout": timeout})

    @overload
    def fetchrow(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: None = None,
    ) -> Coroutine[Any, Any, Record | None]: ...

    @overload
    def fetchrow(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: Callable[..., T],
    ) -> Coroutine[Any, Any, T | None]: ...

    def fetchrow(
        self,
        query: str,
        *args: Any,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
        row_type: Callable[..., T] | None = None,
    ) -> Coroutine[Any, Any, Record | T | None]:
        """Run a query and return its first row; see `Connection.fetchrow()`."""
        return self._use(
            "fetchrow",
            (query, *args),
            {"timeout": timeout, "record_class": record_class, "row_type": row_type},
        )

    def fetchmany(
        self,
        query: str,
        args: Iterable[Sequence[Any]],
        *,
        timeout: float | None = None,
        record_class: type[Record] | None = None,
    ) -> Coroutine[Any, Any, list[Record]]:
        """Run a query for each element of `args`; see `Connection.fetchmany()`."""
        return self._use(
            "fetchmany", (query, args), {"timeout": timeout, "record_class": record_class}
        )

    def copy_from_table(
        self, table_name: str, *, output: Any, **options: Any
    ) -> Coroutine[Any, Any, str]:
        """Copy a table to `output`; see `Connection.copy_from_table()`."""
        return self._use("copy_from_table", (table_name,), {"output": output, **options})

    def copy_from_query(
        self, query: str, *args: Any, output: Any, **options: Any
    ) -> Coroutine[Any, Any, str]:
        """Copy the rows of a query to `output`; see `Connection.copy_from_query()`."""
        return self._use("copy_from_query", (query, *args), {"output": output, **options})

    def copy_to_table(
        self, table_name: str, *, source: Any, **options: Any
    ) -> Coroutine[Any, Any, str]:
        """Copy `source` to a table; see `Connection.copy_to_table()`."""
        return self._use("copy_to_table", (table_name,), {"source": source, **options})

    def copy_records_to_table(
        self, table_name: str, *, records: Any, **options: Any
    ) -> Coroutine[Any, Any, str]:
        """Copy records to a table; see `Connection.copy_records_to_table()`."""
        return self._use("copy_records_to_table", (table_name,), {"records": records, **options})


if sys.version_info >= (3, 12):
    for _name, _method in inspect.getmembers(PoolQueries, inspect.isfunction):
        if not _name.startswith("_") and _name != "acquire":
            inspect.markcoroutinefunction(_method)
