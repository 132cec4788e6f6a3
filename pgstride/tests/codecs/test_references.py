"""Decoding and encoding keep nothing, whether they succeed or fail."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from codec_samples import SAMPLES, Sample, shown

# More than what caches of the interpreter's own may take in the meantime.
ALLOWED_BLOCKS = 50


def kept_blocks(action: Callable[[], object]) -> int:
    """How many blocks of memory 300 calls leave behind."""
    for _ in range(20):
        action()
    before = sys.getallocatedblocks()
    for _ in range(300):
        action()
    if sys.getallocatedblocks() - before >= ALLOWED_BLOCKS:
        gc.collect()  # which takes long, and is rarely needed
    return sys.getallocatedblocks() - before


@pytest.mark.parametrize("sample", SAMPLES, ids=shown)
def test_decoding_keeps_nothing(registry: Any, sample: Sample) -> None:
    data = sample.data

    assert kept_blocks(lambda: registry.decode(sample.oid, data)) < ALLOWED_BLOCKS


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.type != "record"], ids=shown)
def test_encoding_keeps_nothing(registry: Any, sample: Sample) -> None:
    assert kept_blocks(lambda: registry.encode(sample.oid, sample.value)) < ALLOWED_BLOCKS


@pytest.mark.parametrize("sample", SAMPLES, ids=shown)
def test_refusing_bytes_keeps_nothing(registry: Any, sample: Sample) -> None:
    data = sample.data[:-1]

    def refuse() -> None:
        with suppress(Exception):
            registry.decode(sample.oid, data)

    assert kept_blocks(refuse) < ALLOWED_BLOCKS


@pytest.mark.parametrize("oid", sorted({sample.oid for sample in SAMPLES}))
def test_refusing_arguments_keeps_nothing(registry: Any, oid: int) -> None:
    unfit = [object(), [1, "a", object()], [[1], [object()]], {"a": 1}, "\ud800", (1, object())]

    def refuse() -> None:
        for value in unfit:
            with suppress(Exception):
                registry.encode(oid, value)

    assert kept_blocks(refuse) < ALLOWED_BLOCKS


def test_arguments_are_not_kept(registry: Any) -> None:
    """Reference counts of what is encoded stay what they were, as elements too."""
    values = {23: 12345678, 25: "some text", 17: b"some bytes", 701: 0.5}
    arrays = {23: 1007, 25: 1009, 17: 1001, 701: 1022}
    for oid, value in values.items():
        before = sys.getrefcount(value)
        for _ in range(100):
            registry.encode(oid, value)
            registry.encode(arrays[oid], [value, None, value])
            registry.encode(arrays[oid], [[value], [value]])
        assert sys.getrefcount(value) == before


def test_a_list_that_shrinks_while_it_is_encoded_is_refused(registry: Any) -> None:
    """Conversions are the application's code, and may do anything."""
    items: list[Any] = [1, 2]

    class Treacherous:
        def __int__(self) -> int:
            items.clear()
            return 3

    items += [Treacherous(), *range(100)]
    with pytest.raises(ValueError, match="changed"):
        registry.encode(1007, items)


def test_a_list_that_grows_while_it_is_encoded_is_refused(registry: Any) -> None:
    items: list[Any] = []

    class Treacherous:
        def __int__(self) -> int:
            items.extend(range(1000))
            return 3

    items += [Treacherous(), 4]
    with pytest.raises(ValueError, match="changed"):
        registry.encode(1007, items)
