"""What the client insists on before a server gets anything that depends on the password."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from pgstride.authentication.channel_binding import server_end_point
from pgstride.authentication.gss import GssExchange, GssService
from pgstride.authentication.scram import ScramClient
from pgstride.exceptions import InterfaceError

PLAIN = "SCRAM-SHA-256"
PLUS = "SCRAM-SHA-256-PLUS"


@dataclass(frozen=True)
class AuthenticationPolicy:
    """`methods` are those that are allowed, by libpq's names, or `None` for all.

    `channel_binding` is libpq's: "disable", "prefer" or "require".
    `certificate` is the server's (DER), `None` on a connection that is not
    encrypted. `service` is whom Kerberos is asked about.
    """

    methods: frozenset[str] | None = None
    channel_binding: str = "prefer"
    certificate: bytes | None = field(default=None, repr=False)
    service: GssService = field(default_factory=GssService)

    def check_method(self, method: str) -> None:
        """Look at what the server asks for, by libpq's name of the method.

        "none" is what it asks for when it asks for nothing. Raises
        `InterfaceError` when the method is not acceptable.
        """
        if self.methods is not None and method not in self.methods:
            allowed = ", ".join(sorted(self.methods)) or "none of those there are"
            raise InterfaceError(
                f"require_auth: the server asks for the method {method!r}, allowed are: {allowed}"
            )
        if self.channel_binding == "require" and method not in {"scram-sha-256", "none"}:
            raise InterfaceError(
                f"channel_binding=require: the server asks for the method {method!r}, "
                "which cannot be bound to the connection"
            )

    def start_scram(self, offered: Collection[str], user: str, password: str) -> ScramClient:
        """The exchange by the best of the offered mechanisms.

        Raises `InterfaceError` when none of them is acceptable.
        """
        binding = self._binding() if PLUS in offered else None
        if binding is not None:
            return ScramClient(user, password, channel_binding=binding)
        if self.channel_binding == "require":
            raise InterfaceError(
                "channel_binding=require: "
                + (
                    "the connection is not encrypted"
                    if self.certificate is None
                    else "the server does not offer it"
                )
            )
        if PLAIN not in offered:
            raise InterfaceError(
                f"the server offers no SASL mechanism but {', '.join(offered) or 'none'}"
            )
        could = self.channel_binding == "prefer" and self.certificate is not None
        refused = could and PLUS not in offered
        return ScramClient(user, password, channel_binding_refused=refused)

    def start_gss(self, *, negotiates: bool) -> GssExchange:
        """The exchange by Kerberos, or by what SSPI `negotiates`.

        Raises `InterfaceError` when it is not acceptable or its library is missing.
        """
        self.check_method("sspi" if negotiates else "gss")
        return self.service.start(negotiates=negotiates)

    def check_accepted(self, asked: bool, scram: ScramClient | None) -> None:
        """Look at how the server came to say AuthenticationOk, whether it has `asked` at all.

        Raises `InterfaceError` when it asked for less than is demanded.
        """
        if not asked:
            self.check_method("none")
        if self.channel_binding == "require" and (scram is None or scram.mechanism != PLUS):
            raise InterfaceError("channel_binding=require: the server let the client in without it")

    def _binding(self) -> bytes | None:
        """The binding data, where there may be and can be some."""
        if self.certificate is None or self.channel_binding == "disable":
            return None
        try:
            return server_end_point(self.certificate)
        except InterfaceError:
            # Such as of Ed25519, for which RFC 5929 defines no hash.
            if self.channel_binding == "require":
                raise
            return None
