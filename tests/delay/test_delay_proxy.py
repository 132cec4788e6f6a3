"""The delaying proxy: late by what it was told, never early, in order, and whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pgbench_drivers.server import Endpoint, ServerError
from pgbench_drivers.server.delay import DelayProxy
from pgbench_drivers.toolchains.c import SANITIZERS, build_delay_proxy

MILLISECONDS = 20.0
SECONDS = MILLISECONDS / 1000
TIMEOUT_SECONDS = 20
Handler = Callable[[socket.socket], None]


@pytest.fixture(scope="session")
def checked_program() -> Path:
    """Undefined behaviour, wrong memory accesses and leaks end it with an exit code."""
    return build_delay_proxy(print, SANITIZERS)


class Backend:
    """A server of the tests: `handle` is called with every connection, in a thread of its own."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(TIMEOUT_SECONDS)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            self._handle(connection)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def behind(checked_program: Path) -> Iterator[Callable[..., socket.socket]]:
    """A connection to a handler through a proxy, which must not end with a complaint."""
    backends: list[Backend] = []
    proxies: list[DelayProxy] = []
    clients: list[socket.socket] = []

    def connect(handle: Handler, milliseconds: float = MILLISECONDS) -> socket.socket:
        backends.append(Backend(handle))
        endpoint = Endpoint("127.0.0.1", backends[-1].port, "u", None, "d")
        proxies.append(DelayProxy(checked_program, endpoint, milliseconds).__enter__())
        where = proxies[-1].endpoint
        clients.append(socket.create_connection((where.host, where.port), TIMEOUT_SECONDS))
        return clients[-1]

    yield connect
    for proxy in proxies:
        ended = proxy.stop()
        assert ended.code == 0, ended.stderr
    for each in (*clients, *backends):
        each.close()


def echo(connection: socket.socket) -> None:
    while data := connection.recv(65536):
        connection.sendall(data)


def exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        assert piece, f"ended after {len(data)} of {length} bytes"
        data += piece
    return data


def everything(connection: socket.socket) -> bytes:
    data = bytearray()
    while piece := connection.recv(65536):
        data += piece
    return bytes(data)


def test_a_round_trip_is_never_shorter_than_the_delay(behind) -> None:
    client = behind(echo)
    for _ in range(20):
        start = time.monotonic()
        client.sendall(b"x")
        exactly(client, 1)
        assert time.monotonic() - start >= SECONDS


def test_each_direction_takes_half_of_it(behind) -> None:
    arrived: list[float] = []

    def note(connection: socket.socket) -> None:
        while connection.recv(1):
            arrived.append(time.monotonic())
            connection.sendall(b"y")

    client = behind(note)
    for _ in range(5):
        start = time.monotonic()
        client.sendall(b"x")
        exactly(client, 1)
        assert arrived[-1] - start >= SECONDS / 2
        assert time.monotonic() - arrived[-1] >= SECONDS / 2


def test_what_is_on_its_way_does_not_hold_up_what_follows(behind) -> None:
    client = behind(echo, 1000.0)
    start = time.monotonic()
    for number in range(100):
        client.sendall(bytes([number]))
        time.sleep(0.0001)
    assert exactly(client, 100) == bytes(range(100))
    assert time.monotonic() - start < 100  # a second each, one after the other


@pytest.mark.parametrize("milliseconds", [0.1, 3.0])
def test_bytes_arrive_whole_and_in_order(behind, milliseconds: float) -> None:
    sent = random.Random(1).randbytes(20_000_000)
    client = behind(echo, milliseconds)

    def send() -> None:
        at = 0
        chance = random.Random(2)
        while at < len(sent):
            length = chance.choice((1, 17, 1000, 70_000, 1_000_000))
            client.sendall(sent[at : at + length])
            at += length
        client.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    received = everything(client)
    sender.join()
    assert hashlib.sha256(received).digest() == hashlib.sha256(sent).digest()


def test_half_of_a_connection_can_be_closed(behind) -> None:
    def answer_at_the_end(connection: socket.socket) -> None:
        connection.sendall(b"%d" % len(everything(connection)))

    client = behind(answer_at_the_end)
    client.sendall(b"x" * 1234)
    client.shutdown(socket.SHUT_WR)
    assert everything(client) == b"1234"


def test_last_words_come_before_the_end(behind) -> None:
    def speak_and_go(connection: socket.socket) -> None:
        connection.sendall(b"goodbye")

    client = behind(speak_and_go)
    start = time.monotonic()
    assert everything(client) == b"goodbye"
    assert time.monotonic() - start >= SECONDS / 2


def test_a_client_that_does_not_read_holds_its_server_up(behind) -> None:
    """So that memory is bounded: what nobody takes stays with its sender."""
    most = 64_000_000
    sent = []
    is_full = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.settimeout(1)
        chunk = b"x" * 1_000_000
        try:
            while sum(sent) < most:
                sent.append(connection.send(chunk))
        except TimeoutError:
            is_full.set()

    client = behind(talk, 1.0)
    assert is_full.wait(TIMEOUT_SECONDS)
    assert sum(sent) < most
    assert len(everything(client)) == sum(sent)


def test_a_client_that_vanishes_ends_its_server_session(behind) -> None:
    is_over = threading.Event()

    def wait_for_the_end(connection: socket.socket) -> None:
        everything(connection)
        is_over.set()

    client = behind(wait_for_the_end)
    client.sendall(b"x")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()  # with a reset
    assert is_over.wait(TIMEOUT_SECONDS)


def test_a_server_that_is_not_there_ends_the_connection(checked_program: Path) -> None:
    nobody = socket.create_server(("127.0.0.1", 0))
    endpoint = Endpoint("127.0.0.1", nobody.getsockname()[1], "u", None, "d")
    nobody.close()
    with DelayProxy(checked_program, endpoint, 1.0) as proxy:
        where = (proxy.endpoint.host, proxy.endpoint.port)
        client = socket.create_connection(where, TIMEOUT_SECONDS)
        with client, contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
        assert proxy.stop().code == 0


def test_sigterm_ends_it_with_bytes_on_their_way(checked_program: Path) -> None:
    backend = Backend(echo)
    endpoint = Endpoint("127.0.0.1", backend.port, "u", None, "d")
    with DelayProxy(checked_program, endpoint, 10_000.0) as proxy:
        where = (proxy.endpoint.host, proxy.endpoint.port)
        with socket.create_connection(where, TIMEOUT_SECONDS) as client:
            client.sendall(b"x" * 1000)
            os.kill(proxy.pid, signal.SIGTERM)
            ended = proxy.stop()
    backend.close()
    assert ended.code == 0, ended.stderr


def test_a_host_that_is_not_known_is_named(checked_program: Path) -> None:
    nowhere = Endpoint("no.such.host.invalid", 1, "u", None, "d")
    with (
        pytest.raises(ServerError, match=r"no\.such\.host\.invalid"),
        DelayProxy(checked_program, nowhere, 1.0),
    ):
        pass
