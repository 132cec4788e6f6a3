"""Values whose memory is used again: never while anybody holds them, and as good as new."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import backend as b
from conversation import decoder

TIMESTAMPTZ = 1184
EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)


def int8(value: int) -> bytes:
    return struct.pack("!q", value)


def float8(value: float) -> bytes:
    return struct.pack("!d", value)


def instant(value: datetime) -> bytes:
    return int8((value - EPOCH) // timedelta(microseconds=1))


Make = Callable[[random.Random], Any]

# Type, what makes a value, and how it is sent.
KINDS: dict[str, tuple[int, Make, Callable[[Any], bytes]]] = {
    "text": (
        b.TEXT,
        lambda chance: "".join(chance.choices("abcdefgh", k=chance.randrange(0, 70))),
        str.encode,
    ),
    "text beyond ASCII": (
        b.TEXT,
        lambda chance: "".join(chance.choices("aé€", k=chance.randrange(0, 20))),
        str.encode,
    ),
    "one digit": (b.INT8, lambda chance: chance.randrange(20_000, 2**30), int8),
    "two digits": (b.INT8, lambda chance: -chance.randrange(2**30, 2**60), int8),
    "three digits": (b.INT8, lambda chance: chance.randrange(2**60, 2**63), int8),
    "float": (b.FLOAT8, lambda chance: chance.uniform(-1e9, 1e9), float8),
    "instant": (
        TIMESTAMPTZ,
        lambda chance: EPOCH + timedelta(microseconds=chance.randrange(-(10**16), 10**16)),
        instant,
    ),
}


def decode(kind: str, values: list[Any]) -> list[Any]:
    oid, _, send = KINDS[kind]
    rows = decoder(("x", oid)).decode(b"".join(b.data_row(send(value)) for value in values))
    return [row[0] for row in rows]


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_that_is_held_is_never_used_again(kind: str):
    """Random lifetimes, beside all other kinds, which may take the same memory."""
    chance = random.Random(20241129)
    held: list[tuple[Any, Any]] = []
    for _ in range(1500):
        for other in (kind, chance.choice(list(KINDS))):
            values = [KINDS[other][1](chance) for _ in range(chance.randrange(1, 40))]
            held += zip(decode(other, values), values, strict=True)
            del values
        chance.shuffle(held)
        del held[chance.randrange(100, 1500) :]
    for found, value in held:
        assert found == value
        assert type(found) is type(value)
        assert hash(found) == hash(value)


@pytest.mark.parametrize("kind", KINDS)
def test_more_values_than_are_kept_come_and_go(kind: str):
    chance = random.Random(1)
    values = [KINDS[kind][1](chance) for _ in range(30_000)]
    for _ in range(3):
        assert decode(kind, values) == values


def test_a_text_is_hashed_anew():
    for text in ("first one", "other one", "third one"):
        [found] = decode("text", [text])
        assert {text: 1}[found] == 1
        del found


@given(st.text(st.characters(max_codepoint=127), min_size=2, max_size=50), st.data())
def test_interned_text_and_slices_stay_what_they_are(text: str, data: st.DataObject):
    [found] = decode("text", [text])
    name = sys.intern(found)
    del found
    other = data.draw(st.text("xyz", min_size=len(text), max_size=len(text)))
    assert decode("text", [other]) == [other]
    assert name == text
    assert sys.intern(text) == text


def test_a_text_that_has_grown_is_not_taken_for_a_shorter_one():
    for _ in range(100):
        [found] = decode("text", ["abcdefgh"])
        found += "ijklmnopq"
        rows = decoder(("a", b.TEXT), ("b", b.TEXT)).decode(
            b.data_row(b"abcdefgh", b"abcdefghijklmnopq")
        )
        assert found == rows[0]["b"]
        assert rows[0]["a"] == "abcdefgh"


def test_an_instant_that_is_used_again_has_no_hash_and_no_fold_of_before():
    for day in range(100):
        moment = EPOCH + timedelta(days=day, microseconds=day)
        [found] = decode("instant", [moment])
        assert hash(found) == hash(moment)
        assert (found.fold, found.tzinfo) == (0, timezone.utc)
        assert found.isoformat() == moment.isoformat()


@pytest.mark.skipif(
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    reason="a Python without the GIL has only one allocator",
)
@pytest.mark.parametrize("allocator", ["malloc", "pymalloc_debug", "malloc_debug"])
def test_any_allocator_of_python_s_will_do(allocator: str):
    """The debug allocators notice a byte that is written beyond a block's end."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         "-k", "held or come_and_go", __file__],
        env={**os.environ, "PYTHONMALLOC": allocator},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
