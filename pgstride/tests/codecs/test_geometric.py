"""point, lseg, path, box, polygon, line and circle are the figures of `pgstride.types`."""

from __future__ import annotations

import math
from decimal import Decimal
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
from pgstride.types import Box, Circle, Line, LineSegment, Path, Point, Polygon

POINT, LSEG, PATH, BOX, POLYGON, LINE, CIRCLE = 600, 601, 602, 603, 604, 628, 718
ONE, TWO, THREE, FOUR = (
    "3ff0000000000000",
    "4000000000000000",
    "4008000000000000",
    "4010000000000000",
)

WIRES = [
    Wire("point", POINT, Point(1, 2), ONE + TWO),
    Wire("point", POINT, Point(math.inf, -math.inf), "7ff0000000000000fff0000000000000"),
    Wire("lseg", LSEG, LineSegment((1, 2), (3, 4)), ONE + TWO + THREE + FOUR),
    Wire("box", BOX, Box((3, 4), (1, 2)), THREE + FOUR + ONE + TWO),
    Wire("line", LINE, Line(1.0, 2.0, 3.0), ONE + TWO + THREE),
    Wire("circle", CIRCLE, Circle(Point(1, 2), 3.0), ONE + TWO + THREE),
    Wire("path", PATH, Path((1, 2)), "0000000001" + ONE + TWO),
    Wire("path", PATH, Path((1, 2), (3, 4)), "0000000002" + ONE + TWO + THREE + FOUR),
    Wire(
        "path", PATH, Path((1, 2), (3, 4), is_closed=True), "0100000002" + ONE + TWO + THREE + FOUR
    ),
    Wire("path", PATH, Path(), "0000000000"),
    Wire("polygon", POLYGON, Polygon((1, 2), (3, 4)), "00000002" + ONE + TWO + THREE + FOUR),
    Wire("polygon", POLYGON, Polygon(), "00000000"),
]


def named(wire: Wire) -> str:
    return f"{wire.type} {wire.hexadecimal[:12]}"


@pytest.mark.parametrize("wire", WIRES, ids=named)
def test_bytes_and_values(wire: Wire) -> None:
    check_both_ways(wire)


@pytest.mark.parametrize("wire", WIRES, ids=named)
def test_other_lengths_are_refused(wire: Wire) -> None:
    check_lengths(wire)


@pytest.mark.parametrize("oid", [PATH, POLYGON])
@pytest.mark.parametrize(
    "count", ["ffffffff", "80000000", "7fffffff", "10000000", "0fffffff", "00000002"]
)
def test_another_number_of_points_is_refused(oid: int, count: str) -> None:
    check_refused(oid, ("01" if oid == PATH else "") + count + ONE + TWO, "points")


def test_negative_zero_and_nan_keep_their_bits() -> None:
    data = bytes.fromhex("80000000000000007ff8000000000000")
    value = REGISTRY.decode(POINT, data)

    assert math.copysign(1, value.x) == -1
    assert math.isnan(value.y)
    assert REGISTRY.encode(POINT, value) == data


def test_decoded_figures_are_like_made_ones() -> None:
    for wire in WIRES:
        value = REGISTRY.decode(wire.oid, bytes.fromhex(wire.hexadecimal))
        assert (hash(value), len(value)) == (hash(wire.value), len(wire.value))
        # Paths have no representation of their own, and a circle's center is a plain tuple.
        if type(value) not in (Path, Polygon, Circle):
            assert repr(value) == repr(wire.value)


class WithoutEnd:
    """As many points as it likes, whatever its length."""

    def __init__(self, says: int, has: int) -> None:
        self.says, self.has = says, has

    def __len__(self) -> int:
        return self.says

    def __iter__(self) -> Any:
        return iter([(1, 2)] * self.has)


@pytest.mark.parametrize("oid", [PATH, POLYGON])
@pytest.mark.parametrize(("says", "has"), [(1, 2), (2, 1), (0, 3), (3, 0)])
def test_a_length_that_is_not_true_is_refused(oid: int, says: int, has: int) -> None:
    """asyncpg sends the wrong length, at which the server ends the statement or more."""
    with pytest.raises(ValueError, match="number of points changed"):
        REGISTRY.encode(oid, WithoutEnd(says, has))


def test_a_length_beyond_a_message_is_refused() -> None:
    for oid in (PATH, POLYGON):
        with pytest.raises(ValueError, match="value too long"):
            REGISTRY.encode(oid, WithoutEnd(2**28, 0))


class Half:
    def __float__(self) -> float:
        return 0.5


class Seven:
    def __index__(self) -> int:
        return 7


def arguments(module: ModuleType) -> list[Any]:
    types = module.types
    return [
        types.Point(1, 2), types.Point(-0.0, 1e308), types.Box((1, 2), (3, 4)),
        types.Box((3, 4), (1, 2)), types.LineSegment((1, 2), (3, 4)), types.Line(1, 2, 3),
        types.Line(0, 0, 3), types.Circle((1, 2), 3), types.Circle(types.Point(1, 2), 3.5),
        types.Circle((1, 2), -3), types.Path((1, 2), (3, 4)), types.Path((1, 2), is_closed=True),
        types.Path(), types.Polygon((1, 2), (3, 4), (5, 6)), types.Polygon(),
        (), [], {}, set(), (1,), (1, 2), [1, 2], (1, 2, 3), [1, 2, 3], (1, 2, 3, 4), ((1, 2),),
        ((1, 2), (3, 4)), [(1, 2), (3, 4)], [[1, 2], [3, 4]], ((1, 2), (3, 4), (5, 6)), ((1, 2), 3),
        [[1, 2], 3], ((1, 2), "a"), ((1, 2), None), (("a", 2), 1), ((1, "a"), (3, 4)), (None, None),
        ((None, 1), (1, 2)), ("1", "2"), ("a", "b"), ("12", "34"), "12", "", b"\1\2", b"", [b"12"],
        (True, False), (Decimal("1.5"), 2), (Half(), Half()), (Seven(), 1), (10**400, 1),
        (1, 10**400), (math.nan, math.inf), {0: 1, 1: 2}, {(1, 2): 3}, frozenset([(1, 2)]),
        range(3), 5, 1.5, True, object, ((1, 2, 3), (4, 5, 6)), (1j, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("type_name", ["point", "lseg", "path", "box", "polygon", "line", "circle"])
def test_arguments_have_the_outcomes_of_asyncpg(ours: Any, theirs: Any, type_name: str) -> None:
    check_same_outcome(ours, theirs, type_name, arguments)


@pytest.mark.parametrize(
    "expression",
    [
        "'(1,2)'::point", "'(nan,inf)'::point", "'(-0,1e-300)'::point", "'((1,2),(3,4))'::box",
        "'((1,2),(3,4))'::lseg", "'{1,2,3}'::line", "'<(1,2),3>'::circle",
        "'((1,2),(3,4),(5,6))'::polygon", "ARRAY['(1,2)'::point, NULL]",
        "ARRAY['((1,2),(3,4))'::box, '((5,6),(7,8))'::box]", "ROW('(1,2)'::point)",
    ],
)  # fmt: skip
def test_values_are_those_of_asyncpg(ours: Any, theirs: Any, expression: str) -> None:
    check_same_value(ours, theirs, expression)


@pytest.mark.parametrize("text", ["((1,2),(3,4))", "[(1,2),(3,4)]", "[(1,2)]", "((1,2))"])
def test_paths_are_those_of_asyncpg(ours: Any, theirs: Any, text: str) -> None:
    mine = ours.fetchval("SELECT $1::text::path", text)
    others = theirs.fetchval("SELECT $1::text::path", text)

    assert [tuple(point) for point in mine] == [tuple(point) for point in others]
    assert mine.is_closed == others.is_closed
