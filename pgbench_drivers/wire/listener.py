"""What hears a connection message by message."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

from pgbench_drivers.wire import framing
from pgbench_drivers.wire.framing import BackendDecoder, FrontendDecoder, Message, WireError


class DecodingListener(ABC):
    """Feed it what either side sends, in the order in which it was passed on.

    `failure` tells why the bytes were not understood; what comes after that is
    ignored.
    """

    def __init__(self) -> None:
        self.failure: str | None = None
        self._frontend = FrontendDecoder()
        self._backend = BackendDecoder()

    def from_client(self, data: bytes) -> None:
        """Bytes that the client sent."""
        self._feed(self._frontend.feed, data, self._hear_client_message)

    def from_server(self, data: bytes) -> None:
        """Bytes that the server sent."""
        self._feed(self._backend.feed, data, self._hear_server)

    @abstractmethod
    def _hear_client(self, message: Message) -> None:
        """The next message of the client; may raise WireError."""

    @abstractmethod
    def _hear_server(self, message: Message) -> None:
        """The next message of the server; may raise WireError."""

    def _hear_client_message(self, message: Message) -> None:
        if message.kind in (framing.SSL_REQUEST, framing.GSSENC_REQUEST):
            self._backend.expect_negotiation()
        self._hear_client(message)

    def _feed(
        self,
        decode: Callable[[bytes], Iterator[Message]],
        data: bytes,
        hear: Callable[[Message], None],
    ) -> None:
        if self.failure is not None:
            return
        try:
            for message in decode(data):
                hear(message)
        except WireError as error:
            self.failure = str(error)
