"""Connections to an endpoint: sockets, and TLS above them."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
from collections.abc import Callable
from typing import Any, TypeVar

from pgstride.aio.tcp import set_tcp_options
from pgstride.connecting import (
    ConnectionParameters,
    Endpoint,
    LoadBalanceHosts,
    SSLMode,
    TcpEndpoint,
    UnixEndpoint,
)
from pgstride.connecting.tls_context import ALPN_PROTOCOLS
from pgstride.core.startup import SSL_REQUEST
from pgstride.exceptions import InterfaceError

P = TypeVar("P", bound=asyncio.BaseProtocol)


class Opener:
    """Opens connections to an endpoint, by the way of one of the plan's attempts.

    `encrypts` says whether TLS is tried, `handshaking` that it has begun and not
    succeeded yet.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        parameters: ConnectionParameters,
        loop: asyncio.AbstractEventLoop,
        encrypt: bool,
    ) -> None:
        self.loop = loop
        self.encrypts = encrypt
        self.handshaking = False
        self._endpoint = endpoint
        self._parameters = parameters
        self._required = parameters.tls.mode >= SSLMode.require
        # A name may stand for several machines.
        self._address: tuple[str, int] | None = None

    def to_peer_of(self, transport: asyncio.BaseTransport) -> Opener:
        """Opens connections to the very server of an open one, encrypted if that is."""
        made = Opener(self._endpoint, self._parameters, self.loop, encrypt=False)
        if transport.get_extra_info("ssl_object") is not None:
            made.encrypts = made._required = True
        made._address = _numeric(transport.get_extra_info("peername"))
        return made

    async def open(self, factory: Callable[[], P]) -> tuple[asyncio.Transport, P]:
        """A connection with a protocol that `factory` makes.

        Raises OSError when the server cannot be reached or refuses encryption
        that is required, InterfaceError when it answers nonsense.
        """
        endpoint = self._endpoint
        if isinstance(endpoint, UnixEndpoint):
            return await self.loop.create_unix_connection(factory, endpoint.path)
        if not self.encrypts:
            return await self._connect(endpoint, factory)
        tls = self._parameters.tls
        if tls.direct:
            how = {"ssl": tls.context, "server_hostname": endpoint.host}
            transport, protocol = await self._connect(endpoint, factory, **how)
            if tls.demands_alpn:
                self._check_alpn(transport)
            return transport, protocol
        transport, asking = await self._connect(endpoint, lambda: _TlsRequest(self.loop))
        try:
            return await self._after_request(factory, transport, asking, endpoint.host)
        except BaseException:
            transport.abort()
            raise

    async def _connect(
        self, endpoint: TcpEndpoint, factory: Callable[[], P], **how: Any
    ) -> tuple[asyncio.Transport, P]:
        *others, last = await self._addresses(endpoint)
        for address in others:
            try:
                return await self._connect_to(address, factory, **how)
            except OSError:
                continue
        return await self._connect_to(last, factory, **how)

    async def _connect_to(
        self, address: tuple[str, int], factory: Callable[[], P], **how: Any
    ) -> tuple[asyncio.Transport, P]:
        transport, protocol = await self.loop.create_connection(factory, *address, **how)
        try:
            set_tcp_options(transport, self._parameters.tcp)
        except BaseException:
            transport.abort()
            raise
        return transport, protocol

    async def _addresses(self, endpoint: TcpEndpoint) -> list[tuple[str, int]]:
        """Where to try in turn. The loop itself tries all addresses of a name in their order."""
        if self._address is not None:
            return [self._address]
        if self._parameters.load_balance_hosts is LoadBalanceHosts.disable:
            return [endpoint.address]
        found = await self.loop.getaddrinfo(*endpoint.address, type=socket.SOCK_STREAM)
        addresses = {_numeric(info[4]) or endpoint.address for info in found}
        return random.sample(sorted(addresses), len(addresses)) or [endpoint.address]

    def _check_alpn(self, transport: asyncio.Transport) -> None:
        if transport.get_extra_info("ssl_object").selected_alpn_protocol() not in ALPN_PROTOCOLS:
            transport.abort()
            raise ConnectionError(
                f"the server at {self._endpoint} did not agree by ALPN to speak PostgreSQL's "
                "protocol: with sslnegotiation=direct, it has to, and an SSLContext of your own "
                'needs set_alpn_protocols(["postgresql"])'
            )

    async def _after_request(
        self, factory: Callable[[], P], transport: Any, asking: _TlsRequest, name: str
    ) -> tuple[asyncio.Transport, P]:
        """Begin TLS, or go on without where the server has none and none is required."""
        accepted = await asking.answer
        if asking.excess:
            raise InterfaceError(INJECTED)
        if not accepted and self._required:
            raise ConnectionError(
                f"PostgreSQL server at {self._endpoint} rejected SSL upgrade: "
                "it is not set up for TLS"
            )
        protocol = factory()
        if accepted:
            context = self._parameters.tls.context
            assert isinstance(context, ssl.SSLContext)
            self.handshaking = True
            transport = await self.loop.start_tls(
                transport, protocol, context, server_hostname=name
            )
            self.handshaking = False
            assert transport is not None
        else:
            transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return transport, protocol


INJECTED = (
    "the answer to SSLRequest is followed by data that is not encrypted, "
    "which anybody may have sent"
)


class _TlsRequest(asyncio.Protocol):
    """Sends SSLRequest and takes its answer of one byte.

    Anything more is refused: it came before encryption, so that anybody may
    have sent it (CVE-2021-23222). For that reason errors do not show it either.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.answer: asyncio.Future[bool] = loop.create_future()
        self.excess = False
        # Nobody asks for an error that comes when connecting was cancelled.
        self.answer.add_done_callback(lambda answer: answer.cancelled() or answer.exception())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(SSL_REQUEST)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if self.answer.done():
            self.excess = True
        elif data in (b"S", b"N"):
            self.answer.set_result(data == b"S")
        elif data[:1] in (b"S", b"N"):
            self.answer.set_exception(InterfaceError(INJECTED))
        elif data[:1] == b"E":
            self.answer.set_exception(
                InterfaceError(
                    "the server answers SSLRequest with an error",
                    hint="See its log: what came is not shown, as anybody may have sent it.",
                )
            )
        else:
            self.answer.set_exception(
                InterfaceError("unexpected answer to SSLRequest: is it a PostgreSQL server?")
            )

    def connection_lost(self, error: Exception | None) -> None:
        if not self.answer.done():
            self.answer.set_exception(
                ConnectionError("unexpected connection_lost() call") if error is None else error
            )


def _numeric(peer: tuple[Any, ...] | None) -> tuple[str, int] | None:
    """The address that a socket is connected to, as the event loop takes it."""
    if not isinstance(peer, tuple):
        return None
    host, port, *ipv6 = peer
    scope = ipv6[1] if len(ipv6) == 2 else 0
    return (f"{host}%{scope}" if scope and "%" not in host else host), port
