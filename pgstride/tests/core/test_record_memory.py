"""Records and memory: nothing is used again while referenced, nothing leaks."""

from __future__ import annotations

import gc
import random
import sys
import sysconfig
import weakref

import pytest

import backend as b
from conversation import decoder
from pgstride.core.rows import Record

WITHOUT_GIL = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
ARRAY_OF_TWO = (
    b.int32(1)
    + b.int32(0)
    + b.int32(b.INT4)
    + b.int32(2)
    + b.int32(1)
    + (b.field(b.int32(1_000_001)) + b.field(b.int32(1_000_002)))
)


class Dotted(Record):
    """A subclass with a dictionary, which the collector tracks."""


class Slotted(Record):
    __slots__ = ()


def text_rows(*texts: str) -> bytes:
    return b"".join(b.data_row(text.encode()) for text in texts)


# -- the free list


@pytest.mark.parametrize("kind", ["atomic", "container"])
def test_records_are_never_used_again_while_referenced(kind: str):
    """Random lifetimes: each record that is kept still has its own values."""
    chance = random.Random(20240229)
    widths = [0, 1, 2, 3, 8, 15, 16, 17, 40]
    columns = {
        width: [("x", b.TEXT)] * width + [("a", b.INT4_ARRAY)] * (kind == "container")
        for width in widths
    }
    decoders = {width: decoder(*columns[width]) for width in widths}
    kept: list[tuple[Record, list[str]]] = []
    serial = 0
    for _ in range(3000):
        width = chance.choice(widths)
        rows, expected = [], []
        for _ in range(chance.randrange(1, 30)):
            serial += 1
            texts = [f"value {serial} {i}" for i in range(width)]
            arrays = [ARRAY_OF_TWO] * (kind == "container")
            rows.append(b.data_row(*(text.encode() for text in texts), *arrays))
            expected.append(texts + [[1_000_001, 1_000_002]] * (kind == "container"))
        made = decoders[width].decode(b"".join(rows))
        kept.extend(zip(made, expected, strict=True))
        chance.shuffle(kept)
        del kept[chance.randrange(200, 2000) :], made
    assert all(list(record) == expected for record, expected in kept)
    assert len({id(record) for record, _ in kept}) == len(kept)


def test_a_record_that_is_used_again_has_the_names_of_its_new_result():
    decoder(("old", b.TEXT)).decode(text_rows("a"))
    [second] = decoder(("new", b.TEXT)).decode(text_rows("b"))
    assert list(second.items()) == [("new", "b")]
    assert "old" not in second
    fresh = object()
    assert sys.getrefcount(second) == sys.getrefcount(fresh)


def test_a_record_that_fails_half_way_can_be_used_again():
    two = decoder(("a", b.TEXT), ("n", b.TEXT))
    for _ in range(3000):
        with pytest.raises(UnicodeDecodeError):
            two.decode(b.data_row(b"fine", b"\xff"))
    [record] = two.decode(b.data_row(b"x", b"y"))
    assert tuple(record) == ("x", "y")


def test_a_million_records_at_once_end_one_by_one():
    rows = decoder(("n", b.INT4)).decode(b.data_row(b.int32(7)) * 1_000_000)
    assert rows[0] == rows[-1] == (7,)
    random.Random(1).shuffle(rows)
    while rows:
        del rows[len(rows) // 2 :]


# -- reference counts


def counts(*objects: object) -> list[int]:
    return [sys.getrefcount(found) for found in objects]


@pytest.mark.parametrize("record_class", [None, Dotted, Slotted])
def test_reference_counts_are_as_before_when_records_have_ended(record_class: type | None):
    made = decoder(
        ("a", b.INT4), ("b", b.TEXT), ("c", b.BOOL), ("d", b.INT4_ARRAY), record_class=record_class
    )
    row = b.data_row(b.int32(12_345), b"", b"\1", ARRAY_OF_TWO)
    empty = b.data_row(None, None, None, None)
    kept = made.decode(row)[0]
    shared = (kept[0], kept[1], True, None, made.names, made.names[0], Record, record_class or int)
    gc.collect()
    before = counts(*shared)
    for _ in range(200):
        rows = made.decode((row + empty) * 20)
        for record in rows:
            record[0], record["b"], record[::-1], record.get("c"), record.get("z", 1)
            list(record), list(record.items()), list(record.keys()), list(record.values())
            repr(record), record == kept, record == tuple(kept), "a" in record
            with pytest.raises(KeyError):
                record["z"]
            with pytest.raises(IndexError):
                record[9]
        del rows, record
    gc.collect()
    assert all(abs(now - then) <= 3 for now, then in zip(counts(*shared), before, strict=True))


def test_a_record_owns_exactly_one_reference_to_each_value():
    [record] = decoder(("a", b.TEXT)).decode(text_rows("a text of its own"))
    value, fresh = record[0], object()
    # How much a local variable counts depends on the Python.
    alone = sys.getrefcount(fresh)
    assert sys.getrefcount(value) == alone + 1
    del record
    assert sys.getrefcount(value) == alone


@pytest.mark.skipif(not hasattr(sys, "gettotalrefcount"), reason="needs a debug build of Python")
def test_the_total_of_references_is_flat():
    made = decoder(("a", b.INT4), ("b", b.TEXT), ("d", b.INT4_ARRAY))
    rows = b.data_row(b.int32(123_456), b"text", ARRAY_OF_TWO) * 100
    totals = []
    for _ in range(20):
        for _ in range(50):
            made.decode(rows)
        gc.collect()
        totals.append(sys.gettotalrefcount())
    assert max(totals[5:]) - min(totals[5:]) < 1000


@pytest.mark.skipif(
    WITHOUT_GIL and sys.version_info < (3, 14),
    reason="this Python keeps every class for good once a thread has been started",
)
def test_a_record_class_lives_as_long_as_its_records():
    def make() -> tuple[Record, weakref.ref[type]]:
        class Local(Record):
            pass

        made = decoder(("a", b.TEXT), record_class=Local)
        return made.decode(text_rows("x"))[0], weakref.ref(Local)

    record, alive = make()
    gc.collect()
    assert alive() is type(record)
    del record
    gc.collect()
    assert alive() is None


# -- the collector


def test_atomic_records_cost_the_collector_nothing():
    [record] = decoder(("a", b.TEXT)).decode(text_rows("x"))
    assert not gc.is_tracked(record)


def test_records_with_containers_are_tracked():
    [record] = decoder(("a", b.INT4_ARRAY)).decode(b.data_row(ARRAY_OF_TWO))
    assert gc.is_tracked(record)
    assert record[0] in gc.get_referents(record)


class Marker:
    """Something whose end can be observed."""


def test_a_cycle_through_a_record_is_collected():
    [record] = decoder(("a", b.INT4_ARRAY)).decode(b.data_row(ARRAY_OF_TWO))
    marker = Marker()
    ended = weakref.ref(marker)
    record["a"].extend((record, marker))
    del record, marker
    gc.collect()
    assert ended() is None


def test_a_cycle_through_a_subclass_is_collected():
    [record] = decoder(("a", b.TEXT), record_class=Dotted).decode(text_rows("x"))
    record.itself = record
    record.marker = Marker()
    ended = weakref.ref(record.marker)
    del record
    gc.collect()
    assert ended() is None


def test_the_repr_of_a_record_that_contains_itself_ends():
    [record] = decoder(("a", b.INT4_ARRAY)).decode(b.data_row(ARRAY_OF_TWO))
    record["a"].append(record)
    assert repr(record) == "<Record a=[1000001, 1000002, <...>]>"
    record["a"].clear()


def test_deep_nesting_ends_without_exhausting_the_stack():
    for record_class in (None, Dotted):
        made = decoder(("a", b.INT4_ARRAY), record_class=record_class)
        inner: object = None
        for _ in range(200_000):
            [record] = made.decode(b.data_row(ARRAY_OF_TWO))
            record["a"].append(inner)
            inner = record
        del record, inner


@pytest.mark.skipif(WITHOUT_GIL, reason="a Python without the GIL does not collect in between")
@pytest.mark.parametrize("record_class", [None, Dotted])
def test_a_collection_while_a_row_is_decoded_sees_no_unfinished_record(record_class: type | None):
    made = decoder(("a", b.INT4_ARRAY), ("b", b.INT4_ARRAY), record_class=record_class)
    rows = b.data_row(ARRAY_OF_TWO, ARRAY_OF_TWO) * 200
    seen: list[str] = []

    def look(phase: str, info: dict[str, int]) -> None:
        seen.extend(repr(found) for found in gc.get_objects() if isinstance(found, Record))

    threshold = gc.get_threshold()
    gc.callbacks.append(look)
    gc.set_threshold(50)
    try:
        made.decode(rows)
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(look)
    assert seen
    assert all(text.count("[1000001, 1000002]") == 2 for text in seen)
