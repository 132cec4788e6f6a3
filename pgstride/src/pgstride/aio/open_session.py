"""From one endpoint to a session that has been started up."""

from __future__ import annotations

import asyncio
import inspect

from pgstride.aio.open_transport import Opener
from pgstride.aio.transport import SocketSession
from pgstride.authentication import AuthenticationPolicy, GssService
from pgstride.connecting import Endpoint, Resolved, TcpEndpoint
from pgstride.exceptions import (
    ConnectionDoesNotExistError,
    InvalidAuthorizationSpecificationError,
    InvalidPasswordError,
    PostgresError,
)


async def open_session(
    endpoint: Endpoint, resolved: Resolved, loop: asyncio.AbstractEventLoop
) -> SocketSession:
    """A session at the endpoint, encrypted as the plan prescribes."""
    first, *others = (
        _Attempt(Opener(endpoint, resolved.parameters, loop, encrypt), endpoint, resolved)
        for encrypt in resolved.parameters.tls.attempts(endpoint)
    )
    try:
        return await first.open()
    except Exception as refusal:
        if not others or not first.refused:
            raise
        try:
            return await others[0].open()
        except Exception as error:
            # "Wrong password" says more than that there is no other way in.
            if isinstance(refusal, InvalidPasswordError) and isinstance(error, NO_OTHER_WAY):
                raise refusal from None
            raise error from refusal


NO_OTHER_WAY = (InvalidAuthorizationSpecificationError, ConnectionDoesNotExistError)


class _Attempt:
    """Opens a session, encrypted or not.

    When that fails, `refused` says that the server may let a connection of the
    other kind in: pg_hba.conf may allow one kind only, or TLS not work out.
    """

    def __init__(self, opener: Opener, endpoint: Endpoint, resolved: Resolved) -> None:
        self.refused = False
        self._opener = opener
        self._endpoint = endpoint
        self._resolved = resolved

    async def open(self) -> SocketSession:
        try:
            transport, session = await self._opener.open(self._make_session)
        except OSError:
            self.refused = self._opener.handshaking
            raise
        try:
            await self._start_up(session, server_certificate(transport))
        except BaseException:
            session.abort()
            raise
        return session

    def _make_session(self) -> SocketSession:
        opener, options = self._opener, self._resolved.options

        async def send_cancel(opened: asyncio.BaseTransport, request: bytes) -> None:
            transport, protocol = await opener.to_peer_of(opened).open(
                lambda: _CancelProtocol(opener.loop, request)
            )
            try:
                await protocol.closed
            finally:
                transport.abort()

        return SocketSession(
            opener.loop,
            statement_limit=options.statement_cache_size,
            statement_lifetime=options.max_cached_statement_lifetime,
            send_cancel=send_cancel,
        )

    async def _start_up(self, session: SocketSession, certificate: bytes | None) -> None:
        parameters = self._resolved.parameters
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
            service=self._service(),
        )
        operation = session.start_up(
            startup,
            password,
            session.loop.create_future(),
            policy,
            oldest_version=parameters.protocol_versions.oldest,
            version=parameters.protocol_versions.newest,
        )
        try:
            await session.start_operation(operation, None)
        except PostgresError as error:
            by_server = error.severity is not None or isinstance(error, ConnectionDoesNotExistError)
            other_kind = self._opener.encrypts == (certificate is not None)
            self.refused = by_server and other_kind and not operation.authenticated
            raise

    def _service(self) -> GssService:
        parameters, endpoint = self._resolved.parameters, self._endpoint
        return GssService(
            parameters.gsslib,
            parameters.krbsrvname,
            endpoint.host if isinstance(endpoint, TcpEndpoint) else None,
        )


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
