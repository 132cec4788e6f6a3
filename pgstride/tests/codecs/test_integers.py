"""Integers of every size are CPython's own: they compute, hash and end like any other."""

from __future__ import annotations

import pickle
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pgstride.codecs.registry import TypeRegistry

INT8_OID = 20
REGISTRY: Any = TypeRegistry()

# CPython's digits have 30 bits.
EDGES = [sign * (2**bits + off) for sign in (1, -1) for bits in (30, 60) for off in (-1, 0, 1)]


def decoded(value: int) -> int:
    return REGISTRY.decode(INT8_OID, struct.pack("!q", value))  # type: ignore[no-any-return]


def is_plainly(made: int, value: int) -> bool:
    """Equal in all that a form with a digit too many or too few would betray."""
    return (
        made == value
        and hash(made) == hash(value)
        and repr(made) == repr(value)
        and made.__sizeof__() == value.__sizeof__()
        and made.bit_length() == value.bit_length()
        and pickle.dumps(made) == pickle.dumps(value)
    )


@pytest.mark.parametrize("value", [0, 16383, 16384, -128, -129, 2**63 - 1, -(2**63), *EDGES])
def test_sizes_at_the_edge_of_a_form(value: int) -> None:
    assert is_plainly(decoded(value), value)


@given(some.integers(-(2**63), 2**63 - 1), some.integers(-(2**63), 2**63 - 1))
def test_arithmetic_with_any_two(one: int, other: int) -> None:
    first, second = decoded(one), decoded(other)

    assert is_plainly(first + second, one + other)
    assert is_plainly(first - second, one - other)
    assert is_plainly(first * second, one * other)
    assert (first < second) is (one < other)
