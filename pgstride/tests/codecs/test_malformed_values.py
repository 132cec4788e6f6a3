"""Bytes that are no value are refused, whatever they are: nothing is read beyond them."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import pytest

from codec_samples import SAMPLES, Sample, shown
from pgstride.exceptions import InternalClientError, ProtocolError

# Any number of bytes is a value of these.
FREE = {"text", "name", "bytea", "json", "xml"}

# What decoding may raise: ValueError where Python's type cannot hold the value,
# InternalClientError for an unknown type in a record.
REFUSALS = (InternalClientError, ValueError, OverflowError)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.type not in FREE], ids=shown)
def test_every_truncation_is_a_protocol_error(registry: Any, sample: Sample) -> None:
    # The version byte of jsonb and jsonpath is all that they must have.
    shortest = {"jsonb": 1, "jsonpath": 1}.get(sample.type)
    lengths = range(shortest or len(sample.data))
    for length in lengths:
        with pytest.raises(ProtocolError):
            registry.decode(sample.oid, sample.data[:length])


@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.type not in FREE | {"jsonb", "jsonpath"}], ids=shown
)
def test_more_bytes_than_the_value_has_are_a_protocol_error(registry: Any, sample: Sample) -> None:
    with pytest.raises(ProtocolError):
        registry.decode(sample.oid, sample.data + b"\0")


@pytest.mark.parametrize("sample", SAMPLES, ids=shown)
def test_changed_bytes_give_a_value_or_an_error(registry: Any, sample: Sample) -> None:
    source = random.Random(sample.hexadecimal)
    for _ in range(500):
        changed = bytearray(sample.data)
        for _ in range(source.randint(1, 3)):
            if changed:
                changed[source.randrange(len(changed))] = source.choice(
                    (0, 1, 2, 0x7F, 0x80, 0xFF, source.randrange(256))
                )
        with contextlib.suppress(REFUSALS):
            registry.decode(sample.oid, bytes(changed))


@pytest.mark.parametrize("oid", sorted({sample.oid for sample in SAMPLES}))
def test_random_bytes_give_a_value_or_an_error(registry: Any, oid: int) -> None:
    source = random.Random(oid)
    for _ in range(500):
        with contextlib.suppress(REFUSALS):
            registry.decode(oid, source.randbytes(source.randint(0, 60)))


@pytest.mark.parametrize(
    ("oid", "hexadecimal"),
    [
        pytest.param(1007, "00000007" + "00000000" + "00000017", id="seven dimensions"),
        pytest.param(1007, "ffffffff" + "00000000" + "00000017", id="-1 dimensions"),
        pytest.param(
            1007, "00000001" + "00000000" + "00000017" + "7fffffff" + "00000001", id="2³¹ elements"
        ),
        pytest.param(
            1007,
            "00000006" + "00000000" + "00000017" + "7fffffff00000001" * 6,
            id="a product that overflows",
        ),
        pytest.param(
            1007, "00000001" + "00000000" + "00000017" + "ffffffff00000001", id="-1 elements"
        ),
        pytest.param(602, "00" + "0fffffff", id="a path of 2²⁸ points"),
        pytest.param(604, "ffffffff", id="a polygon of -1 points"),
        pytest.param(5038, "7fffffff" + "00" * 16, id="a snapshot of 2³¹ transactions"),
        pytest.param(4451, "7fffffff", id="a multirange of 2³¹ ranges"),
        pytest.param(2249, "7fffffff", id="a record of 2³¹ attributes"),
        pytest.param(1700, "ffff000000000000", id="a numeric of 65535 groups"),
        pytest.param(1700, "00010000000000002710", id="a group of five digits"),
        pytest.param(1700, "0000000000007fff", id="a numeric with an impossible scale"),
        pytest.param(1562, "ffffffff", id="-1 bits"),
        pytest.param(1562, "7fffffff00", id="2³¹ bits in a byte"),
    ],
)
def test_counts_that_cannot_be_are_refused_before_they_are_used(
    registry: Any, oid: int, hexadecimal: str
) -> None:
    with pytest.raises(ProtocolError):
        registry.decode(oid, bytes.fromhex(hexadecimal))
