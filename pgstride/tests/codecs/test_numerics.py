"""Numerics become Decimals with the digits, and the scale, that the server shows."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pgstride.codecs.registry import TypeRegistry

NUMERIC_OID = 1700
REGISTRY: Any = TypeRegistry()


def there_and_back(value: Any) -> Decimal:
    return REGISTRY.decode(NUMERIC_OID, REGISTRY.encode(NUMERIC_OID, value))  # type: ignore[no-any-return]


@given(
    some.decimals(allow_nan=False, allow_infinity=False).filter(lambda d: abs(d.adjusted()) < 9999)
)
def test_any_number_comes_back(value: Decimal) -> None:
    assert there_and_back(value) == value


@given(some.integers(-(10**60), 10**60), some.integers(0, 60))
def test_digits_behind_the_point_are_kept(number: int, scale: int) -> None:
    value = Decimal(f"{number}E-{scale}")

    assert there_and_back(value).as_tuple() == abs_zero(value).as_tuple()


def abs_zero(value: Decimal) -> Decimal:
    return value or abs(value)


@given(some.integers(-(10**60), 10**60))
def test_integers_are_taken_as_numbers(number: int) -> None:
    assert str(there_and_back(number)) == str(number)


@pytest.mark.parametrize(
    "number", [1, 9999, 10000, 10**15, 10**16, 10**17, 10**100, 2**63, -(2**63)]
)
def test_whole_numbers_have_no_exponent(number: int) -> None:
    """asyncpg gives Decimal('1E+4') for 10000; the server writes 10000."""
    assert str(there_and_back(Decimal(number))) == str(number)


@pytest.mark.parametrize("text", ["NaN", "sNaN", "-NaN", "NaN123"])
def test_nan_is_nan(text: str) -> None:
    assert there_and_back(Decimal(text)).is_nan()


@pytest.mark.parametrize("text", ["Infinity", "-Infinity"])
def test_infinity_keeps_its_sign(text: str) -> None:
    assert there_and_back(Decimal(text)) == Decimal(text)


def test_the_current_context_plays_no_part() -> None:
    value = Decimal("-123456789.123456789E+10")
    with decimal.localcontext() as context:
        context.prec, context.capitals = 2, 0
        context.traps[decimal.Inexact] = True
        context.traps[decimal.FloatOperation] = True
        assert there_and_back(value).compare_total(Decimal(-1234567891234567890)) == 0


@pytest.mark.parametrize("scale", range(40))
def test_every_alignment_of_digits_and_groups(scale: int) -> None:
    for digits in ("1", "12", "1234", "12345", "987654321", "1000000000001", "9" * 37):
        value = Decimal(f"{digits}E-{scale}")
        assert there_and_back(value).as_tuple() == value.as_tuple()
        negative = value.copy_negate()  # unlike "-", rounds nothing
        assert there_and_back(negative).as_tuple() == negative.as_tuple()


def test_the_largest_and_the_smallest() -> None:
    largest = Decimal("9" * 131072)
    assert there_and_back(largest) == largest
    smallest = Decimal("1E-16383")
    assert there_and_back(smallest) == smallest


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1E-16384", "exponent is too small"),
        ("1E-999999", "exponent is too small"),
        ("1E+131072", "exponent is too large"),
        ("1E+999999999999999999", "exponent is too large"),
    ],
)
def test_what_the_type_cannot_hold_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"cannot encode Decimal value into numeric: {why}"):
        REGISTRY.encode(NUMERIC_OID, Decimal(text))


def test_subclasses_are_taken_for_their_value() -> None:
    class Money(Decimal):
        def __str__(self) -> str:
            return f"{super().__str__()} €"

    assert there_and_back(Money("1.50")) == Decimal("1.50")
