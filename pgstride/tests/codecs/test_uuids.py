"""UUIDs from the server are uuid.UUIDs in all that a program can see."""

from __future__ import annotations

import copy
import gc
import pickle
import uuid
import weakref
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pgstride.codecs.uuids import UUID

UUID_OID = 2950
SAMPLES = [
    uuid.UUID(int=0),
    uuid.UUID(int=2**128 - 1),
    uuid.UUID(int=2**61 - 1),  # whose hash is that of 0
    uuid.uuid1(node=0x123456789ABC, clock_seq=77),
    uuid.uuid3(uuid.NAMESPACE_DNS, "example.org"),
    uuid.uuid4(),
    uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org"),
    uuid.UUID("{12345678-1234-5678-c234-567812345678}"),
    uuid.UUID("12345678-1234-5678-e234-567812345678"),
]
ATTRIBUTES = [name for name in dir(uuid.UUID) if not name.startswith("_") and name != "is_safe"]


def decoded(registry: Any, plain: uuid.UUID) -> Any:
    return registry.decode(UUID_OID, plain.bytes)


@pytest.mark.parametrize("plain", SAMPLES, ids=lambda plain: f"version {plain.version}")
def test_all_attributes_are_the_same(registry: Any, plain: uuid.UUID) -> None:
    ours = decoded(registry, plain)

    assert isinstance(ours, uuid.UUID)
    for name in ATTRIBUTES:
        assert getattr(ours, name) == getattr(plain, name), name
    assert (str(ours), repr(ours), int(ours)) == (str(plain), repr(plain), int(plain))
    assert ours.is_safe is uuid.SafeUUID.unknown


@given(some.uuids(), some.uuids())
def test_comparisons_and_hashes_are_the_same(first: uuid.UUID, second: uuid.UUID) -> None:
    ours, other = UUID(bytes=first.bytes), UUID(bytes=second.bytes)

    assert hash(ours) == hash(first)
    assert ours == first
    assert first == ours
    assert {first: 1}[ours] == 1
    for mine, others in ((ours, other), (ours, second), (first, other)):
        assert (mine == others) is (first == second)
        assert (mine < others) is (first < second)
        assert (mine <= others) is (first <= second)
        assert (mine > others) is (first > second)
        assert (mine >= others) is (first >= second)


def test_other_objects_are_never_equal(registry: Any) -> None:
    ours = decoded(registry, SAMPLES[-1])

    assert ours != str(ours)
    assert ours != ours.int
    with pytest.raises(TypeError):
        _ = ours < str(ours)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_are_those_of_plain_uuids(registry: Any, protocol: int) -> None:
    """So that a program without this package can read them."""
    ours = decoded(registry, SAMPLES[5])
    restored = pickle.loads(pickle.dumps(ours, protocol))

    assert type(restored) is uuid.UUID
    assert restored == ours


def test_copies_are_equal(registry: Any) -> None:
    ours = decoded(registry, SAMPLES[5])

    assert copy.copy(ours) == ours
    assert copy.deepcopy([ours]) == [ours]


@pytest.mark.parametrize("name", ["int", "bytes", "hex", "is_safe", "version", "something"])
def test_it_is_immutable(registry: Any, name: str) -> None:
    with pytest.raises(TypeError, match="immutable"):
        setattr(decoded(registry, SAMPLES[5]), name, 5)


def test_the_class_takes_what_uuid_takes() -> None:
    plain = SAMPLES[5]

    assert UUID(str(plain)) == UUID(bytes=plain.bytes) == UUID(int=plain.int) == plain
    assert UUID(fields=plain.fields) == UUID(bytes_le=plain.bytes_le) == plain
    assert UUID(int=plain.int, version=5).version == 5
    with pytest.raises(ValueError, match="badly formed"):
        UUID("x")
    with pytest.raises(TypeError):
        UUID()


def test_it_can_be_referred_to_weakly(registry: Any) -> None:
    ours = decoded(registry, SAMPLES[5])
    ended = []
    reference = weakref.ref(ours, ended.append)
    assert reference() is ours

    del ours

    assert reference() is None
    assert ended == [reference]


def test_an_instance_that_is_made_anew_is_not_one_that_is_in_use(registry: Any) -> None:
    """Ended instances are kept for the next ones, by the thousand."""
    for _ in range(3):
        many = [decoded(registry, uuid.UUID(int=number)) for number in range(3000)]
        assert [value.int for value in many] == list(range(3000))
        kept = many[::2]
        del many
        again = [decoded(registry, uuid.UUID(int=number)) for number in range(5000, 7000)]
        assert [value.int for value in kept] == list(range(0, 3000, 2))
        assert [value.int for value in again] == list(range(5000, 7000))
    gc.collect()


def test_the_collector_has_nothing_to_do_with_it(registry: Any) -> None:
    assert not gc.is_tracked(decoded(registry, SAMPLES[5]))


def test_all_ways_to_write_one_are_taken(registry: Any) -> None:
    plain = SAMPLES[5]

    for argument in (plain, decoded(registry, plain), str(plain), plain.hex, str(plain).upper()):
        assert registry.encode(UUID_OID, argument) == plain.bytes


def test_subclasses_are_taken_for_their_bytes(registry: Any) -> None:
    class Subclass(uuid.UUID):
        pass

    assert registry.encode(UUID_OID, Subclass(int=5)) == (5).to_bytes(16, "big")
