"""Where COPY's data comes from and goes to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

# How much of a file is read at once.
READ_BYTES = 512 * 1024

# In what pieces a buffer in memory is handed to the transport.
PIECE_BYTES = 256 * 1024

Writer = Callable[[bytes], Awaitable[Any]]


def _path(end: Any) -> Any:
    try:
        return os.fspath(end)
    except TypeError:
        return None


@asynccontextmanager
async def opened_output(loop: asyncio.AbstractEventLoop, output: Any) -> AsyncIterator[Writer]:
    """A coroutine function that writes bytes to a path, a file object or a coroutine function.

    Files are written in another thread. Raises TypeError for anything else.
    """
    path = _path(output)
    if path is not None:
        file = await loop.run_in_executor(None, open, path, "wb")
    elif hasattr(output, "write"):
        file = output
    elif callable(output):
        yield output
        return
    else:
        raise TypeError(
            "output is expected to be a file-like object, a path-like object "
            f"or a coroutine function, not {type(output).__name__}"
        )

    async def write(data: bytes) -> None:
        await loop.run_in_executor(None, file.write, data)

    try:
        yield write
    finally:
        if path is not None:
            file.close()


@asynccontextmanager
async def opened_source(
    loop: asyncio.AbstractEventLoop, source: Any
) -> AsyncIterator[AsyncIterator[Any]]:
    """Bytes from a path, a file object, an asynchronous iterable or a buffer in memory.

    Files are read in another thread. Raises TypeError for anything else.
    """
    path = _path(source)
    if path is not None:
        file = await loop.run_in_executor(None, open, path, "rb")
        try:
            yield _read(loop, file)
        finally:
            await loop.run_in_executor(None, file.close)
    elif hasattr(source, "read"):
        yield _read(loop, source)
    elif isinstance(source, AsyncIterable):
        yield source.__aiter__()
    else:
        yield _pieces(memoryview(source).cast("B"))


async def _read(loop: asyncio.AbstractEventLoop, file: Any) -> AsyncIterator[bytes]:
    while data := await loop.run_in_executor(None, file.read, READ_BYTES):
        yield data


async def _pieces(data: memoryview) -> AsyncIterator[memoryview]:
    for start in range(0, len(data), PIECE_BYTES):
        yield data[start : start + PIECE_BYTES]
