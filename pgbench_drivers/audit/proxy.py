"""A proxy that passes every byte on and listens."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any

from pgbench_drivers.audit.conversation import Conversation
from pgbench_drivers.contract.messages import Connection

CHUNK_BYTES = 65_536
LISTEN_ON = "127.0.0.1"
START_TIMEOUT_SECONDS = 10.0
# How long connections may take to end once the client's process has.
DRAIN_SECONDS = 5.0

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class RecordingProxy:
    """Listens as the server does, on TCP or a unix socket, in a thread of its own.

    As a context manager: `connection` is where clients connect. After the
    block `conversations` is complete, in the order of connecting.
    """

    def __init__(self, target: Connection) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.conversations: list[Conversation] = []
        self.connection = target

    def __enter__(self) -> RecordingProxy:
        self._thread.start()
        try:
            self.connection = self._run(self._listen())
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._run(self._drain())
        finally:
            self._stop()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(START_TIMEOUT_SECONDS)

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self._directory is not None:
            self._directory.cleanup()

    async def _listen(self) -> Connection:
        target = self._target
        host, port = LISTEN_ON, target.port
        if target.host.startswith("/"):
            self._directory = tempfile.TemporaryDirectory(prefix="pgbench-drivers-audit-")
            host = self._directory.name
            path = Path(host) / f".s.PGSQL.{port}"
            self._listener = await asyncio.start_unix_server(self._accept, path)
        else:
            self._listener = await asyncio.start_server(self._accept, host, 0)
            port = self._listener.sockets[0].getsockname()[1]
        return Connection(host, port, target.user, target.password, target.database)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        conversation = Conversation()
        self.conversations.append(conversation)
        try:
            server = await self._connect()
        except OSError:
            writer.close()  # the client says that it could not connect
            return
        await _relay((reader, writer), server, conversation)

    async def _connect(self) -> _Streams:
        if self._target.host.startswith("/"):
            path = f"{self._target.host}/.s.PGSQL.{self._target.port}"
            return await asyncio.open_unix_connection(path)
        return await asyncio.open_connection(self._target.host, self._target.port)

    async def _drain(self) -> None:
        """No new connections; those that are open may end, and are ended."""
        if self._listener is not None:
            self._listener.close()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=DRAIN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _relay(client: _Streams, server: _Streams, conversation: Conversation) -> None:
    """Both directions, until one of them ends."""
    directions = [
        asyncio.ensure_future(_pump(client[0], server[1], conversation.from_client)),
        asyncio.ensure_future(_pump(server[0], client[1], conversation.from_server)),
    ]
    try:
        # What the server still says when the client has ended changes nothing,
        # but the client has to hear all that the server said before it ended.
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for direction in directions:
            direction.cancel()
        await asyncio.gather(*directions, return_exceptions=True)
        for _, writer in (client, server):
            writer.close()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listen: Callable[[bytes], None]
) -> None:
    # Listening comes first: nobody can answer what has not been heard.
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(CHUNK_BYTES):
            listen(data)
            writer.write(data)
            await writer.drain()
