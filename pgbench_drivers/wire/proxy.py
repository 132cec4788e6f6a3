"""A proxy that passes every byte on and lets somebody listen."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from pgbench_drivers.wire import framing

CHUNK_BYTES = 1 << 18
LISTEN_ON = "127.0.0.1"
START_TIMEOUT_SECONDS = 10.0
# How long connections may take to end once the client's process has.
DRAIN_SECONDS = 5.0

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Listener(Protocol):
    """What hears one connection; each side's bytes come in the order of their sending."""

    def from_client(self, data: bytes, /) -> None:
        """Bytes that the client sent."""

    def from_server(self, data: bytes, /) -> None:
        """Bytes that the server sent, or the proxy when it declined encryption."""


ListenerT = TypeVar("ListenerT", bound=Listener)


class Proxy(Generic[ListenerT]):
    """Stands before the server at `host` and `port`, in a thread of its own.

    As a context manager: it listens as the server does, on TCP or a unix
    socket, and its own `host` and `port` are where clients connect. Requests
    of encryption are declined, since what is encrypted cannot be overheard.
    After the block `listeners`, made by `listen` for each connection, have
    heard everything, and stand in the order of connecting.
    """

    def __init__(self, host: str, port: int, listen: Callable[[], ListenerT]) -> None:
        self._server = host, port
        self._listen_to_one = listen
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.listeners: list[ListenerT] = []
        self.host, self.port = host, port

    def __enter__(self) -> Proxy[ListenerT]:
        self._thread.start()
        try:
            self._run(self._start())
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

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        future.result(START_TIMEOUT_SECONDS)

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self._directory is not None:
            self._directory.cleanup()

    async def _start(self) -> None:
        host, port = self._server
        if host.startswith("/"):
            self._directory = tempfile.TemporaryDirectory(prefix="pgbench-drivers-")
            self.host = self._directory.name
            path = Path(self.host) / f".s.PGSQL.{port}"
            self._listener = await asyncio.start_unix_server(self._accept, path)
        else:
            self._listener = await asyncio.start_server(self._accept, LISTEN_ON, 0)
            self.host, self.port = LISTEN_ON, self._listener.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        listener = self._listen_to_one()
        self.listeners.append(listener)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._session((reader, writer), listener)
        finally:
            writer.close()  # a client whose server is not there says so itself

    async def _session(self, client: _Streams, listener: Listener) -> None:
        head = await _decline_encryption(client, listener)
        server = await self._connect()
        try:
            listener.from_client(head)
            server[1].write(head)
            await _relay(client, server, listener)
        finally:
            server[1].close()

    async def _connect(self) -> _Streams:
        host, port = self._server
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _drain(self) -> None:
        """No new connections; those that are open may end, and are ended."""
        if self._listener is not None:
            self._listener.close()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=DRAIN_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _decline_encryption(client: _Streams, listener: Listener) -> bytes:
    """The head of the first packet that does not ask for encryption."""
    reader, writer = client
    while True:
        head = await reader.readexactly(framing.UNTYPED_HEAD_BYTES)
        if not framing.asks_for_encryption(head):
            return head
        listener.from_client(head)
        listener.from_server(framing.DECLINED)
        writer.write(framing.DECLINED)


async def _relay(client: _Streams, server: _Streams, listener: Listener) -> None:
    """Both directions, until one of them ends."""
    directions = [
        asyncio.ensure_future(_pump(client[0], server[1], listener.from_client)),
        asyncio.ensure_future(_pump(server[0], client[1], listener.from_server)),
    ]
    try:
        # What the server still says when the client has ended changes nothing,
        # but the client has to hear all that the server said before it ended.
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for direction in directions:
            direction.cancel()
        await asyncio.gather(*directions, return_exceptions=True)


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listen: Callable[[bytes], None]
) -> None:
    # Listening comes first: nobody can answer what has not been heard.
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(CHUNK_BYTES):
            listen(data)
            writer.write(data)
            await writer.drain()
