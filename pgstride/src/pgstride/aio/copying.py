"""COPY: much data from and to tables."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

from pgstride.aio.copy_ends import Writer, opened_output, opened_source
from pgstride.aio.copy_statements import copy_from_text, copy_query_text, copy_to_text
from pgstride.aio.deadline import Deadline, within
from pgstride.aio.query_loggers import QueryLogging
from pgstride.aio.sql import quote_identifier, quote_table
from pgstride.core.copying import CopyRows

# How many bytes of records are encoded before they are handed to the transport.
CHUNK_BYTES = 60 * 1024

TYPE_NAMES = """\
SELECT pg_catalog.format_type(given.oid, NULL)
FROM pg_catalog.unnest($1::pg_catalog.oid[]) WITH ORDINALITY AS given(oid, position)
ORDER BY given.position
"""

# Sends what there is to copy in, until the waiter is done or it is all.
Feed = Callable[["asyncio.Future[Any]", Deadline], Awaitable[None]]


class Copying(QueryLogging):
    """A connection's methods for COPY.

    They return the command tag, such as 'COPY 140000'. The options that are
    not explained are those of the COPY statement. A time-out, in seconds, is
    for all of the copying.
    """

    async def copy_from_table(
        self,
        table_name: str,
        *,
        output: Any,
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        timeout: float | None = None,
        format: str | None = None,  # noqa: A002 - COPY's name
        oids: bool | None = None,
        delimiter: str | None = None,
        null: str | None = None,
        header: bool | str | None = None,
        quote: str | None = None,
        escape: str | None = None,
        force_quote: bool | Iterable[str] | None = None,
        encoding: str | None = None,
    ) -> str:
        """Copy a table to `output`.

        That is a path, a file object, or a coroutine function that takes bytes.
        """
        options = {
            "format": format,
            "oids": oids,
            "delimiter": delimiter,
            "null": null,
            "header": header,
            "quote": quote,
            "escape": escape,
            "force_quote": force_quote,
            "encoding": encoding,
        }
        text = copy_from_text(table_name, schema_name, columns, options)
        return await self._observed(text, (), self._copy_out(text, output, timeout))

    async def copy_from_query(
        self,
        query: str,
        *args: Any,
        output: Any,
        timeout: float | None = None,
        format: str | None = None,  # noqa: A002 - COPY's name
        oids: bool | None = None,
        delimiter: str | None = None,
        null: str | None = None,
        header: bool | str | None = None,
        quote: str | None = None,
        escape: str | None = None,
        force_quote: bool | Iterable[str] | None = None,
        encoding: str | None = None,
    ) -> str:
        """Copy the rows of a query to `output`, which is as in `copy_from_table()`."""
        options = {
            "format": format,
            "oids": oids,
            "delimiter": delimiter,
            "null": null,
            "header": header,
            "quote": quote,
            "escape": escape,
            "force_quote": force_quote,
            "encoding": encoding,
        }
        if args:
            query = await self._with_arguments(query, args)
        text = copy_query_text(query, options)
        return await self._observed(text, (), self._copy_out(text, output, timeout))

    async def copy_to_table(
        self,
        table_name: str,
        *,
        source: Any,
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        timeout: float | None = None,
        format: str | None = None,  # noqa: A002 - COPY's name
        oids: bool | None = None,
        freeze: bool | None = None,
        delimiter: str | None = None,
        null: str | None = None,
        header: bool | str | None = None,
        quote: str | None = None,
        escape: str | None = None,
        force_quote: bool | Iterable[str] | None = None,
        force_not_null: Iterable[str] | None = None,
        force_null: Iterable[str] | None = None,
        encoding: str | None = None,
        where: str | None = None,
    ) -> str:
        """Copy `source` to a table.

        `source` is a path, a file object, an asynchronous iterable of bytes, or
        a buffer in memory; `where` is an SQL expression that rows have to meet.
        """
        options = {
            "format": format,
            "oids": oids,
            "freeze": freeze,
            "delimiter": delimiter,
            "null": null,
            "header": header,
            "quote": quote,
            "escape": escape,
            "force_quote": force_quote,
            "force_not_null": force_not_null,
            "force_null": force_null,
            "encoding": encoding,
        }
        text = copy_to_text(table_name, schema_name, columns, options, where)
        async with opened_source(self._loop, source) as pieces:

            async def feed(waiter: asyncio.Future[Any], limit: Deadline) -> None:
                await self._send_pieces(pieces, waiter, limit)

            limit = Deadline(self._loop, self._effective(timeout))
            return await self._observed(text, (), self._copy_in(text, feed, limit))

    async def copy_records_to_table(
        self,
        table_name: str,
        *,
        records: Iterable[Sequence[Any]] | AsyncIterable[Sequence[Any]],
        columns: Iterable[str] | None = None,
        schema_name: str | None = None,
        timeout: float | None = None,
        where: str | None = None,
    ) -> str:
        """Copy records to a table, in binary.

        `records` is an iterable, or an asynchronous one, of sequences of the
        columns' values; `where` is an SQL expression that rows have to meet.
        """
        columns = None if columns is None else list(columns)
        shown = ", ".join(map(quote_identifier, columns)) if columns else "*"
        limit = Deadline(self._loop, self._effective(timeout))
        table = quote_table(table_name, schema_name)
        query = f"SELECT {shown} FROM {table} LIMIT 1"  # noqa: S608 - the names are quoted
        statement = await self._statement(query, limit)
        rows = CopyRows(() if statement.decoder is None else statement.decoder.codecs)

        async def feed(waiter: asyncio.Future[Any], limit: Deadline) -> None:
            if isinstance(records, AsyncIterable):
                await self._send_later_rows(rows, records.__aiter__(), waiter, limit)
            else:
                await self._send_rows(rows, iter(records), waiter)
            rows.end()
            self._session.copy_messages(rows.take())

        text = copy_to_text(table_name, schema_name, columns, {"format": "binary"}, where)
        return await self._observed(text, (), self._copy_in(text, feed, limit))

    # -- how the above is done

    async def _with_arguments(self, query: str, args: tuple[Any, ...]) -> str:
        """The query with its arguments in its text, since COPY takes none.

        They are converted to text, and quoted, by the server.
        """
        limit = Deadline(self._loop, self._effective(None))
        statement = await self._statement(query, limit)
        oids = [codec.oid for codec in statement.parameter_codecs]
        names = [row[0] for row in await self._fetch_own(TYPE_NAMES, oids)]
        casts = [
            f"pg_catalog.quote_literal(${number}::{name}::text)"
            for number, name in enumerate(names, 1)
        ]
        query_of_texts = f"SELECT {', '.join(casts)}"
        (texts,) = await self._run(query_of_texts, args, 0, None, None)

        def text_of(reference: re.Match[str]) -> str:
            text: str | None = texts[int(reference[1]) - 1]
            return "NULL" if text is None else text

        return re.sub(r"\$(\d+)\b", text_of, query)

    async def _ready_to_copy(self, limit: Deadline) -> None:
        self._check_exclusive("COPY")
        await self._settle(limit)
        await self._begin_now(limit)
        self._session.check_free()

    async def _copy_out(self, text: str, output: Any, timeout: float | None) -> str:
        limit = Deadline(self._loop, self._effective(timeout))
        async with opened_output(self._loop, output) as write:
            await self._ready_to_copy(limit)
            session = self._session
            operation = session.copy_out(text, self._loop.create_future())
            waiter = session.start_copy_out(operation, limit.left())
            try:
                await self._write_copied(operation, write, waiter, limit)
                return await waiter  # type: ignore[no-any-return]
            except BaseException:
                session.cancel_waiting(waiter)
                raise
            finally:
                session.end_copy_out()

    async def _write_copied(
        self, operation: Any, write: Writer, waiter: asyncio.Future[Any], limit: Deadline
    ) -> None:
        """Write what comes, until it is all; while we write, reading may pause."""
        while True:
            if data := operation.take():
                await within(limit.left(), write(data))
            elif waiter.done():
                return
            else:
                await self._session.more_copied(operation)

    async def _copy_in(self, text: str, feed: Feed, limit: Deadline) -> str:
        await self._ready_to_copy(limit)
        session = self._session
        waiter = self._loop.create_future()
        operation = session.copy_in(text, waiter)
        session.start_operation(operation, limit.left())
        try:
            await feed(waiter, limit)
            if not waiter.done():
                session.end_copy()
                session.send()
            return await waiter  # type: ignore[no-any-return]
        except BaseException:
            session.stop_copy_in(operation, b"COPY aborted due to an exception in its source")
            raise

    async def _send_pieces(
        self, pieces: AsyncIterator[Any], waiter: asyncio.Future[Any], limit: Deadline
    ) -> None:
        while not waiter.done():
            try:
                piece = await within(limit.left(), pieces.__anext__())
            except StopAsyncIteration:
                return
            self._session.copy_data(piece)
            await self._send_copied(waiter)

    async def _send_rows(self, rows: CopyRows, records: Any, waiter: asyncio.Future[Any]) -> None:
        while rows.add_until(records, CHUNK_BYTES) and not waiter.done():
            self._session.copy_messages(rows.take())
            await self._send_copied(waiter)

    async def _send_later_rows(
        self,
        rows: CopyRows,
        records: AsyncIterator[Sequence[Any]],
        waiter: asyncio.Future[Any],
        limit: Deadline,
    ) -> None:
        while not waiter.done():
            try:
                rows.add(await within(limit.left(), records.__anext__()))
            except StopAsyncIteration:
                return
            if rows.size >= CHUNK_BYTES:
                self._session.copy_messages(rows.take())
                await self._send_copied(waiter)

    async def _send_copied(self, waiter: asyncio.Future[Any]) -> None:
        """Send what has been written, and wait until the transport has room for more."""
        session = self._session
        session.send()
        if (room := session.wait_for_room()) is not None:
            await asyncio.wait((room, waiter), return_when=asyncio.FIRST_COMPLETED)
