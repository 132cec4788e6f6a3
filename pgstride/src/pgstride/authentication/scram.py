"""SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, the client's side (RFC 5802, RFC 7677)."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode

from pgstride.authentication.saslprep import prepare_password
from pgstride.exceptions import InterfaceError, ProtocolError

# The server says how long the client computes: 2 million are about a second,
# PostgreSQL's default is 4096, and 600,000 is what cautious operators set.
MAX_ITERATIONS = 2_000_000
NONCE_BYTES = 18
DIGEST_BYTES = 32

_NONCE = re.compile(rb"[!-+\--~]+")


class ScramClient:
    """One exchange: `first_message()`, `final_message()`, `verify()`, each once and in this order.

    `channel_binding` is the `tls-server-end-point` data of the connection's
    certificate; with it, the mechanism is SCRAM-SHA-256-PLUS. On an encrypted
    connection whose server does not offer that mechanism,
    `channel_binding_refused=True` lets the server find out when somebody in
    between has taken it off the offer.

    PostgreSQL takes the user's name from the startup message and ignores the
    one here, which may be empty.
    """

    def __init__(
        self,
        user: str,
        password: str,
        *,
        nonce: bytes | None = None,
        channel_binding: bytes | None = None,
        channel_binding_refused: bool = False,
        max_iterations: int = MAX_ITERATIONS,
    ) -> None:
        self._password = password
        self._nonce = b64encode(secrets.token_bytes(NONCE_BYTES)) if nonce is None else nonce
        self._max_iterations = max_iterations
        self._with_binding = channel_binding is not None
        if channel_binding is not None:
            self._gs2_header = b"p=tls-server-end-point,,"
        else:
            self._gs2_header = b"y,," if channel_binding_refused else b"n,,"
        self._binding = self._gs2_header + (channel_binding or b"")
        name = user.encode().replace(b"=", b"=3D").replace(b",", b"=2C")
        self._first_bare = b"n=" + name + b",r=" + self._nonce
        self._server_signature: bytes | None = None
        self._verified = False

    @property
    def mechanism(self) -> str:
        """The SASL mechanism's name."""
        return "SCRAM-SHA-256-PLUS" if self._with_binding else "SCRAM-SHA-256"

    @property
    def verified(self) -> bool:
        """Whether the server has shown that it knows the password too."""
        return self._verified

    def first_message(self) -> bytes:
        """The data of SASLInitialResponse."""
        return self._gs2_header + self._first_bare

    def final_message(self, server_first: bytes) -> bytes:
        """The data of SASLResponse, for the data of AuthenticationSASLContinue.

        Raises `ProtocolError` when that is malformed, repeated, does not
        extend our nonce, or demands an absurd number of iterations.
        """
        if self._server_signature is not None:
            raise ProtocolError("AuthenticationSASLContinue came twice")
        nonce, salt, iterations = self._parse_server_first(server_first)
        salted = hashlib.pbkdf2_hmac("sha256", prepare_password(self._password), salt, iterations)
        client_key = _hmac(salted, b"Client Key")
        without_proof = b"c=" + b64encode(self._binding) + b",r=" + nonce
        signed = b",".join((self._first_bare, server_first, without_proof))
        signature = _hmac(hashlib.sha256(client_key).digest(), signed)
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        self._server_signature = _hmac(_hmac(salted, b"Server Key"), signed)
        return without_proof + b",p=" + b64encode(proof)

    def verify(self, server_final: bytes) -> None:
        """Check the data of AuthenticationSASLFinal.

        Raises `InterfaceError` when the server does not know the password or
        refuses ours, `ProtocolError` when the data is malformed or comes too
        early.
        """
        if self._server_signature is None:
            raise ProtocolError("AuthenticationSASLFinal came before AuthenticationSASLContinue")
        value = server_final.partition(b",")[0]
        if value.startswith(b"e="):
            reason = value[2:].decode("utf-8", "replace")
            raise InterfaceError(f"SCRAM authentication failed: the server says {reason!r}")
        signature = _decode(_value(value, b"v", "server-final-message"), "server-final-message")
        if not hmac.compare_digest(signature, self._server_signature):
            raise InterfaceError(
                "could not verify the server's signature for SCRAM authentication",
                detail="The server does not know the password: it may not be the one it claims.",
            )
        self._verified = True

    def _parse_server_first(self, message: bytes) -> tuple[bytes, bytes, int]:
        # Extensions may follow the three; one before them (m=) must be understood, and none is.
        attributes = message.split(b",")
        if len(attributes) < 3:
            raise _malformed("server-first-message", "attributes r, s and i are expected")
        name = "server-first-message"
        nonce = _value(attributes[0], b"r", name)
        salt = _decode(_value(attributes[1], b"s", name), name)
        iterations = _value(attributes[2], b"i", name)
        if not _NONCE.fullmatch(nonce):
            raise _malformed(name, "the nonce has characters that are not allowed")
        if not nonce.startswith(self._nonce) or len(nonce) == len(self._nonce):
            raise ProtocolError(f"SCRAM {name}: the server's nonce does not extend the client's")
        if not salt:
            raise _malformed(name, "the salt is empty")
        # Of eleven digits or more, int() need not look at each.
        if not iterations.isdigit() or iterations.startswith(b"0"):
            raise _malformed(name, "the iteration count is not a positive number")
        if len(iterations) > 10 or int(iterations) > self._max_iterations:
            raise ProtocolError(
                f"SCRAM {name}: the server demands more than {self._max_iterations} iterations"
            )
        return nonce, salt, int(iterations)


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _value(attribute: bytes, name: bytes, message: str) -> bytes:
    if not attribute.startswith(name + b"="):
        raise _malformed(message, f"attribute {name.decode()} is expected")
    return attribute[2:]


def _decode(value: bytes, message: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except binascii.Error:
        raise _malformed(message, "invalid base64") from None


def _malformed(message: str, reason: str) -> ProtocolError:
    return ProtocolError(f"malformed SCRAM {message}: {reason}")
