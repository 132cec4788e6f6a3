"""A TCP proxy between driver and server that fails after a given number of bytes.

It runs in a thread and event loop of its own, so that what is left in the
driver's loop is the driver's.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

FROM_SERVER, TO_SERVER = "from the server", "to the server"

# How a connection fails: both sides are closed; the client's is reset; nothing
# passes any more; the client's side is closed for what comes from the server.
CLOSE, RESET, STALL, TRUNCATE = "close", "reset", "stall", "truncate"
MODES = (CLOSE, RESET, STALL, TRUNCATE)


@dataclass
class Fault:
    """`mode` after `position` bytes in `direction`, counted from `arm()` on.

    It meets the first connection; later ones, of cancel requests, pass unless
    it is `for_all`.
    """

    mode: str = CLOSE
    position: int = 1 << 60
    direction: str = FROM_SERVER
    for_all: bool = False
    armed: bool = True
    passed: dict[str, int] = field(default_factory=lambda: {FROM_SERVER: 0, TO_SERVER: 0})
    happened: bool = False

    def arm(self, position: int, mode: str, direction: str = FROM_SERVER) -> None:
        self.passed = {FROM_SERVER: 0, TO_SERVER: 0}
        self.mode, self.position, self.direction, self.armed = mode, position, direction, True


class FaultProxy:
    """A context manager; `listen` gives the port of a proxy with a fault."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @contextlib.contextmanager
    def listen(self, fault: Fault) -> Iterator[int]:
        """The port of a listener whose first connection has the fault."""
        pairs: list[_Pair] = []

        def accept() -> _Side:
            pair = _Pair(self._loop, self._target, fault, meets=fault.for_all or not pairs)
            pairs.append(pair)
            return pair.client

        async def start() -> asyncio.AbstractServer:
            return await self._loop.create_server(accept, "127.0.0.1", 0)

        async def stop() -> None:
            listener.close()
            for pair in pairs:
                pair.end()
            await asyncio.sleep(0)

        listener = self._run(start())
        try:
            yield listener.sockets[0].getsockname()[1]
        finally:
            self._run(stop())

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)


class _Pair:
    """One connection to the proxy, and the one that it makes to the server."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, target: tuple[str, int], fault: Fault, *, meets: bool
    ) -> None:
        self._fault = fault if meets else Fault()
        self.client = _Side(self, TO_SERVER)
        self.server = _Side(self, FROM_SERVER)
        self._stalled = False
        self._connecting = loop.create_task(self._connect(loop, target))

    async def _connect(self, loop: asyncio.AbstractEventLoop, target: tuple[str, int]) -> None:
        try:
            await loop.create_connection(lambda: self.server, *target)
        except OSError:
            self.end()

    def pass_on(self, direction: str, data: bytes) -> None:
        """Hand data over as far as it passes, and let the fault happen."""
        if self._stalled:
            return
        fault = self._fault
        counted = fault.passed[direction]
        fault.passed[direction] = counted + len(data)
        here = fault.armed and fault.direction == direction
        if here and counted + len(data) >= fault.position:
            self.other(direction).write(data[: fault.position - counted])
            self._fail()
        else:
            self.other(direction).write(data)

    def other(self, direction: str) -> _Side:
        return self.client if direction == FROM_SERVER else self.server

    def lost(self, side: _Side) -> None:
        if not self._stalled:
            (self.server if side is self.client else self.client).close()

    def check_at_once(self) -> None:
        """A fault at position 0 happens without any byte."""
        if self._fault.armed and self._fault.position <= 0:
            self._fail()

    def _fail(self) -> None:
        fault = self._fault
        fault.happened = self._stalled = True
        if fault.mode == RESET:
            self.client.reset()
            self.server.close()
        elif fault.mode == CLOSE:
            self.end()
        elif fault.mode == TRUNCATE:
            self.client.half_close()

    def end(self) -> None:
        self._stalled = True
        self._connecting.cancel()
        self.client.close()
        self.server.close()


class _Side(asyncio.Protocol):
    """One of a pair's two connections."""

    def __init__(self, pair: _Pair, direction: str) -> None:
        self._pair = pair
        self._direction = direction
        self._transport: Any = None
        self._early = b""
        self._closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        if self._closed:
            self._transport.abort()
        elif self._early:
            self._transport.write(self._early)
        if self._direction == TO_SERVER:
            self._pair.check_at_once()

    def data_received(self, data: bytes) -> None:
        self._pair.pass_on(self._direction, data)

    def connection_lost(self, error: Exception | None) -> None:
        self._closed = True
        self._pair.lost(self)

    def write(self, data: bytes) -> None:
        if self._transport is None:
            self._early += data
        elif not self._closed:
            self._transport.write(data)

    def close(self) -> None:
        self._closed = True
        if self._transport is not None:
            self._transport.close()

    def half_close(self) -> None:
        if self._transport is not None:
            self._transport.write_eof()

    def reset(self) -> None:
        """Close with a reset: what was written just now still goes out before it."""
        if self._transport is not None:
            connection = self._transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()
