"""Arrays of any depth, their elements in loops or one by one, and in the text format."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pgstride.exceptions import ProtocolError
from pgstride.types import Range

INT2, INT4, INT8, OID, FLOAT4, FLOAT8, BOOL, TEXT = 1005, 1007, 1016, 1028, 1021, 1022, 1000, 1009
BYTEA, DATE, NUMERIC, RANGES, MONEY = 1001, 1182, 1231, 3905, 791

VALUES = {
    INT2: (1, -2, 3),
    INT4: (1, -(2**31), 3),
    INT8: (1, -(2**63), 2**63 - 1),
    OID: (0, 2**32 - 1, 3),
    FLOAT4: (0.5, -1.5, float("inf")),
    FLOAT8: (0.1, -1.5, 1e300),
    BOOL: (True, False, True),
    TEXT: ("", "häß", "日本"),
    BYTEA: (b"", b"\0", b"abc"),
    NUMERIC: (Decimal(1), Decimal("2.50"), Decimal(-3)),
    RANGES: (Range(1, 2), Range(empty=True), Range(None, 5)),
    MONEY: ("1.00", "a,b", 'c"d\\'),
}


@pytest.mark.parametrize("oid", VALUES)
def test_all_shapes_come_back(registry: Any, oid: int) -> None:
    first, second, third = VALUES[oid]
    for value in (
        [],
        [first],
        [None],
        [None, None, None],
        [first, None, third],
        [first, second, third],
        [first, second, third] * 100,
        [[first, second], [third, None]],
        [[[first], [None]], [[second], [third]]],
        [[[[[[first, second]]]]]],
    ):
        assert registry.decode(oid, registry.encode(oid, value)) == value


def elements(*items: bytes | None) -> bytes:
    """An int4[] of these bytes as elements."""
    head = (1, 0, 23, len(items), 1)
    data = b"".join(number.to_bytes(4, "big") for number in head)
    for item in items:
        data += b"\xff\xff\xff\xff" if item is None else len(item).to_bytes(4, "big") + item
    return data


def test_elements_are_checked_wherever_they_are(registry: Any) -> None:
    good = (5).to_bytes(4, "big")
    assert registry.decode(INT4, elements(good, None, good)) == [5, None, 5]
    for bad in (b"", b"abc", b"abcde", b"abcdefgh"):
        for items in ((bad, good, good), (good, bad, good), (good, good, bad), (None, None, bad)):
            with pytest.raises(ProtocolError):
                registry.decode(INT4, elements(*items))


def test_a_dimension_without_elements_makes_an_empty_list(registry: Any) -> None:
    head = (2, 0, 23, 3, 1, 0, 1)
    assert registry.decode(INT4, b"".join(n.to_bytes(4, "big") for n in head)) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, [2]], "non-homogeneous array"),
        ([[1], 2], "non-homogeneous array"),
        ([[1, 2], [3]], "non-homogeneous array"),
        ([["x"], [3, 4]], "non-homogeneous array"),
        (["x", [1]], "non-homogeneous array"),
        ([[1], [[1]]], "non-homogeneous array"),
        ([[[1]], [1]], "non-homogeneous array"),
        ([1, "x"], "invalid array element at index 1: 'str' object cannot be interpreted"),
        ([[1], ["x"]], "invalid array element: 'str' object cannot be interpreted"),
        ([[[[[[[1]]]]]]], r"number of array dimensions \(7\) exceed the maximum expected \(6\)"),
    ],
)
def test_what_is_no_array_is_refused(registry: Any, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        registry.encode(INT4, value)


@pytest.mark.parametrize("value", ["abc", b"abc", {"a": 1}, 5, None, iter([1]), bytearray(b"x")])
def test_what_is_no_container_is_refused(registry: Any, value: Any) -> None:
    for oid in (INT4, MONEY):
        with pytest.raises(TypeError, match="a sized iterable container expected"):
            registry.encode(oid, value)


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("{}", []),
        (" { } ", []),
        ("{a,NULL,null,NuLl}", ["a", None, None, None]),
        ('{"NULL",""}', ["NULL", ""]),
        (r'{"a\"b","c\\d",e\,f}', ['a"b', "c\\d", "e,f"]),
        ("{ a b , c }", ["a b", "c"]),
        ('{" a ",b}', [" a ", "b"]),
        ("{{a,b},{c,d}}", [["a", "b"], ["c", "d"]]),
        ("[0:1]={a,b}", ["a", "b"]),
        ("[2:2][-1:0]={{a,b}}", [["a", "b"]]),
        ("{ü,日本}", ["ü", "日本"]),
    ],
)
def test_array_literals_are_read(registry: Any, literal: str, value: Any) -> None:
    assert registry.decode(MONEY, literal.encode()) == value


@pytest.mark.parametrize(
    "literal",
    ["", " ", "a", "{", "{a", "{a,", "{a,}", "{,a}", "{a}}", "{a}b", '{"a', '{"a\\', "{a b{",
     "{{a}", "[0:1]{a}", "[", "{{{{{{{a}}}}}}}", "{a}{b}", "{{a}b}", "}"],
)  # fmt: skip
def test_malformed_literals_are_refused(registry: Any, literal: str) -> None:
    with pytest.raises(ProtocolError, match="malformed array literal"):
        registry.decode(MONEY, literal.encode())
