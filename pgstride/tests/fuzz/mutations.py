"""Mutations that know where messages begin and end, so that most stay well framed."""

from __future__ import annotations

import random

import backend as b

NUMBERS = [0, 1, -1, 2, 3, 4, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0x7FFFFFFF, -0x80000000]

SAMPLES = [
    b.authentication_ok(), b.authentication_cleartext(), b.authentication_md5(),
    b.authentication_sasl("SCRAM-SHA-256"), b.authentication_sasl_continue(b"r=x,s=QQ==,i=1"),
    b.authentication_sasl_final(b"v=AAAA"), b.backend_key_data(),
    b.negotiate_protocol_version(3 << 16, "_pq_.x"), b.parameter_status("a", "b"),
    b.parse_complete(), b.bind_complete(), b.close_complete(), b.no_data(),
    b.empty_query_response(), b.portal_suspended(), b.parameter_description(23, 25),
    b.row_description(("a", 23), ("b", 25)), b.data_row(b"\0\0\0\1"), b.data_row(),
    b.data_row(b.int32(1), b"text", b"\0\xff"), b.command_complete("SELECT 1"),
    b.command_complete("BEGIN"), b.ready_for_query("I"), b.ready_for_query("T"),
    b.ready_for_query("E"), b.copy_in_response(), b.copy_out_response(), b.copy_data(b"1\n"),
    b.copy_done(), b.error_response("wrong"), b.error_response("over", "57P01", "FATAL"),
    b.notice_response("note"), b.notification_response("channel", "payload"),
]  # fmt: skip


def messages_of(stream: bytes) -> list[bytes]:
    """The stream's messages; what is left at the end is one of them."""
    found = []
    while stream:
        size = 1 + int.from_bytes(stream[1:5], "big")
        if not 5 <= size <= len(stream):
            size = len(stream)
        found.append(stream[:size])
        stream = stream[size:]
    return found


def mutate(data: bytes, chance: random.Random) -> bytes:
    """A variation of an input of `target.run_one`."""
    head, messages = bytearray(data[:2].ljust(2, b"\0")), messages_of(data[2:])
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        way = chance.randrange(10)
        at = chance.randrange(len(messages) + 1)
        if way == 0:
            head[chance.randrange(2)] = chance.randrange(256)
        elif way <= 2 or not messages:
            messages.insert(at, chance.choice(SAMPLES))
        elif way == 3:
            del messages[at - 1]
        elif way == 4:
            messages.insert(at, chance.choice(messages))
        elif way == 5:
            other = chance.randrange(len(messages))
            messages[at - 1], messages[other] = messages[other], messages[at - 1]
        elif way == 6:
            messages[at - 1] = bytes(mutate_bytes(bytearray(messages[at - 1]), chance))
        else:
            message = messages[at - 1]
            body = bytes(mutate_bytes(bytearray(message[5:]), chance))
            messages[at - 1] = b.message(message[:1], body)
    return bytes(head) + b"".join(messages)


def mutate_bytes(body: bytearray, chance: random.Random) -> bytearray:
    """Change, insert or remove bytes, or a number of 2 or 4 bytes."""
    at = chance.randrange(len(body) + 1)
    way = chance.randrange(6)
    if way == 0:
        body[at:at] = bytes([chance.randrange(256)])
    elif way == 1:
        del body[at : at + chance.choice((1, 1, 2, 4, 8))]
    elif way == 2 and body:
        body[at - 1] ^= 1 << chance.randrange(8)
    elif way == 3:
        body[at : at + 4] = b.int32(chance.choice((*NUMBERS, len(body), at)))
    elif way == 4:
        body[at : at + 2] = b.int16(chance.choice(NUMBERS))
    else:
        start = chance.randrange(len(body) + 1)
        body[at:at] = body[start : start + chance.choice((1, 4, 8, 64))]
    return body
