"""Any value that is sent is, to the server, the value that it is to Python, and comes back.

The server's own text form is the judge: it has to be what Python would write.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from pgstride.types import BitString, Point, Range

UTC = dt.timezone.utc
# Neither the server nor its encoding has these in text.
TEXT = some.text(some.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def integers(bits: int) -> some.SearchStrategy[int]:
    return some.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def numbers() -> some.SearchStrategy[Decimal]:
    digits = some.integers(-(10**40), 10**40)
    scales = some.integers(0, 45)
    return some.builds(lambda number, scale: Decimal(f"{number}E-{scale}"), digits, scales)


def days() -> some.SearchStrategy[dt.date]:
    # The first and the last of Python's days stand for infinity.
    return some.dates(dt.date(1, 1, 2), dt.date(9999, 12, 30))


def moments(zone: dt.tzinfo | None) -> some.SearchStrategy[dt.datetime]:
    first, last = dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30)
    return some.datetimes(first, last, timezones=some.just(zone))


def date_text(value: dt.date) -> str:
    return value.isoformat()


def fraction_text(microsecond: int) -> str:
    return f".{microsecond:06}".rstrip("0") if microsecond else ""


def time_text(value: dt.time | dt.datetime) -> str:
    return f"{value:%H:%M:%S}{fraction_text(value.microsecond)}"


def moment_text(value: dt.datetime) -> str:
    return f"{date_text(value.date())} {time_text(value)}"


def array_text(text_of: Callable[[Any], str]) -> Callable[[Any], str]:
    def text(value: Any) -> str:
        items = ("NULL" if item is None else text_of(item) for item in value)
        return "{" + ",".join(items) + "}"

    return text


def range_text(text_of: Callable[[Any], str]) -> Callable[[Any], str]:
    def text(value: Range[Any]) -> str:
        if value.isempty:
            return "empty"
        lower = "" if value.lower is None else text_of(value.lower)
        upper = "" if value.upper is None else text_of(value.upper)
        begin, end = "[" if value.lower_inc else "(", "]" if value.upper_inc else ")"
        return f"{begin}{lower},{upper}{end}"

    return text


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spans(bounds: some.SearchStrategy[Any]) -> some.SearchStrategy[Range[Any]]:
    pairs = some.tuples(bounds, bounds).filter(lambda pair: pair[0] < pair[1])
    closed = pairs.map(lambda pair: Range(*pair))
    from_below = bounds.map(lambda bound: Range(None, bound))
    from_above = bounds.map(lambda bound: Range(bound, None))
    return some.one_of(closed, from_below, from_above, some.just(Range(empty=True)))


def either(name: str, values: some.SearchStrategy[Any], text: Callable[[Any], str]) -> Any:
    return pytest.param(name, values, text, id=name)


def arrays_of(values: some.SearchStrategy[Any]) -> some.SearchStrategy[list[Any]]:
    return some.lists(some.none() | values, max_size=8)


# The server writes addresses of version 6 that contain one of version 4 in its form.
HOSTS = some.one_of(
    some.ip_addresses(v=4),
    some.ip_addresses(v=6).filter(lambda address: int(address) >> 48),
    some.tuples(some.integers(0, 2**32 - 1), some.integers(0, 31)).map(ipaddress.IPv4Interface),
)


def host_text(value: Any) -> str:
    """Of an address alone too, the length of the prefix is part of the text."""
    return str(value) if "/" in str(value) else f"{value}/{value.max_prefixlen}"


CASES = [
    either("bool", some.booleans(), lambda value: "true" if value else "false"),
    either("int2", integers(16), str),
    either("int4", integers(32), str),
    either("int8", integers(64), str),
    either("oid", some.integers(0, 2**32 - 1), str),
    either("xid8", some.integers(0, 2**64 - 1), str),
    either("numeric", numbers(), lambda value: format(value, "f")),
    either("text", TEXT, str),
    either("varchar", TEXT, str),
    either("bytea", some.binary(max_size=200), lambda value: f"\\x{value.hex()}"),
    either("uuid", some.uuids(), str),
    either("date", days(), date_text),
    either("time", some.times(), time_text),
    either(
        "timetz",
        some.times(
            timezones=some.integers(-900, 900).map(
                lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))
            )
        ),
        lambda value: time_text(value) + offset_text(value.utcoffset()),
    ),
    either("timestamp", moments(None), moment_text),
    either("timestamptz", moments(UTC), lambda value: f"{moment_text(value)}+00"),
    either("inet", HOSTS, host_text),
    either(
        "varbit",
        some.text("01", max_size=100).map(BitString),
        lambda value: value.as_string().replace(" ", ""),
    ),
    either("int4[]", arrays_of(integers(32)), array_text(str)),
    either("int8[]", arrays_of(integers(64)), array_text(str)),
    either("int2[]", arrays_of(integers(16)), array_text(str)),
    either("oid[]", arrays_of(some.integers(0, 2**32 - 1)), array_text(str)),
    either("bool[]", arrays_of(some.booleans()), array_text(lambda value: "t" if value else "f")),
    either("uuid[]", arrays_of(some.uuids()), array_text(str)),
    either("date[]", arrays_of(days()), array_text(date_text)),
    either("numeric[]", arrays_of(numbers()), array_text(lambda value: format(value, "f"))),
    either(
        "timestamp[]", arrays_of(moments(None)), array_text(lambda value: f'"{moment_text(value)}"')
    ),
    either("daterange", spans(days()), range_text(date_text)),
    either("int8range", spans(some.integers(-(2**62), 2**62)), range_text(str)),
]


def offset_text(offset: dt.timedelta | None) -> str:
    assert offset is not None
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}" + (f":{rest:02}" if rest else "")


@pytest.mark.parametrize(("name", "values", "text_of"), CASES)
def test_the_server_has_the_same_value(
    ours: Any, name: str, values: Any, text_of: Callable[[Any], str]
) -> None:
    @settings(deadline=None, max_examples=150)
    @given(values)
    def check(value: Any) -> None:
        row = ours.fetchrow(f"SELECT $1::{name} AS value, ($1::{name})::text AS text", value)
        assert row["value"] == value
        assert row["text"] == text_of(value)
        assert ours.fetchval(f"SELECT ($1::text)::{name}", row["text"]) == value

    check()


@pytest.mark.parametrize("name", ["float4", "float8"])
def test_floating_point_numbers_are_the_same_to_the_last_bit(ours: Any, name: str) -> None:
    width = 32 if name == "float4" else 64

    @settings(deadline=None, max_examples=150)
    @given(some.lists(some.floats(allow_nan=False, width=width), max_size=8))
    def check(values: list[float]) -> None:
        assert ours.fetchval(f"SELECT $1::{name}[]", values) == values
        texts = ours.fetchval(f"SELECT $1::{name}[]::text[]", values)
        # What is written with a float4's digits is the nearest float8 to them.
        there = ours.fetchval(f"SELECT $1::text[]::{name}[]", texts)
        assert there == values
        for value in values[:1]:
            assert repr(ours.fetchval(f"SELECT $1::{name}", value)) == repr(value)

    check()


@pytest.mark.parametrize("name", ["text", "varchar", "json", "refcursor"])
def test_arrays_of_any_text_are_the_same(ours: Any, name: str) -> None:
    values = TEXT.map(json.dumps) if name == "json" else TEXT

    @settings(deadline=None, max_examples=150)
    @given(some.lists(some.none() | values, max_size=6))
    def check(value: list[str | None]) -> None:
        assert ours.fetchval(f"SELECT $1::{name}[]", value) == value
        expected = ours.fetchval("SELECT array_to_string($1::text[], ',', 'NULL')", value)
        assert expected == ",".join("NULL" if item is None else item for item in value)

    check()


def test_arrays_in_the_text_format_are_the_same(ours: Any) -> None:
    """Lexemes with every special character; tsvector has no binary form for us."""
    words = some.text("ab \t\"\\{},;NULLnull'é", min_size=1, max_size=8)
    vectors = words.map(lambda word: word.replace("\\", "\\\\").replace("'", "''")).map(
        "'{}'".format
    )

    @settings(deadline=None, max_examples=200)
    @given(some.lists(some.lists(some.none() | vectors, min_size=2, max_size=2), max_size=3))
    def check(value: list[list[str | None]]) -> None:
        assert ours.fetchval("SELECT $1::tsvector[]", value) == value

    check()


def test_intervals_are_the_same(ours: Any) -> None:
    @settings(deadline=None, max_examples=150)
    @given(some.timedeltas(dt.timedelta(days=-(10**8)), dt.timedelta(days=10**8)))
    def check(value: dt.timedelta) -> None:
        row = ours.fetchrow(
            "SELECT $1::interval AS value, extract(day FROM $1::interval)::int AS days,"
            " extract(epoch FROM $1 - make_interval(days => extract(day FROM $1::interval)::int))"
            " AS seconds",
            value,
        )
        assert row["value"] == value
        # A float before PostgreSQL 14, which holds the microseconds of a day.
        rest = value - dt.timedelta(days=row["days"])
        assert round(row["seconds"] * 10**6) == rest // dt.timedelta(microseconds=1)

    check()


def test_moments_in_any_zone_are_the_same(ours: Any) -> None:
    zones = some.integers(-1439, 1439).map(lambda m: dt.timezone(dt.timedelta(minutes=m)))
    first, last = dt.datetime(2, 1, 1), dt.datetime(9998, 12, 31)

    @settings(deadline=None, max_examples=150)
    @given(some.datetimes(first, last, timezones=zones | some.timezones()))
    def check(value: dt.datetime) -> None:
        row = ours.fetchrow("SELECT $1::timestamptz AS value, ($1::timestamptz)::text AS t", value)
        # In an hour that a clock skips or repeats, no moment of another zone is equal.
        assert row["value"] == value.astimezone(UTC)
        assert row["value"].tzinfo is UTC
        assert row["t"] == f"{moment_text(value.astimezone(UTC))}+00"

    check()


def test_points_are_the_same(ours: Any) -> None:
    coordinates = some.floats(allow_nan=False)

    @settings(deadline=None)
    @given(some.lists(some.tuples(coordinates, coordinates), min_size=1, max_size=4))
    def check(value: list[tuple[float, float]]) -> None:
        points = [Point(*point) for point in value]
        assert ours.fetchval("SELECT $1::point[]", value) == points
        assert list(ours.fetchval("SELECT $1::path", value)) == points
        assert list(ours.fetchval("SELECT $1::polygon", value)) == points

    check()


def test_composites_are_the_same(ours: Any) -> None:
    pairs = some.tuples(
        some.none() | integers(32),
        some.none() | TEXT,
        some.none() | some.integers(-(10**9), 10**9).map(lambda n: Decimal(n).scaleb(-2)),
    )

    @settings(deadline=None, max_examples=100)
    @given(some.lists(some.none() | pairs, max_size=4))
    def check(value: list[tuple[Any, ...] | None]) -> None:
        assert ours.fetchval("SELECT $1::pair[]", value) == value
        shown = ours.fetchval(
            "SELECT array_agg(row(p.a, p.b, p.c) ORDER BY n) FROM "
            "unnest($1::pair[]) WITH ORDINALITY AS p(a, b, c, n)",
            value,
        )
        assert shown == ([item or (None, None, None) for item in value] or None)

    check()
