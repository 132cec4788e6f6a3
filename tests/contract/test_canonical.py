"""Known answers of the canonical form, and what it refuses."""

import hashlib
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgbench_drivers.contract.canonical import (
    UnknownTypeError,
    WrongAnswerError,
    checksum,
    encoder_for,
)


@pytest.mark.parametrize(
    ("type_name", "value", "encoded"),
    [
        ("bool", True, b"b:t;"),
        ("bool", False, b"b:f;"),
        ("int4", -7, b"i:-7;"),
        ("int8", 2**63 - 1, b"i:9223372036854775807;"),
        ("float8", 1.5, b"f:3ff8000000000000;"),
        ("float4", 1.1, b"f:3ff19999a0000000;"),
        ("text", "é", b"s2:\xc3\xa9;"),
        ("char", b"b", b"s1:b;"),
        ("char", "b", b"s1:b;"),
        ("bytea", memoryview(b"\0;"), b"x2:\0;;"),
        ("int4[]", [1, None, 3], b"a3:i:1;N;i:3;;"),
        ("int4", None, b"N;"),
        ("int4[]", None, b"N;"),
        ("timestamp", datetime(1970, 1, 1, 0, 0, 1), b"t:1000000;"),
        ("timestamptz", datetime(1970, 1, 1, tzinfo=timezone.utc), b"t:0;"),
        (
            "timestamptz",
            datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
            b"t:0;",
        ),
        ("date", date(1970, 1, 11), b"d:10;"),
        ("numeric", Decimal("1.500"), b"m:1.5;"),
        ("numeric", Decimal("1E+2"), b"m:100;"),
        ("numeric", Decimal("-0.00"), b"m:0;"),
        ("uuid", UUID(int=1), b"u:00000000000000000000000000000001;"),
    ],
)
def test_encodes_as_documented(type_name: str, value: object, encoded: bytes) -> None:
    assert encoder_for(type_name)(value) == encoded


def test_checksum_is_sha256_of_all_rows() -> None:
    expected = hashlib.sha256(b"R2:i:1;s1:a;R2:i:2;N;").hexdigest()
    assert checksum([(1, "a"), (2, None)], [("n", "int4"), ("t", "text")]) == expected


@pytest.mark.parametrize(
    ("type_name", "value", "got"),
    [
        ("int4", "1", "str"),
        ("int4", True, "bool"),
        ("int4[]", "{1,2}", "str"),
        ("bytea", "\\x00", "str"),
        ("bool", 1, "int"),
        ("float8", Decimal(1), "Decimal"),
        ("date", datetime(2020, 1, 1), "datetime"),
        ("numeric", 1.5, "float"),
        ("text", b"a", "bytes"),
    ],
)
def test_a_value_of_another_native_type_is_a_wrong_answer(
    type_name: str, value: object, got: str
) -> None:
    with pytest.raises(WrongAnswerError) as caught:
        checksum([(value,)], [("a", type_name)])
    assert str(caught.value) == f"column 1 (a): expected {type_name}, got {got}"


def test_a_row_with_another_number_of_columns_is_a_wrong_answer() -> None:
    with pytest.raises(WrongAnswerError, match="expected 1 columns, got 2"):
        checksum([(1, 2)], [("a", "int4")])


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownTypeError, match="hstore"):
        encoder_for("hstore")


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_different_texts_never_share_an_encoding(left: list[str], right: list[str]) -> None:
    encode = encoder_for("text[]")
    assert (encode(left) == encode(right)) == (left == right)
