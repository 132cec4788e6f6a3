"""Codecs give the values and the bytes that PostgreSQL's own functions give."""

from __future__ import annotations

from typing import Any

import pytest

from codec_samples import SAMPLES, Sample, shown


@pytest.mark.parametrize("sample", SAMPLES, ids=shown)
def test_bytes_from_the_server_become_the_value(registry: Any, sample: Sample) -> None:
    value = registry.decode(sample.oid, sample.data)

    assert value == sample.value
    assert type(value) is type(sample.value) or issubclass(type(value), type(sample.value))


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.reversible], ids=shown)
def test_the_value_becomes_the_same_bytes(registry: Any, sample: Sample) -> None:
    assert registry.encode(sample.oid, sample.value).hex() == sample.hexadecimal


@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.type not in ("record", "interval")], ids=shown
)
def test_the_value_survives_both_ways(registry: Any, sample: Sample) -> None:
    assert registry.decode(sample.oid, registry.encode(sample.oid, sample.value)) == sample.value
