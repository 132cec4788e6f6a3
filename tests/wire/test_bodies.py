"""What is in a message, and that a body of another shape is refused."""

from __future__ import annotations

from collections.abc import Callable
from struct import pack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgbench_drivers.wire import bodies
from pgbench_drivers.wire.framing import WireError
from tests.wire import making

HEADER_BYTES = 5
READERS: list[Callable[[bytes], Any]] = [
    bodies.parse, bodies.bind, bodies.named, bodies.execute, bodies.row_description,
    bodies.data_row_columns, bodies.copy_response, bodies.transaction_status, bodies.error_text,
    lambda body: bodies.text(body, "Query"),
]  # fmt: skip


def body(encoded: bytes) -> bytes:
    return encoded[HEADER_BYTES:]


def test_parse_tells_name_and_statement() -> None:
    assert bodies.parse(body(making.parse("s1", "SELECT 1"))) == ("s1", "SELECT 1", ())


def test_bind_tells_formats_and_how_many_parameters() -> None:
    found = bodies.bind(body(making.bind("s1", (b"abc", None, b""), (1,), (0, 1))))
    assert found == bodies.Bind("", "s1", (1,), 3, (0, 1))


def test_describe_and_close_tell_what_they_name() -> None:
    assert bodies.named(body(making.describe("S", "s1"))) == ("S", "s1")
    assert bodies.named(body(making.close("P", ""))) == ("P", "")


def test_a_row_description_tells_columns() -> None:
    found = bodies.row_description(body(making.row_description("a", "b", number=1)))
    assert [(field.name, field.type_oid, field.format) for field in found] == [
        ("a", 23, 1), ("b", 23, 1),
    ]  # fmt: skip


def test_copy_and_rows_tell_their_width() -> None:
    assert bodies.copy_response(b"\1" + making.formats(1, 1, 1)) == (1, 3)
    assert bodies.data_row_columns(body(making.row(7))) == 7


def test_an_error_tells_code_and_message() -> None:
    assert bodies.error_text(body(making.error("42P01", "no such table"))) == "42P01: no such table"


@pytest.mark.parametrize(
    ("read", "malformed", "said"),
    [
        (bodies.parse, b"name", "a string without its end"),
        (bodies.parse, body(making.parse("", "SELECT 1")) + b"x", "1 bytes too many"),
        (bodies.bind, b"\0\0" + pack("!hhi", 0, 1, -2) + pack("!h", 0), "a parameter of -2 bytes"),
        (bodies.bind, b"\0\0" + pack("!hhi", 0, 1, 99), "in the middle of a value"),
        (bodies.named, b"Xname\0", "of neither a statement nor a portal, but 'X'"),
        (bodies.named, b"", "of neither a statement nor a portal"),
        (bodies.execute, b"\0", "in the middle of a value"),
        (bodies.row_description, pack("!h", 1), "a string without its end"),
        (bodies.transaction_status, b"?", r"the status '\?'"),
        (bodies.error_text, b"", "in the middle of a value"),
    ],
)
def test_a_malformed_body_is_refused(
    read: Callable[[bytes], Any], malformed: bytes, said: str
) -> None:
    with pytest.raises(WireError, match=said):
        read(malformed)


@given(st.binary(max_size=60), st.sampled_from(READERS))
def test_no_bytes_give_another_error(data: bytes, read: Callable[[bytes], Any]) -> None:
    try:
        read(data)
    except WireError:
        return
