"""A proxy that records: clients connect to it, and it talks to the real server."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from types import TracebackType
from typing import Any

from pgbench_drivers.replay.conversation import Conversation
from pgbench_drivers.replay.recording import Recording
from pgbench_drivers.server.base import Endpoint

READ_BYTES = 1 << 18
STOP_TIMEOUT_SECONDS = 10.0

_SSL_REQUEST, _GSSENC_REQUEST, _CANCEL_REQUEST = 80877103, 80877104, 80877102
_MAX_STARTUP_BYTES = 10000


class RecordingProxy:
    """Runs in a thread of its own while the block lasts; `recording` is complete after it."""

    def __init__(self, server: Endpoint, recording: Recording) -> None:
        self._server = server
        self._recording = recording
        self._port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recording proxy", daemon=True)

    def __enter__(self) -> RecordingProxy:
        self._thread.start()
        self._started.wait()
        if not self._port:
            raise OSError("the recording proxy cannot listen on 127.0.0.1")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop and self._ended:
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(STOP_TIMEOUT_SECONDS)

    @property
    def endpoint(self) -> Endpoint:
        """Where clients connect; user, password and database are the server's."""
        return replace(self._server, host="127.0.0.1", port=self._port)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        sessions: set[asyncio.Task[None]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            sessions.add(task)
            try:
                with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                    await self._session(reader, writer)
            finally:
                sessions.discard(task)
                writer.close()

        listener = await asyncio.start_server(accept, "127.0.0.1", 0)
        self._port = listener.sockets[0].getsockname()[1]
        self._started.set()
        await self._ended.wait()
        listener.close()
        for task in list(sessions):
            task.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        startup = await _read_startup(reader, writer)
        if startup is None:
            return
        conversation = Conversation(self._recording, startup[8:])
        upstream_reader, upstream_writer = await self._connect()
        try:
            upstream_writer.write(startup)
            await _first_to_end(
                _pump(reader, upstream_writer, conversation.asked),
                _pump(upstream_reader, writer, conversation.answered),
            )
        finally:
            upstream_writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self._server.host, self._server.port
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)


async def _read_startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
    """The start-up message; encryption is declined, and a CancelRequest (None) not passed on."""
    while True:
        head = await reader.readexactly(8)
        length, code = struct.unpack("!II", head)
        if code == _CANCEL_REQUEST or not 8 <= length <= _MAX_STARTUP_BYTES:
            return None
        if code not in (_SSL_REQUEST, _GSSENC_REQUEST):
            return head + await reader.readexactly(length - 8)
        writer.write(b"N")


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, overhear: Callable[[bytes], None]
) -> None:
    while data := await reader.read(READ_BYTES):
        overhear(data)
        writer.write(data)
        await writer.drain()


async def _first_to_end(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Run until one of them ends, and end the others."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
