"""Infinite dates and times, and those that Python cannot hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

UTC = dt.timezone.utc
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))
ZONE = dt.timezone(dt.timedelta(hours=-8))

INFINITE = [
    ("date", dt.date.max, "infinity"),
    ("date", dt.date.min, "-infinity"),
    ("timestamp", dt.datetime.max, "infinity"),
    ("timestamp", dt.datetime.min, "-infinity"),
    ("timestamptz", dt.datetime.max, "infinity"),
    ("timestamptz", dt.datetime.min, "-infinity"),
    ("timestamptz", dt.datetime.max.replace(tzinfo=UTC), "infinity"),
    ("timestamptz", dt.datetime.min.replace(tzinfo=UTC), "-infinity"),
]


@pytest.fixture(params=["ours", "theirs"])
def driver(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(("name", "value", "text"), INFINITE)
def test_the_ends_of_pythons_calendar_are_infinite(
    driver: Any, name: str, value: Any, text: str
) -> None:
    assert driver.fetchval(f"SELECT ($1::{name})::text", value) == text
    assert driver.fetchval(f"SELECT isfinite($1::{name})", value) is False
    assert driver.fetchval(f"SELECT ($1::{name}[])::text", [value, None]) == f"{{{text},NULL}}"


@pytest.mark.parametrize(("name", "value", "text"), INFINITE)
def test_and_come_back_as_such(driver: Any, name: str, value: Any, text: str) -> None:
    back = driver.fetchval(f"SELECT $1::{name}", value)
    expected = value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value
    assert back == expected


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (dt.date.min, dt.date.max, "[-infinity,infinity)"),
        (dt.date(2020, 1, 1), dt.date.max, "[2020-01-01,infinity)"),
    ],
)
def test_ranges_have_infinite_bounds(driver: Any, lower: Any, upper: Any, text: str) -> None:
    bounds = driver.module.Range(lower, upper)
    assert driver.fetchval("SELECT ($1::daterange)::text", bounds) == text


@pytest.mark.parametrize(
    "value", [dt.datetime.max.replace(tzinfo=ZONE), dt.datetime(1, 1, 1, tzinfo=INDIA)]
)
def test_an_instant_that_is_out_of_range_in_utc_is_a_data_error(driver: Any, value: Any) -> None:
    with pytest.raises(driver.module.DataError, match="date value out of range"):
        driver.fetchval("SELECT $1::timestamptz", value)


OUT_OF_RANGE = [
    ("date", "10000-01-01"),
    ("date", "0001-01-01 BC"),
    ("date", "5874897-12-31"),
    ("timestamp", "10000-01-01 00:00:00"),
    ("timestamp", "0001-12-31 23:59:59 BC"),
    ("timestamptz", "294276-12-31 23:59:59+00"),
    ("timestamptz", "4713-01-01 00:00:00+00 BC"),
]

# datetime's, whose wording depends on its version.
PYTHONS_WORDS = r"out of range|ordinal|year must be in"


@pytest.mark.parametrize(("name", "text"), OUT_OF_RANGE)
def test_what_python_cannot_hold_is_an_error_and_never_a_wrong_value(
    driver: Any, name: str, text: str
) -> None:
    for query in (f"SELECT '{text}'::{name}", f"SELECT ARRAY['{text}'::{name}]"):
        with pytest.raises((OverflowError, ValueError), match=PYTHONS_WORDS):
            driver.fetchval(query)
        assert driver.fetchval("SELECT 1") == 1


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none(driver: Any, text: str) -> None:
    if text != "NaN" and not driver.has_infinite_numbers:
        pytest.skip("this PostgreSQL has no infinite numbers")
    for value in (Decimal(text), float(text)):
        assert driver.fetchval("SELECT ($1::numeric)::text", value) == text
        assert driver.fetchval("SELECT ($1::numeric[])::text", [value]) == f"{{{text}}}"
    back = driver.fetchval(f"SELECT '{text}'::numeric")
    assert str(back) == text
