"""From one endpoint to a session that has been started up."""

from __future__ import annotations

import asyncio
import inspect

from pgstride.aio.open_transport import Opener
from pgstride.aio.transport import SocketSession
from pgstride.authentication import AuthenticationPolicy
from pgstride.connecting import Endpoint, Resolved
from pgstride.exceptions import InvalidAuthorizationSpecificationError


async def open_session(
    endpoint: Endpoint, resolved: Resolved, loop: asyncio.AbstractEventLoop
) -> SocketSession:
    """A session at the endpoint, encrypted as the plan prescribes."""
    attempts = resolved.parameters.tls.attempts(endpoint)
    for encrypt in attempts[:-1]:
        try:
            return await _attempt(Opener(endpoint, resolved.parameters, loop, encrypt), resolved)
        except (InvalidAuthorizationSpecificationError, ConnectionError):
            continue  # pg_hba.conf may allow the other kind only
    return await _attempt(Opener(endpoint, resolved.parameters, loop, attempts[-1]), resolved)


async def _attempt(opener: Opener, resolved: Resolved) -> SocketSession:
    loop = opener.loop

    async def send_cancel(opened: asyncio.BaseTransport, request: bytes) -> None:
        transport, protocol = await opener.to_peer_of(opened).open(
            lambda: _CancelProtocol(loop, request)
        )
        try:
            await protocol.closed
        finally:
            transport.abort()

    def make_session() -> SocketSession:
        return SocketSession(
            loop,
            statement_limit=resolved.options.statement_cache_size,
            statement_lifetime=resolved.options.max_cached_statement_lifetime,
            send_cancel=send_cancel,
        )

    transport, session = await opener.open(make_session)
    try:
        await _start_up(session, resolved, server_certificate(transport))
    except BaseException:
        session.abort()
        raise
    return session


async def _start_up(
    session: SocketSession, resolved: Resolved, certificate: bytes | None
) -> None:
    parameters = resolved.parameters
    password = parameters.current_password()
    if inspect.isawaitable(password):
        password = await password
    startup = {
        "user": parameters.user,
        "database": parameters.database,
        **parameters.server_settings,
        "client_encoding": "UTF8",
    }
    policy = AuthenticationPolicy(
        methods=parameters.require_auth,
        channel_binding=parameters.channel_binding.value,
        certificate=certificate,
    )
    operation = session.start_up(startup, password, session.loop.create_future(), policy)
    await session.start_operation(operation, None)


def server_certificate(transport: asyncio.BaseTransport) -> bytes | None:
    """The certificate (DER) that the server has shown; `None` without encryption."""
    tls = transport.get_extra_info("ssl_object")
    return None if tls is None else tls.getpeercert(binary_form=True)


class _CancelProtocol(asyncio.Protocol):
    """Sends a CancelRequest; the server closes the connection once it has acted on it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, request: bytes) -> None:
        self.closed: asyncio.Future[None] = loop.create_future()
        self._request = request

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def connection_lost(self, error: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)
