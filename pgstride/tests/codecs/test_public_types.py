"""The classes of `pgstride.types` do what those of `asyncpg.types` do."""

from __future__ import annotations

import copy
import itertools
import pickle
import re
from typing import Any

import pytest

import pgstride.types

theirs = pytest.importorskip("asyncpg.types")

# How instances are made, as expressions with `T`, a driver's module.
MADE = {
    "Type": [
        "T.Type(1, 'a', 'b', 'c')", "T.Type(oid=1, name='a', kind='b', schema='c')", "T.Type(1)",
    ],
    "Attribute": ["T.Attribute('a', T.Type(1, 'a', 'b', 'c'))"],
    "ServerVersion": ["T.ServerVersion(17, 2, 0, 'final', 0)", "T.ServerVersion(17)"],
    "Range": [
        "T.Range()", "T.Range(1, 2)", "T.Range(lower=1, upper=2)", "T.Range(None, 5)",
        "T.Range(5, None)", "T.Range(1, 2, lower_inc=False, upper_inc=True)", "T.Range(empty=True)",
        "T.Range(1, 2, empty=True)", "T.Range(None, None, lower_inc=True, upper_inc=True)",
        "T.Range(1, 1)", "T.Range(5, 1)", "T.Range('a', 'b')", "T.Range(1, 2, True)",
        "T.Range(1, 10)", "T.Range(1, 10, upper_inc=True)", "T.Range(2, 3)", "T.Range(0, 1)",
        "T.Range(1, 2, upper_inc=True)", "T.Range(1, 10, lower_inc=False)",
        "T.Range(float('nan'), 1)",
    ],
    "BitString": [
        "T.BitString('101')", "T.BitString()", "T.BitString(None)", "T.BitString('')",
        "T.BitString('1 0 1')", "T.BitString('102')", "T.BitString('abc')", "T.BitString(b'101')",
        "T.BitString(b'\\1\\0')", "T.BitString('1' * 17)", "T.BitString('1\\t0')",
        "T.BitString('1-1')",
        "T.BitString(['1', '0'])", "T.BitString.frombytes(b'\\xff', 7)",
        "T.BitString.frombytes(b'\\xff', 0)", "T.BitString.frombytes(b'\\xff', 9)",
        "T.BitString.frombytes(b'', 0)", "T.BitString.frombytes(b'', 1)",
        "T.BitString.frombytes(b'', -3)", "T.BitString.frombytes(None, 0)",
        "T.BitString.frombytes(None, 8)", "T.BitString.frombytes(None, 9)",
        "T.BitString.frombytes()",
        "T.BitString.frombytes(b'ab')", "T.BitString.frombytes(b'ab', bitlength=9)",
        "T.BitString.frombytes(bytes_=b'ab')", "T.BitString.from_int('a', 8)",
        "T.BitString.from_int(1.5, 8)", "T.BitString.from_int(True, 8)",
        "T.BitString.from_int(5, length=8)", "T.BitString.from_int(5, 8, 'little')",
    ],
    "Point": [
        "T.Point(1, 2)", "T.Point('1', 2)", "T.Point(1)", "T.Point(1, 2, 3)", "T.Point('a', 1)",
        "T.Point(None, 1)", "T.Point(x=1, y=2)", "T.Point(True, 2)",
    ],
    "Box": [
        "T.Box((1, 2), (3, 4))", "T.Box(high=(1, 2), low=(3, 4))", "T.Box((1,), (2, 3))",
        "T.Box(1, 2)", "T.Box(T.Point(1, 2), T.Point(3, 4))",
    ],
    "LineSegment": [
        "T.LineSegment((1, 2), (3, 4))", "T.LineSegment(p1=(1, 2), p2=(3, 4))",
        "T.LineSegment(1, 2)",
    ],
    "Line": ["T.Line(1, 2, 3)", "T.Line(A=1, B=2, C=3)", "T.Line('a', None, 3)", "T.Line(1, 2)"],
    "Circle": [
        "T.Circle((1, 2), 3)", "T.Circle(center=(1, 2), radius=3)", "T.Circle(T.Point(1, 2), 3.0)",
        "T.Circle(1, 2)",
    ],
    "Path": [
        "T.Path((1, 2), (3, 4))", "T.Path()", "T.Path((1, 2), is_closed=True)", "T.Path(1)",
        "T.Path((1, 2, 3))", "T.Path((1, 2), (3, 4), is_closed=True)", "T.Path([1, 2], [3, 4])",
    ],
    "Polygon": [
        "T.Polygon((1, 2), (3, 4))", "T.Polygon()", "T.Polygon((1, 2), is_closed=True)",
    ],
}  # fmt: skip

# What is done with one instance, `v`.
USES = """
v; str(v); len(v); bool(v); list(v); v[0]; v[-1]; v[1:]; v[99]; v['a']; (1, 2) in v; 1 in v; v == v
v != v; v == 5; v == None; v == (1, 2); v == [1, 2]; v + (1,); hash(v) * 0; '%s' % (v,); v.x; v.y
v.high; v.low; v.p1; v.p2; v.A; v.B; v.C; v.center; v.radius; v.points; v.is_closed; v.bytes
v.as_string(); v.to_int(); v.to_int('little'); v.to_int('big', signed=True); v.to_int('x')
v.to_int(bitorder='little', signed=True); v.lower; v.upper; v.lower_inc; v.upper_inc; v.lower_inf
v.upper_inf; v.isempty; v._asdict(); v._replace(name='q'); v.major; v.oid; isinstance(v, tuple)
isinstance(v, T.Path); hasattr(v, '__dict__'); setattr(v, 'zz', 1); setattr(v, 'x', 1)
setattr(v, 'lower', 1); setattr(v, 'is_closed', 1); setattr(v, 'bytes', 1); copy.copy(v) == v
copy.deepcopy(v) == v; pickle.loads(pickle.dumps(v)) == v; type('Sub', (type(v),), {}).__name__
sorted(name for name in dir(v) if not name.startswith('_'))
"""

PAIRS = ["v == w", "v != w", "v < w", "hash(v) == hash(w)", "v.issubset(w)", "v.issuperset(w)"]


def outcome(expression: str, module: Any, **names: str) -> str:
    scope = {"T": module, "copy": copy, "pickle": pickle}
    try:
        for name, made in names.items():
            scope[name] = eval(made, scope)
        value = eval(expression, scope)
    except Exception as error:  # noqa: BLE001 - whatever it is has to be the same
        found = f"{type(error).__name__}: {error}"
    else:
        found = f"{type(value).__module__}.{type(value).__qualname__} {value!r}"
    found = re.sub(r"\basyncpg(\.pgproto)?\.", "pgstride.", found)
    return re.sub(r"0x[0-9a-f]{6,}", "0x…", found)


def differences(expressions: list[str], **names: str) -> list[tuple[Any, ...]]:
    return [
        (expression, names, expected, actual)
        for expression in expressions
        if (expected := outcome(expression, theirs, **names))
        != (actual := outcome(expression, pgstride.types, **names))
    ]


@pytest.mark.parametrize("made", [made for several in MADE.values() for made in several])
def test_instances_are_made_and_used_alike(made: str) -> None:
    uses = [use.strip() for use in re.split(r"[;\n]", USES) if use.strip()]
    assert differences(uses, v=made) == []


@pytest.mark.parametrize("name", MADE)
def test_instances_are_compared_alike(name: str) -> None:
    found = [
        difference
        for v, w in itertools.product(MADE[name], repeat=2)
        for difference in differences(PAIRS if name == "Range" else PAIRS[:4], v=v, w=w)
    ]
    assert found == []


def test_instances_of_different_classes_are_compared_alike() -> None:
    firsts = [several[0] for several in MADE.values()]
    found = [
        difference
        for v, w in itertools.product(firsts, repeat=2)
        for difference in differences(PAIRS[:3], v=v, w=w)
    ]
    assert found == []


@pytest.mark.parametrize("order", ["big", "little", "x"])
@pytest.mark.parametrize("signed", [False, True])
def test_integers_and_bits_are_converted_alike(order: str, signed: bool) -> None:
    found = []
    for number in (0, 1, 5, -5, 127, 128, -128, -129, 255, 256, 2**40):
        for length in (-1, 0, 1, 3, 8, 9, 16, 50):
            made = f"T.BitString.from_int({number}, {length}, {order!r}, signed={signed})"
            found += differences(
                ["v", "len(v)", "v.bytes", f"v.to_int({order!r}, signed={signed})"], v=made
            )
    assert found == []


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("length", [1, 7, 8, 9, 64, 65])
def test_bits_become_the_integer_that_they_were_made_of(
    length: int, order: Any, signed: bool
) -> None:
    most = 2 ** (length - 1) - 1 if signed else 2**length - 1
    least = -most - 1 if signed else 0
    for number in {least, 0, most // 2, most}:
        if number.bit_length() <= length:
            bits = pgstride.types.BitString.from_int(number, length, order, signed=signed)
            assert (len(bits), bits.to_int(order, signed=signed)) == (length, number)


def test_the_same_names_are_exported() -> None:
    assert sorted(pgstride.types.__all__) == sorted(theirs.__all__)
