"""A replay server with a recording made by hand, built with all checks."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pgbench_drivers.replay.recording import Answer, Bind, Recording
from pgbench_drivers.replay.replay_server import ReplayServer
from pgbench_drivers.server.base import Endpoint
from pgbench_drivers.toolchains.c import SANITIZERS, build_replay_server
from tests.replay.raw import RawClient, bind_body, message

NOWHERE = Endpoint("127.0.0.1", 1, "u", None, "d")
ROWS = 3

OWN = "SELECT own"
STRICT = "SELECT strict"


def field(name: str, text_format: int = 0) -> bytes:
    return name.encode() + b"\0" + struct.pack("!IHIHIH", 0, 0, 23, 4, 0xFFFFFFFF, text_format)


def row(*values: bytes) -> bytes:
    body = struct.pack("!H", len(values))
    return message("D", body + b"".join(struct.pack("!I", len(v)) + v for v in values))


def complete(tag: str) -> bytes:
    return message("C", tag.encode() + b"\0")


def parse_tail(sql: str) -> bytes:
    return sql.encode() + b"\0\0\0"


def made_by_hand() -> Recording:
    recording = Recording([OWN])
    status = message("S", b"server_version\x0018.0\0")
    recording.add_startup(b"user\0u\0\0", status)
    own = recording.statement(parse_tail(OWN))
    own.parameter_description = message("t", struct.pack("!HI", 1, 23))
    own.row_description = message("T", struct.pack("!H", 2) + field("a") + field("b"))
    texts = b"".join(row(b"%d" % i, b"x") for i in range(ROWS))
    binaries = b"".join(row(struct.pack("!i", i), b"\1") for i in range(ROWS))
    mixed = b"".join(row(struct.pack("!i", i), b"x") for i in range(ROWS))
    for formats, rows in (((), texts), ((1,), binaries), ((1, 0), mixed)):
        answer = Answer(rows + complete(f"SELECT {ROWS}"))
        recording.add_answer(parse_tail(OWN), Bind(b"", formats), answer)
    strict = recording.statement(parse_tail(STRICT))
    strict.row_description = message("n")
    recording.add_answer(
        parse_tail(STRICT),
        Bind(bind_body((b"1",)), ()),
        Answer(row(b"one") + complete("SELECT 1")),
    )
    for sql, tag in (("BEGIN", "BEGIN"), ("COMMIT", "COMMIT"), ("INSERT", "INSERT 0 5")):
        recording.add_answer(parse_tail(sql), Bind(bind_body(), ()), Answer(complete(tag)))
        recording.add_query(sql.encode(), Answer(complete(tag)))
    copy_in = Answer(message("G", b"\0\0\0"), complete("COPY 7"))
    recording.add_query(b"COPY t FROM STDIN", copy_in)
    recording.add_answer(parse_tail("COPY t FROM STDIN"), Bind(bind_body(), ()), copy_in)
    copied = message("H", b"\0\0\0") + message("d", b"1\n") + message("c") + complete("COPY 1")
    recording.add_query(b"COPY t TO STDOUT", Answer(copied))
    failure = message("E", b"SERROR\0VERROR\0C22012\0Mdivision by zero\0\0")
    recording.add_answer(parse_tail("SELECT 1/0"), Bind(bind_body(), ()), Answer(failure))
    big = b"".join(row(b"y" * 1000) for _ in range(20_000))
    recording.add_query(b"SELECT big", Answer(message("T", b"\0\1" + field("y")) + big))
    return recording


@pytest.fixture(scope="session")
def checked_program() -> Path:
    """Undefined behaviour, wrong memory accesses and leaks end it with an exit code."""
    return build_replay_server(print, SANITIZERS)


@pytest.fixture
def serve(tmp_path: Path, checked_program: Path) -> Iterator[Callable[[bytes], ReplayServer]]:
    """Starts servers from a file's content; none may end with a complaint of the sanitizers."""
    started: list[ReplayServer] = []

    def start(content: bytes) -> ReplayServer:
        path = tmp_path / f"recording-{len(started)}"
        path.write_bytes(content)
        server = ReplayServer(checked_program, path, NOWHERE)
        started.append(server)
        return server.__enter__()

    yield start
    for server in started:
        ended = server.stop()
        assert ended.code == 0, ended.stderr


@pytest.fixture
def replay(serve: Callable[[bytes], ReplayServer]) -> ReplayServer:
    """A server with the recording that is made by hand."""
    return serve(made_by_hand().encode())


@pytest.fixture
def client(replay: ReplayServer) -> Iterator[RawClient]:
    """A client that has started up."""
    with RawClient(replay.endpoint.port) as raw:
        raw.start()
        yield raw
