"""Messages come out of the bytes, however these are cut; what is none is refused."""

from __future__ import annotations

import itertools
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgbench_drivers.wire.framing import BackendDecoder, FrontendDecoder, Message, WireError
from tests.wire.making import message, startup

CLIENT = [
    (pack("!II", 8, 80877103), "ssl-request"),
    (startup(user="me", database="mine"), "startup"),
    (message("p", b"secret\0"), "p"),
    (message("Q", b"SELECT 1\0"), "Q"),
    (message("S"), "S"),
    (message("X"), "X"),
]
SERVER = [
    (b"N", "negotiation"),
    (message("R", pack("!I", 0)), "R"),
    (message("Z", b"I"), "Z"),
    (message("D", pack("!hi", 1, -1)), "D"),
    (message("C", b"SELECT 1\0"), "C"),
]


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


def decode(decoder: FrontendDecoder | BackendDecoder, parts: list[bytes]) -> list[Message]:
    return [found for part in parts for found in decoder.feed(part)]


@given(st.lists(st.integers(0, 10_000)))
def test_a_client_s_messages_do_not_depend_on_how_bytes_arrive(cuts: list[int]) -> None:
    data = b"".join(encoded for encoded, _ in CLIENT)
    found = decode(FrontendDecoder(), pieces(data, cuts))
    assert [m.kind for m in found] == [kind for _, kind in CLIENT]
    assert [m.size for m in found] == [len(encoded) for encoded, _ in CLIENT]


@given(st.lists(st.integers(0, 10_000)))
def test_a_server_s_messages_do_not_depend_on_how_bytes_arrive(cuts: list[int]) -> None:
    decoder = BackendDecoder()
    decoder.expect_negotiation()
    found = decode(decoder, pieces(b"".join(encoded for encoded, _ in SERVER), cuts))
    assert [m.kind for m in found] == [kind for _, kind in SERVER]
    assert sum(m.size for m in found) == sum(len(encoded) for encoded, _ in SERVER)


def test_an_incomplete_message_is_waited_for() -> None:
    decoder = BackendDecoder()
    assert decode(decoder, [message("C", b"SELECT 1\0")[:-1]]) == []
    assert [m.body for m in decode(decoder, [b"\0"])] == [b"SELECT 1\0"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pack("!II", 4, 0), "a start-up packet of 4 bytes"),
        (pack("!II", 100_000, 196608), "a start-up packet of 100000 bytes"),
        (pack("!II", 8, 131072), "the code 131072"),
        (b"GET / HTTP/1.1\r\n", "a start-up packet of"),
        (startup() + b"\x01\0\0\0\x04", "no message has the type 0x01"),
        (startup() + b"Q\0\0\0\x03", "a message 'Q' of 3 bytes"),
        (startup() + b"Q\x7f\xff\xff\xff", "a message 'Q' of 2147483647 bytes"),
    ],
)
def test_what_a_client_may_not_send_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(WireError, match=said):
        decode(FrontendDecoder(), [data])


def test_encryption_that_the_server_grants_ends_the_decoding() -> None:
    decoder = BackendDecoder()
    decoder.expect_negotiation()
    with pytest.raises(WireError, match="encrypted from here on"):
        decode(decoder, [b"S"])


def test_what_a_server_may_not_send_is_refused() -> None:
    with pytest.raises(WireError, match="server: no message has the type 0x51"):
        decode(BackendDecoder(), [b"Q\0\0\0\x04"])


@given(st.binary(max_size=200))
def test_no_bytes_give_another_error(data: bytes) -> None:
    for decoder in (FrontendDecoder(), BackendDecoder()):
        try:
            decode(decoder, [startup(), data] if isinstance(decoder, FrontendDecoder) else [data])
        except WireError:
            continue
