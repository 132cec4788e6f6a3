"""SCRAM-SHA-256 and -PLUS, the server's side, written from RFC 5802 and RFC 7677."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode


class ScramServer:
    """Knows a password; answers the client's two messages.

    `binding` is the data of the connection's channel binding, if there is some;
    `header` is what the client says of it (b"n", b"y" or b"p=…").
    """

    def __init__(
        self,
        password: str = "secret",
        *,
        salt: bytes = b"pepper",
        iterations: int = 4096,
        binding: bytes | None = None,
    ) -> None:
        self._binding = binding
        self.header = b""
        self._salt = salt
        self._iterations = iterations
        self._salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
        self._client_first_bare = self._server_first = b""

    def first(self, client_first: bytes) -> bytes:
        """server-first-message, for client-first-message."""
        self.header, _, self._client_first_bare = client_first.partition(b",,")
        nonce = dict(_attributes(self._client_first_bare))[b"r"]
        self._server_first = b"r=%s+server,s=%s,i=%d" % (
            nonce,
            b64encode(self._salt),
            self._iterations,
        )
        return self._server_first

    def final(self, client_final: bytes) -> bytes:
        """server-final-message, for client-final-message."""
        without_proof, _, proof = client_final.rpartition(b",p=")
        attributes = dict(_attributes(without_proof))
        bound = (self._binding or b"") if self.header.startswith(b"p=") else b""
        if attributes[b"c"] != b64encode(self.header + b",," + bound):
            return b"e=channel-bindings-dont-match"
        assert attributes[b"r"] == dict(_attributes(self._server_first))[b"r"]
        message = b",".join((self._client_first_bare, self._server_first, without_proof))
        client_key = _hmac(self._salted, b"Client Key")
        signature = _hmac(hashlib.sha256(client_key).digest(), message)
        shown = bytes(a ^ b for a, b in zip(signature, b64decode(proof), strict=True))
        if shown != client_key:
            return b"e=invalid-proof"
        return b"v=" + b64encode(_hmac(_hmac(self._salted, b"Server Key"), message))


def _attributes(message: bytes) -> list[tuple[bytes, bytes]]:
    return [(part[:1], part[2:]) for part in message.split(b",")]


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")
