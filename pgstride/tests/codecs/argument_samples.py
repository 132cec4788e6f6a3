"""Arguments for parameters of all types, good and bad, in both drivers' classes."""

from __future__ import annotations

import array
import collections
import datetime as dt
import decimal
import fractions
import ipaddress
import uuid
from types import ModuleType
from typing import Any

D = decimal.Decimal
UTC = dt.timezone.utc
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))
PACIFIC = dt.timezone(-dt.timedelta(hours=8))
SOME_UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")


class OnlyIndex:
    def __index__(self) -> int:
        return 7


class OnlyInt:
    def __int__(self) -> int:
        return 8


class OnlyFloat:
    def __float__(self) -> float:
        return 2.5


class FailingInt:
    def __int__(self) -> int:
        msg = "boom"
        raise RuntimeError(msg)


class SubclassOfStr(str):
    __slots__ = ()


class SubclassOfList(list):
    __slots__ = ()


EDGES = [
    sign * 2**bits + offset
    for bits in (15, 31, 32, 63, 64)
    for sign in (1, -1)
    for offset in (-1, 0, 1)
]
INTEGERS = [
    0, 1, -1, *EDGES, 2**100, True, 1.5, 1e300, float("nan"), float("inf"), D("3.7"), "5", "abc",
    b"5", None, object(), OnlyIndex(), OnlyInt(), FailingInt(), fractions.Fraction(7, 2), [1], (1,),
]  # fmt: skip
TIMES = [
    dt.date(2000, 1, 1), dt.date.min, dt.date.max, dt.date(1, 1, 2), dt.date(1969, 12, 31),
    dt.date(2024, 2, 29), dt.date(1900, 2, 28), dt.datetime(2000, 1, 1), dt.datetime.min,
    dt.datetime.max, dt.datetime(1999, 12, 31, 23, 59, 59, 999999),
    dt.datetime(1, 1, 1, 0, 0, 0, 1),
    dt.datetime(2024, 2, 29, 12, 30, 1, 5, tzinfo=UTC), dt.datetime.max.replace(tzinfo=PACIFIC),
    dt.datetime(2024, 2, 29, 12, 30, 1, 5, tzinfo=INDIA), dt.datetime(1, 1, 1, tzinfo=UTC),
    dt.datetime.max.replace(tzinfo=UTC), dt.datetime(1, 1, 1, tzinfo=INDIA), dt.time(0),
    dt.time(23, 59, 59, 999999), dt.time(1, 2, 3, tzinfo=UTC), dt.time(1, 2, 3, tzinfo=INDIA),
    dt.timedelta(1, 2, 3), dt.timedelta.max, dt.timedelta.min, dt.timedelta(microseconds=-1),
    dt.timedelta(days=-5, hours=3), "2020-01-01", "x", 5, 1.5, None, object(), b"x", (),
]  # fmt: skip
TEXTS = [
    "", "a", "häß", "日本語", "x" * 100, "😀", SubclassOfStr("sub"), b"x", 5, None, "\ud800",
    object(), "a\x00b", 1.5, ["a"],
]  # fmt: skip
NUMBERS = [
    D(0), D("0.00"), D(1), D("1.50"), D("-1.5"), D("1E+10"), D("1E-10"), D("NaN"), D("sNaN"),
    D("123456789.123456789"), D("Infinity"), D("-Infinity"), D("1E+200"), D("1E-300"),
    D("1E-16384"), D("1E-16383"), D("1E+131071"), 5, -5, 2**70, 10000, 0.1, 1.5, float("nan"),
    "1.25", "abc", None, object(), True, (0, (1, 2), -1), b"1", fractions.Fraction(1, 2),
]  # fmt: skip
UUIDS = [
    SOME_UUID, str(SOME_UUID), SOME_UUID.hex, f"{{{SOME_UUID}}}", "x", "1" * 31, "1" * 37, "g" * 32,
    "1" * 36, "1" * 33, "-" * 4 + "1" * 32, "1" * 31 + "-", 5, b"x" * 16, None, object(),
]  # fmt: skip
HOSTS = [
    "1.2.3.4", "1.2.3.4/24", "1.2.3.4/32", "::1", "::1/64", "fe80::1%eth0", "x", 5, 2**40, 2**130,
    ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("::ffff:1.2.3.4"),
    ipaddress.ip_interface("10.0.0.1/8"), ipaddress.ip_interface("10.0.0.1/32"),
    ipaddress.ip_network("10.0.0.0/8"), b"abcd", None, object(),
]  # fmt: skip
NETWORKS = [
    "1.2.3.0/24", "1.2.3.4/24", "1.2.3.4", "::/64", "x", 5, ipaddress.ip_network("10.0.0.0/8"),
    ipaddress.ip_address("10.0.0.1"), ipaddress.ip_interface("10.0.0.0/8"), None,
]  # fmt: skip


def arrays(*good: Any) -> list[Any]:
    """Containers of all shapes that may, or may not, be arrays of these elements."""
    one = [good[0]]
    return [
        [], list(good), tuple(good), [None], [None, *good], [list(good), list(good)],
        [[list(good)], [list(good)]], [[], []], [[[]]], [good, good], [good, list(good)],
        [*good, [*good]], [[*good], *good], [[*good], [*good, *good]], [one, [one]],
        collections.deque(good), {1: 2}, set(one), frozenset(one), iter(good), "abc", b"ab", 5,
        None, object(), [object()], [*good, object()], [[*good], [object()] * len(good)],
        [[[[[one]]]]], [[[[[[one]]]]]], SubclassOfList(good), [None, one], range(3), {}.keys(),
        memoryview(b"ab"), bytearray(b"ab"),
    ]  # fmt: skip


def arguments(module: ModuleType) -> dict[str, list[Any]]:
    """Arguments by the type of their parameter, with the classes of `module`.types."""
    types = module.types
    span, bits = types.Range, types.BitString
    year = dt.datetime(2020, 1, 1)
    return {
        "int2": INTEGERS, "int4": INTEGERS, "int8": INTEGERS, "oid": INTEGERS, "xid": INTEGERS,
        "cid": INTEGERS, "xid8": INTEGERS, "pg_lsn": INTEGERS,
        "float4": [*INTEGERS, 0.0, -0.0, 3.4e38, 3.5e38, -1e39, 1e-46, OnlyFloat()],
        "float8": [*INTEGERS, 0.1, -0.0, 1e308, float("-inf"), OnlyFloat()],
        "bool": [True, False, 1, 0, "t", None, object()],
        "text": TEXTS, "varchar": TEXTS, "name": TEXTS, "char(5)": ["a", "abcde", "abcdef", 5],
        "json": ["{}", "[1, 2]", "x", {}, 5], "jsonb": ['{"a": 1}', "[1,2]", "x", {}, 5, ""],
        "jsonpath": ["$.a", "x y", 5], '"char"': [b"a", b"\xff", b"", b"ab", "a", 5],
        "bytea": [
            b"", b"abc", bytearray(b"xy"), memoryview(b"abc"), memoryview(b"abcdef")[::2],
            array.array("i", [1]), "abc", 5, None,
        ],
        "date": TIMES, "time": TIMES, "timetz": TIMES, "timestamp": TIMES, "timestamptz": TIMES,
        "interval": TIMES, "uuid": UUIDS, "numeric": NUMBERS,
        "numeric(10,2)": [D("1.005"), 5, D("123456789")], "inet": HOSTS, "cidr": NETWORKS,
        "macaddr": ["08:00:2b:01:02:03", "x", 5], "macaddr8": ["08:00:2b:01:02:03:04:05", 5],
        "money": ["12.50", "$5", "x", 5], "bit(3)": [bits("101"), bits("1"), b"\xa0", "101", 5],
        "varbit": [
            bits("1010101"), bits(""), bits("1" * 17), b"\xff\x00", bytearray(b"\x01"), "1", 5,
        ],
        "point": [(1, 2), types.Point(1.5, -2), [1, 2], (1,), (1, 2, 3), "ab", ("a", "b"), 5, ()],
        "lseg": [((1, 2), (3, 4)), types.LineSegment((1, 2), (3, 4)), (1, 2), 5, [[1, 2], [3, 4]]],
        "box": [((3, 4), (1, 2)), types.Box((3, 4), (1, 2)), 5, ((1, 2), (3, 4))],
        "path": [
            ((1, 2), (3, 4)), [(1, 2), (3, 4)], types.Path((1, 2), (3, 4)), (), [], 5, "ab",
            types.Path((1, 2), is_closed=True), types.Polygon((1, 2), (2, 3)),
        ],
        "polygon": [
            ((1, 2), (3, 4)), [(1, 2), (3, 4)], types.Polygon((1, 2), (3, 4)), types.Path((1, 2)),
            [], 5,
        ],
        "line": [(1, 2, 3), types.Line(1, 2, 3), [1, 2, 3], (1, 2), 5, ("a", 1, 2)],
        "circle": [((1, 2), 3), types.Circle((1, 2), 3), 5, ((1, 2),), ((1, 2), -1)],
        "tid": [
            (0, 1), [1, 2], (2**32 - 1, 65535), (2**32, 0), (0, 65536), (-1, 0), (1,), 5, ("a", 1),
        ],
        "pg_snapshot": [(1, 5, (2, 3)), (1, 5, ()), (1, 5, [2]), (1, 5), 5, (5, 1, ())],
        "txid_snapshot": [(1, 5, (2, 3))],
        "regclass": ["pg_class", "nope", 5], "regtype": ["int4", 5], "regproc": ["now"],
        "refcursor": ["c"], "tsvector": ["a b", "a:1", 5], "tsquery": ["a & b", 5],
        "int2[]": [*arrays(1, 2, 3), [True, 2], [1.5], [2**40], [OnlyInt()], ["x"]],
        "int4[]": [*arrays(1, 2, 3), [True, 2], [1.5], [2**40], [OnlyInt()], [1, "x"],
            [[1], ["x"]]],
        "int8[]": [*arrays(1, 2), [2**63], [D(5)], [OnlyInt(), FailingInt()]],
        "oid[]": [*arrays(1, 2), [-1], [2**32]],
        "float4[]": [*arrays(1.5, 2.5), [1], [1e39], ["x"]],
        "float8[]": [*arrays(1.5, 2.5), [1], [True], ["x"], [OnlyFloat()]],
        "bool[]": [*arrays(True, False), [1]],
        "text[]": [
            *arrays("a", "b"), ["häß", SubclassOfStr("s")], [b"x"], ["\ud800"],
            [["a", None], [None, "b"]],
        ],
        "varchar[]": [["a"]], "bytea[]": [[b"a", b""], [bytearray(b"x")]], '"char"[]': [[b"a"]],
        "name[]": [["a"]], "uuid[]": arrays(SOME_UUID, str(SOME_UUID)),
        "numeric[]": [*arrays(D("1.5"), 5), [0.5]],
        "timestamptz[]": arrays(year.replace(tzinfo=UTC)), "date[]": arrays(year.date()),
        "json[]": [["{}"]], "jsonb[]": [["{}", None]], "inet[]": arrays("1.2.3.4"),
        "point[]": [[(1, 2)], [types.Point(1, 2)], [[1, 2]], [[(1, 2)], [(3, 4)]]],
        "box[]": [[((3, 4), (1, 2)), ((5, 6), (0, 0))]], "interval[]": [[dt.timedelta(1)]],
        "money[]": [["1.00", None], [["1"], ["2"]], [5]], "macaddr[]": [["08:00:2b:01:02:03"]],
        "regclass[]": [["pg_class", None], []], "tsvector[]": [["'a b':1 'c'", "x y"]],
        "refcursor[]": [
            ['a"b', "c\\d", "NULL", "null", "a b", " a ", "{", "}", ",", "'"], [["a"], ["b"]],
        ],
        "int4range": [
            (1, 5), [1, 5], (1,), (), (None, 5), (None, None), (1, None), span(1, 5), (5, 1),
            span(1, 5, upper_inc=True), span(None, 5), span(1, None), span(), span(empty=True),
            span(1, 5, lower_inc=False), (1, 2, 3), 5, "ab", None, ("a", "b"), span("a", "b"),
            span(2**40, None),
        ],
        "numrange": [span(D("1.5"), D("2.5")), (1, 2)], "tsrange": [span(year, None)],
        "tstzrange": [span(year.replace(tzinfo=UTC), None)], "int8range": [span(1, 5)],
        "daterange": [
            span(dt.date(2020, 1, 1), dt.date(2021, 1, 1)), span(dt.date.min, dt.date.max),
        ],
        "int4range[]": [[span(1, 5), (2, 3), None], [[span(1, 5)]]],
        "int4multirange": [
            [span(1, 5), span(7, 9)], [], ((1, 2), (4, 5)), [span(1, 5), span(3, 9)], 5, "ab", [5],
            [None], {1}, [span(empty=True)],
        ],
        "datemultirange": [[span(dt.date(2020, 1, 1), dt.date(2021, 1, 1))]],
        "int4multirange[]": [[(span(1, 5),)], [[span(1, 5)]], [None]],
        "pair": [
            (1, "x", D("1.5")), (None, None, None), {"a": 1}, {"b": "x", "zz": 1}, {}, [1, "x", 2],
            (1,), 5, "abc", (1, 2, 3), ("x", "y", 1), iter((1, 2)), collections.OrderedDict(b="x"),
        ],
        "pair[]": [
            [(1, "x", D(1)), None, (None, None, None)], [[(1, "x", 1)], [(2, "y", 2)]], [{"a": 1}],
            [5], [(1,)], [],
        ],
        "nested": [
            (1, (1, "x", 2), [1, 2]), {"pair": {"a": 5}}, (1, None, None), (1, (1, 2, 3), []),
        ],
        "positive": [1, 5, -1, "x"], "short_text": ["a", "too long", 5], "domain_of_domain": [1],
        "domain_of_array": [[1, 2], 5], "mood": ["sad", "happy", "nope", 5],
        "mood[]": [["sad", None], [], [5], ["nope"]], "float_range": [span(1.5, 2.5), (1, 2)],
        "float_multirange": [[span(1.5, 2.5)]], "mood_range": [span("sad", "happy")],
        "with_dropped_column": [(1, "x")], '"a ""quoted"" name"': [(1, 2)], "int2vector": [[1, 2]],
        "oidvector": [[1, 2], []],
    }  # fmt: skip
