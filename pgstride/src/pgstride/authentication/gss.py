"""Kerberos by GSSAPI, or by Windows' SSPI: the server's tokens in, the client's out.

The work is done by the packages `gssapi` and `sspilib`, which are optional:
`pip install pgstride[gssauth]`. They ask the ticket server by themselves, and
keep the event loop waiting for that time.

https://www.postgresql.org/docs/current/gssapi-auth.html
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Protocol

from pgstride.exceptions import InterfaceError, InternalClientError

DEFAULT_SERVICE = "postgres"


class SecurityContext(Protocol):
    """What both packages have."""

    @property
    def complete(self) -> bool:
        """Whether both sides know who the other is."""

    def step(self, token: bytes | None) -> bytes | None:
        """The next token, if there is one, after the other side's."""


class GssExchange:
    """The client's side of an exchange of tokens."""

    def __init__(self, context: SecurityContext) -> None:
        self._context = context

    @property
    def complete(self) -> bool:
        """Whether client and server know who the other is."""
        return self._context.complete

    def step(self, token: bytes | None) -> bytes | None:
        """The next token for the server, if there is one, after the server's own.

        Raises InternalClientError, as asyncpg does, for whatever the package raises.
        """
        try:
            return self._context.step(token)
        except Exception as error:
            raise InternalClientError(
                f"unexpected error while performing authentication: {error}"
            ) from error


@dataclass(frozen=True)
class GssService:
    """Whom to authenticate to, and by which library: "gssapi" or "sspi".

    `name` is Kerberos' name of the service (None: the usual one), `host` the
    server's, None for a Unix-domain socket.
    """

    library: str = "gssapi"
    name: str | None = None
    host: str | None = None

    def start(self, *, negotiates: bool) -> GssExchange:
        """The client's side of an exchange.

        `negotiates` says that the server leaves the choice between Kerberos and
        NTLM to the two, which only SSPI can. Raises InterfaceError when the
        library is not installed, InternalClientError for a Unix-domain socket.
        """
        if self.library == "sspi":
            return GssExchange(self._sspi("Negotiate" if negotiates else "Kerberos"))
        return GssExchange(self._gssapi())

    def _gssapi(self) -> SecurityContext:
        gssapi = _library("gssapi")
        service = f"{self.name or DEFAULT_SERVICE}@{self._required_host()}"
        target = gssapi.Name(service, gssapi.NameType.hostbased_service)
        context: SecurityContext = gssapi.SecurityContext(name=target, usage="initiate")
        return context

    def _sspi(self, protocol: str) -> SecurityContext:
        sspilib = _library("sspilib")
        target = f"{self.name or DEFAULT_SERVICE}/{self._required_host()}"
        context: SecurityContext = sspilib.ClientSecurityContext(
            target_name=target, credential=sspilib.UserCredential(protocol=protocol)
        )
        return context

    def _required_host(self) -> str:
        if self.host is None:
            raise InternalClientError(
                "GSSAPI/SSPI authentication is only supported for TCP/IP connections"
            )
        return self.host


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise InterfaceError(
            f"{name} module not found; please install pgstride[gssauth] to "
            "use pgstride with Kerberos/GSSAPI/SSPI authentication"
        ) from None
