"""Values of all families of types, and their bytes as a server sends them."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import uuid
from decimal import Decimal
from typing import Any, NamedTuple

from pgstride.types import (
    BitString,
    Box,
    Circle,
    Line,
    LineSegment,
    Path,
    Point,
    Polygon,
    Range,
)


class Sample(NamedTuple):
    """A value, and the bytes that PostgreSQL's send function makes of it."""

    type: str
    oid: int
    value: Any
    hexadecimal: str
    # Whether encoding the value gives the same bytes; if not, the reason is said.
    reversible: bool = True

    @property
    def data(self) -> bytes:
        return bytes.fromhex(self.hexadecimal)


def shown(sample: Sample) -> str:
    """A name for its tests, the same in every process: without addresses."""
    return re.sub(r"0x[0-9a-f]+", "0x…", f"{sample.type} {sample.value!r}")


UTC = dt.timezone.utc
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))
SOME_UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")
END_OF_TIME = dt.datetime(9999, 12, 31, 23, 59, 59, 999999)
TWO_POINTS = "3ff0000000000000400000000000000040080000000000004010000000000000"

SAMPLES = [
    Sample("bool", 16, True, "01"),
    Sample("bool", 16, False, "00"),
    Sample("int2", 21, -2, "fffe"),
    Sample("int4", 23, 70000, "00011170"),
    Sample("int4", 23, -1, "ffffffff"),
    Sample("int8", 20, 5000000000, "000000012a05f200"),
    Sample("oid", 26, 4294967295, "ffffffff"),
    Sample("xid8", 5069, 2**64 - 1, "ffffffffffffffff"),
    Sample("pg_lsn", 3220, 0x16B374D848, "00000016b374d848"),
    Sample("float4", 700, 1.5, "3fc00000"),
    Sample("float8", 701, -0.1, "bfb999999999999a"),
    Sample("float8", 701, float("inf"), "7ff0000000000000"),
    Sample("text", 25, "häß", "68c3a4c39f"),
    Sample("text", 25, "", ""),
    Sample("name", 19, "pg_class", "70675f636c617373"),
    Sample('"char"', 18, b"a", "61"),
    Sample("bytea", 17, b"\x00\xff", "00ff"),
    Sample("json", 114, '{"a": 1}', "7b2261223a20317d"),
    Sample("jsonb", 3802, '{"a": 1}', "017b2261223a20317d"),
    Sample("jsonpath", 4072, '$."a"', "01242e226122"),
    Sample("date", 1082, dt.date(2000, 1, 1), "00000000"),
    Sample("date", 1082, dt.date(1999, 12, 31), "ffffffff"),
    Sample("date", 1082, dt.date(2024, 2, 29), "00002279"),
    Sample("date", 1082, dt.date.max, "7fffffff"),
    Sample("date", 1082, dt.date.min, "80000000"),
    Sample("date", 1082, dt.date.min, "fff4dbf9", reversible=False),  # 0001-01-01 is -infinity
    Sample("date", 1082, dt.date(9999, 12, 30), "002c95d2"),
    Sample("time", 1083, dt.time(23, 59, 59, 999999), "000000141dd75fff"),
    Sample("timetz", 1266, dt.time(12, tzinfo=INDIA), "0000000a0eebb000ffffb2a8"),
    Sample("timestamp", 1114, dt.datetime(2024, 2, 29, 12, 30, 1, 5), "0002b5832fd12445"),
    Sample("timestamp", 1114, dt.datetime(1999, 12, 31, 23, 59, 59, 999999), "ffffffffffffffff"),
    Sample("timestamp", 1114, END_OF_TIME, "7fffffffffffffff"),
    Sample("timestamp", 1114, dt.datetime.min, "8000000000000000"),
    Sample(
        "timestamptz", 1184, dt.datetime(2024, 2, 29, 10, 30, 1, tzinfo=UTC), "0002b58182a9dc40"
    ),
    Sample("timestamptz", 1184, END_OF_TIME, "7fffffffffffffff"),
    Sample(  # a timedelta has neither years nor months
        "interval",
        1186,
        dt.timedelta(days=365 + 60 - 3, hours=4, minutes=5, seconds=6, milliseconds=700),
        "000000036c966ee0fffffffd0000000e",
        reversible=False,
    ),
    Sample(
        "interval",
        1186,
        dt.timedelta(days=-1, microseconds=1),
        "0000000000000001ffffffff00000000",
    ),
    Sample("interval", 1186, dt.timedelta(days=-395), "000000000000000000000000fffffff3", False),
    Sample("uuid", 2950, SOME_UUID, "12345678123456781234567812345678"),
    Sample("numeric", 1700, Decimal(0), "0000000000000000"),
    Sample("numeric", 1700, Decimal("0.00"), "0000000000000002"),
    Sample("numeric", 1700, Decimal(1), "00010000000000000001"),
    Sample("numeric", 1700, Decimal("-1.50"), "000200004000000200011388"),
    # Trailing groups of zeros are not sent by the server, but taken by it.
    Sample("numeric", 1700, Decimal(10000), "00010001000000000001", reversible=False),
    Sample(
        "numeric",
        1700,
        Decimal("123456789.123456789"),
        "0006000200000009000109291a8504d2162e2328",
    ),
    Sample("numeric", 1700, Decimal("0.0001"), "0001ffff000000040001"),
    Sample("numeric", 1700, Decimal("0.00001234"), "0001fffe0000000804d2"),
    Sample("numeric", 1700, Decimal(10**20), "00010005000000000001", reversible=False),
    Sample("numeric", 1700, Decimal("Infinity"), "00000000d0000020", reversible=False),
    Sample("numeric", 1700, Decimal("-Infinity"), "00000000f0000020", reversible=False),
    Sample("numeric", 1700, Decimal("9999.9999"), "0002000000000004270f270f"),
    Sample("numeric", 1700, Decimal(12345678901234567890), "000500040000000004d2162e23340d801ed2"),
    Sample("inet", 869, ipaddress.ip_address("10.1.2.3"), "022000040a010203"),
    Sample(  # the server ignores the mark of a cidr in an inet
        "inet", 869, ipaddress.ip_interface("10.1.2.3/8"), "020800040a010203", reversible=False
    ),
    Sample("inet", 869, ipaddress.ip_address("::1"), "0380001000000000000000000000000000000001"),
    Sample(
        "inet",
        869,
        ipaddress.ip_interface("fe80::1/64"),
        "03400010fe800000000000000000000000000001",
        reversible=False,
    ),
    Sample("cidr", 650, ipaddress.ip_network("10.0.0.0/8"), "020801040a000000"),
    Sample(
        "cidr",
        650,
        ipaddress.ip_network("2001:db8::/32"),
        "0320011020010db8000000000000000000000000",
    ),
    Sample("bit(3)", 1560, BitString("101"), "00000003a0"),
    Sample("varbit", 1562, BitString("101010101"), "00000009aa80"),
    Sample("varbit", 1562, BitString(), "00000000"),
    Sample("point", 600, Point(1.5, -2), "3ff8000000000000c000000000000000"),
    Sample("lseg", 601, LineSegment((1, 2), (3, 4)), TWO_POINTS),
    Sample("box", 603, Box((3, 4), (1, 2)), TWO_POINTS[32:] + TWO_POINTS[:32]),
    Sample("path", 602, Path((1, 2), (3, 4), is_closed=True), "0100000002" + TWO_POINTS),
    Sample("path", 602, Path((1, 2)), "0000000001" + TWO_POINTS[:32]),
    Sample("polygon", 604, Polygon((1, 2), (3, 4)), "00000002" + TWO_POINTS),
    Sample("line", 628, Line(1, 2, 3), "3ff000000000000040000000000000004008000000000000"),
    Sample(
        "circle",
        718,
        Circle(Point(1, 2), 3.0),
        "3ff000000000000040000000000000004008000000000000",
    ),
    Sample("tid", 27, (7, 3), "000000070003"),
    Sample(
        "pg_snapshot",
        5038,
        (10, 20, (11, 12)),
        "00000002000000000000000a0000000000000014000000000000000b000000000000000c",
    ),
    Sample(  # whether there is a NULL is found out by the server itself
        "int4[]",
        1007,
        [1, None, 3],
        "00000001000000010000001700000003000000010000000400000001ffffffff0000000400000003",
        reversible=False,
    ),
    Sample("int4[]", 1007, [], "000000000000000000000017", reversible=False),  # or one of size 0
    Sample(
        "int4[]",
        1007,
        [[1, 2], [3, 4]],
        "000000020000000000000017000000020000000100000002000000010000000400000001"
        "000000040000000200000004000000030000000400000004",
    ),
    Sample(
        "text[]",
        1009,
        ["a", None, "ü"],
        "00000001000000010000001900000003000000010000000161ffffffff00000002c3bc",
        reversible=False,
    ),
    Sample(
        "bool[]",
        1000,
        [True, False],
        "000000010000000000000010000000020000000100000001010000000100",
    ),
    Sample(  # it counts from 0
        "int2vector",
        22,
        [1, 2],
        "0000000100000000000000150000000200000000000000020001000000020002",
        reversible=False,
    ),
    Sample(
        "uuid[]",
        2951,
        [SOME_UUID],
        "000000010000000000000b8600000001000000010000001012345678123456781234567812345678",
    ),
    Sample("money[]", 791, ["$1.00", None], b"{$1.00,NULL}".hex(), reversible=False),
    Sample("int4range", 3904, Range(1, 5), "0200000004000000010000000400000005"),
    Sample("int4range", 3904, Range(empty=True), "01"),
    Sample("int4range", 3904, Range(None, 5), "080000000400000005"),
    Sample(
        "numrange",
        3906,
        Range(Decimal("1.5"), Decimal("2.5"), lower_inc=False, upper_inc=True),
        "040000000c0002000000000001000113880000000c000200000000000100021388",
    ),
    Sample(
        "int4multirange",
        4451,
        [Range(1, 3), Range(5, 6)],
        "00000002000000110200000004000000010000000400000003"
        "000000110200000004000000050000000400000006",
    ),
    Sample(
        "record",
        2249,
        (1, "a", None),
        "00000003000000170000000400000001000000190000000161000002c2ffffffff",
        reversible=False,
    ),
]
