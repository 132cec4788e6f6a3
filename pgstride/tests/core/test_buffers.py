"""The receive buffer follows the bytes that come, not the lengths that are declared."""

from __future__ import annotations

import tracemalloc

import pytest

import backend as b
from conversation import Conversation, integers, statement

SMALLEST, USUAL = 16 * 1024, 256 * 1024


def capacity(conversation: Conversation) -> int:
    """What the buffer can hold when it is empty."""
    return len(conversation.get_buffer(-1))


def test_the_buffer_is_never_empty():
    conversation = Conversation()
    conversation.fetch(statement(("d", b.BYTEA)))
    message = b.bind_complete() + b.data_row(bytes(1 << 20))
    while message:
        window = conversation.get_buffer(-1)
        assert len(window) > 0
        size = min(len(window), len(message))
        window[:size] = message[:size]
        conversation.buffer_updated(size)
        message = message[size:]


@pytest.mark.parametrize("length", [0x3FFFFFFF, 0x3FFFFFFE, 1 << 28])
@pytest.mark.parametrize("kind", [b"D", b"E", b"T", b"S", b"d", b"?"])
def test_a_declared_length_allocates_nothing(kind: bytes, length: int):
    conversation = Conversation()
    conversation.fetch(statement(("n", b.INT4)))
    conversation.get_buffer(-1)
    tracemalloc.start()
    try:
        conversation.hears(kind + b.int32(length))
        for _ in range(10):
            conversation.hears(bytes(10))
        conversation.get_buffer(-1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024


def test_the_buffer_holds_less_than_four_times_what_has_come():
    conversation = Conversation()
    conversation.fetch(statement(("d", b.BYTEA)))
    conversation.hears(b.bind_complete(), b"D" + b.int32(0x3FFFFFFF) + b.int16(1))
    came = 12
    for size in [1000] * 1000:
        conversation.hears(bytes(size))
        came += size
        assert came + len(conversation.get_buffer(-1)) <= max(4 * came, SMALLEST)


def test_the_same_for_a_count_within_a_message():
    conversation = Conversation()
    waiter = conversation.describe("SELECT 1")
    tracemalloc.start()
    try:
        conversation.hears(b.parse_complete(), b.message(b"t", b.int16(-1)))
        conversation.hears(b.message(b"v", b.int32(0), b.int32(0x7FFFFFFF)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert waiter.done()
    assert peak < 64 * 1024


def test_a_value_declared_longer_than_its_message_allocates_nothing():
    conversation = Conversation()
    waiter = conversation.fetch(statement(("d", b.BYTEA)))
    tracemalloc.start()
    try:
        conversation.hears(
            b.bind_complete(), b.message(b"D", b.int16(1), b.int32(0x3FFFFFFF), b"x")
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert waiter.done()
    assert peak < 64 * 1024


def test_it_grows_for_a_large_answer_and_falls_back_afterwards():
    conversation = Conversation()
    assert capacity(conversation) == SMALLEST
    waiter = conversation.fetch(statement(("d", b.BYTEA)))
    conversation.hears(b.bind_complete(), b.data_row(bytes(4 << 20)))
    conversation.hears(b.command_complete("SELECT 1"), b.ready_for_query())
    assert len(waiter.result[0]["d"]) == 4 << 20
    assert capacity(conversation) == USUAL


def test_small_answers_need_only_the_smallest_buffer():
    conversation = Conversation()
    for _ in range(1000):
        conversation.fetch(statement(("n", b.INT4)))
        conversation.hears(
            b.bind_complete(), integers(1), b.command_complete("SELECT 1"), b.ready_for_query()
        )
    assert capacity(conversation) == SMALLEST


@pytest.mark.parametrize("size", [SMALLEST - 1, SMALLEST, SMALLEST + 1, USUAL, 3 * USUAL + 7])
@pytest.mark.parametrize("piece", [1000, 4096, SMALLEST, 1 << 20])
def test_messages_of_any_size_in_pieces_of_any_size_come_whole(size: int, piece: int):
    conversation = Conversation()
    waiter = conversation.fetch(statement(("d", b.BYTEA)))
    values = [bytes([i]) * (size + i) for i in range(5)]
    answer = b.bind_complete() + b"".join(map(b.data_row, values))
    answer += b.command_complete("SELECT 5") + b.ready_for_query()
    for start in range(0, len(answer), piece):
        conversation.receive(answer[start : start + piece])
    assert [row["d"] for row in waiter.result] == values


@pytest.mark.parametrize("size", [-1, SMALLEST + 1, 1 << 40])
def test_more_than_fits_cannot_have_been_received(size: int):
    conversation = Conversation()
    conversation.get_buffer(-1)
    with pytest.raises(ValueError, match="do not fit"):
        conversation.buffer_updated(size)


def test_a_buffer_that_is_still_exported_stays_valid_when_another_takes_its_place():
    conversation = Conversation()
    held = conversation.get_buffer(-1)
    conversation.fetch(statement(("d", b.BYTEA)))
    conversation.hears(b.bind_complete(), b.data_row(bytes(1 << 20)))
    held[:] = b"x" * len(held)
    assert len(conversation.get_buffer(-1)) > 0


def test_nothing_is_kept_of_what_comes_after_the_end():
    conversation = Conversation()
    conversation.fail(ConnectionResetError("gone"))
    size = capacity(conversation)
    for _ in range(1000):
        conversation.hears(bytes(10_000))
    assert capacity(conversation) == size


def test_the_output_buffer_falls_back_after_a_large_statement():
    conversation = Conversation()
    made = statement(parameters=(b.BYTEA,))
    tracemalloc.start()
    try:
        conversation.fetch(made, bytes(8 << 20))
        conversation.take_output()
        now, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert now < 1 << 20
