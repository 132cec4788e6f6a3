"""A server that a test scripts: one coroutine function says what each connection is answered.

Without encryption, with TLS after SSLRequest, or with TLS from the first byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import backend as b
from tls_proxy import self_signed

SSL_REQUEST, CANCEL_REQUEST = 80877103, 80877102
READY = (
    b.authentication_ok(),
    b.parameter_status("server_version", "18.1"),
    b.parameter_status("in_hot_standby", "off"),
    b.backend_key_data(),
    b.ready_for_query(),
)


class Client:
    """What the driver says on one connection, and what it is answered."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: ScriptedServer
    ) -> None:
        self._reader, self._writer, self._server = reader, writer, server
        self.requests: list[int] = []
        self.code = 0
        self.parameters: dict[str, str] = {}
        self.body = b""

    @property
    def encrypted(self) -> bool:
        return self._writer.get_extra_info("ssl_object") is not None

    @property
    def certificate(self) -> str | None:
        """Whom the driver's certificate is for (its common name), if it has shown one."""
        shown = self._writer.get_extra_info("peercert") or {}
        names = [value for part in shown.get("subject", ()) for kind, value in part]
        return names[0] if names else None

    async def begin(self) -> Client:
        """Answer SSLRequest, take StartupMessage or CancelRequest."""
        while True:
            length = int.from_bytes(await self._reader.readexactly(4), "big")
            data = await self._reader.readexactly(length - 4)
            self.code, self.body = int.from_bytes(data[:4], "big"), data[4:]
            self.requests.append(self.code)
            if self.code != SSL_REQUEST:
                break
            if self._server.context is None:
                self._writer.write(b"N")
            else:
                self._writer.write(b"S")
                await self._writer.start_tls(self._server.context)
        if self.code != CANCEL_REQUEST:
            texts = self.body.decode().split("\0")
            self.parameters = dict(zip(texts[:-2:2], texts[1:-2:2], strict=True))
        return self

    async def read(self) -> tuple[str, bytes]:
        """The next message as (kind, body)."""
        head = await self._reader.readexactly(5)
        return chr(head[0]), await self._reader.readexactly(int.from_bytes(head[1:], "big") - 4)

    async def send(self, *messages: bytes) -> None:
        self._writer.write(b"".join(messages))
        await self._writer.drain()

    async def until_closed(self) -> bytes:
        """What else the driver says before it hangs up."""
        heard = b""
        with contextlib.suppress(OSError):
            while data := await self._reader.read(1 << 16):
                heard += data
        return heard


class ScriptedServer:
    """An async context manager; `clients` are the connections that there were.

    `failures` are exceptions of the script but those of connections that the
    driver has closed; leaving the context raises the first.
    """

    def __init__(
        self,
        script: Callable[[Client], Awaitable[None]],
        *,
        context: ssl.SSLContext | None = None,
        direct: bool = False,
    ) -> None:
        self._script, self.context, self._direct = script, context, direct
        self.clients: list[Client] = []
        self.failures: list[BaseException] = []
        self._running: set[asyncio.Task[Any]] = set()
        self.port = 0

    async def __aenter__(self) -> ScriptedServer:
        if self.context is not None and not self._direct and sys.version_info < (3, 11):
            pytest.skip("asyncio's streams begin TLS from Python 3.11 on")
        self._listener = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self.context if self._direct else None
        )
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._listener.close()
        running = {task for task in self._running if not task.done()}
        if running:
            _, endless = await asyncio.wait(running, timeout=5)
            for task in endless:
                task.cancel()
            assert error or not endless, "the driver has not closed all connections"
        if error is None and self.failures:
            raise self.failures[0]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = Client(reader, writer, self)
        self._running.add(asyncio.current_task())  # type: ignore[arg-type]
        self.clients.append(client)
        try:
            await self._script(client)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the driver has hung up
        except Exception as failure:  # noqa: BLE001 - raised by the test
            self.failures.append(failure)
        finally:
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                writer.close()
                await asyncio.wait_for(writer.wait_closed(), 5)

    @property
    def arguments(self) -> dict[str, Any]:
        """How to connect to it."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": "ann",
            "password": "secret",
            "database": "shop",
            "timeout": 10,
        }


def server_context(directory: Path, *, alpn: bool = False) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS with a certificate of its own, and that certificate's file."""
    certificate, key = self_signed(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if alpn:
        context.set_alpn_protocols(["postgresql"])
    return context, certificate
