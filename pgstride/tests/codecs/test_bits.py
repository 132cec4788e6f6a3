"""bit and varbit are bit strings; bytes are taken for all of their bits."""

from __future__ import annotations

import array
from types import ModuleType
from typing import Any

import pytest

from family_outcomes import (
    REGISTRY,
    Wire,
    check_both_ways,
    check_lengths,
    check_refused,
    check_same_outcome,
    check_same_value,
)
from pgstride.types import BitString

BIT, VARBIT = 1560, 1562

WIRES = [
    Wire(name, oid, BitString(bits), hexadecimal)
    for name, oid in (("bit", BIT), ("varbit", VARBIT))
    for bits, hexadecimal in (
        ("", "00000000"),
        ("1", "0000000180"),
        ("101", "00000003a0"),
        ("11110000", "00000008f0"),
        ("111100001", "00000009f080"),
        ("0" * 16, "000000100000"),
        ("1" * 31, "0000001ffffffffe"),
    )
]


def named(wire: Wire) -> str:
    return f"{wire.type} {wire.value.as_string()}"


@pytest.mark.parametrize("wire", WIRES, ids=named)
def test_bytes_and_values(wire: Wire) -> None:
    check_both_ways(wire)


@pytest.mark.parametrize("wire", WIRES, ids=named)
def test_other_lengths_are_refused(wire: Wire) -> None:
    check_lengths(wire)


@pytest.mark.parametrize("oid", [BIT, VARBIT])
@pytest.mark.parametrize(
    ("hexadecimal", "words"),
    [
        ("ffffffff", "-1 bits"),
        ("80000000", "-2147483648 bits"),
        ("7fffffff00", "2147483647 bits"),
        ("00000000ff", "0 bits in 1 bytes"),
        ("00000008", "8 bits in 0 bytes"),
        ("00000009ff", "9 bits in 1 bytes"),
        ("00000008ffff", "8 bits in 2 bytes"),
        ("fffffff9", "-7 bits"),
    ],
)
def test_another_number_of_bits_is_refused(oid: int, hexadecimal: str, words: str) -> None:
    check_refused(oid, hexadecimal, words)


@pytest.mark.parametrize(
    "value",
    [b"\xf0\x0f", bytearray(b"\xf0\x0f"), memoryview(b"\xf0\x0f"), array.array("B", [240, 15])],
)
def test_buffers_are_all_of_their_bits(value: Any) -> None:
    assert REGISTRY.encode(VARBIT, value).hex() == "00000010f00f"


def test_a_buffer_is_released_again() -> None:
    value = bytearray(b"\xf0")
    REGISTRY.encode(VARBIT, value)
    value.append(0)  # BufferError while somebody has a view


def test_decoded_bits_are_like_made_ones() -> None:
    value = REGISTRY.decode(VARBIT, bytes.fromhex("00000009f080"))

    assert hash(value) == hash(BitString("111100001"))
    assert (len(value), list(value), value.bytes) == (9, [1, 1, 1, 1, 0, 0, 0, 0, 1], b"\xf0\x80")


def arguments(module: ModuleType) -> list[Any]:
    bits = module.types.BitString
    return [
        bits("101"), bits(""), bits("0000 1111 0"), bits("1" * 1000), bits.from_int(5, 9),
        bits.from_int(-5, 9, signed=True), bits.from_int(5, 9, "little"), bits.frombytes(b""),
        bits.frombytes(b"\xff\xff", 9), bits.frombytes(b"\xff", 3), bits.frombytes(b"ab"),
        b"", b"abc", bytearray(b"xy"), memoryview(b"ab"), memoryview(b"abcd")[::2],
        array.array("i", [1, 2]), "", "101", 0, 5, True, 1.5, (), [1, 0], {}, object,
    ]  # fmt: skip


@pytest.mark.parametrize("type_name", ["bit(3)", "varbit", "varbit(5)"])
def test_arguments_have_the_outcomes_of_asyncpg(ours: Any, theirs: Any, type_name: str) -> None:
    check_same_outcome(ours, theirs, type_name, arguments)


def test_bits_of_a_mutable_buffer_are_taken(ours: Any) -> None:
    """asyncpg keeps such an object, but then refuses to send it."""
    value = BitString.frombytes(bytearray(b"ab"))  # type: ignore[arg-type]

    assert ours.fetchval("SELECT $1::varbit", value) == BitString.frombytes(b"ab")


@pytest.mark.parametrize(
    "expression",
    [
        "B'101'", "B''", "B'111100001'::varbit", "repeat('10', 500)::varbit", "'1'::bit(70)",
        "ARRAY[B'1', NULL, B'101'::varbit]", "ROW(B'1')",
    ],
)  # fmt: skip
def test_values_are_those_of_asyncpg(ours: Any, theirs: Any, expression: str) -> None:
    check_same_value(ours, theirs, expression)
