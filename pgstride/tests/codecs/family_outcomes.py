"""What the tests of one family of types share: samples on the wire, and both drivers' outcomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from pgstride.codecs.registry import TypeRegistry
from pgstride.exceptions import ProtocolError

REGISTRY = TypeRegistry()

# Makes arguments of the classes in a driver's `types`.
Arguments = Callable[[ModuleType], Sequence[Any]]


class Wire(NamedTuple):
    """A value, and its bytes from the server and to it."""

    type: str
    oid: int
    value: Any
    hexadecimal: str


def check_both_ways(wire: Wire) -> None:
    data = bytes.fromhex(wire.hexadecimal)
    value = REGISTRY.decode(wire.oid, data)
    assert value == wire.value
    assert type(value) is type(wire.value)
    assert REGISTRY.encode(wire.oid, wire.value).hex() == wire.hexadecimal


def check_lengths(wire: Wire) -> None:
    """All other lengths than the value's are refused."""
    data = bytes.fromhex(wire.hexadecimal)
    for length in range(len(data)):
        with pytest.raises(ProtocolError):
            REGISTRY.decode(wire.oid, data[:length])
    for more in (b"\0", b"\xff" * 4, b"\0" * 16):
        with pytest.raises(ProtocolError):
            REGISTRY.decode(wire.oid, data + more)


def check_refused(oid: int, hexadecimal: str, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        REGISTRY.decode(oid, bytes.fromhex(hexadecimal))


def outcome(driver: Any, expression: str, *args: Any) -> str:
    """The value with its type, or the kind of the error and its words."""
    try:
        value = driver.fetchval(f"SELECT {expression}", *args)
    except Exception as error:  # noqa: BLE001 - whatever it is has to be the same
        return described(f"{type(error).__name__}: {inner_words(str(error))}")
    return described(f"{type(value).__name__} {value!r}")


def inner_words(message: str) -> str:
    """The codec's part of the message; how much is shown of the argument is not its business."""
    if not message.startswith("invalid input for query argument $"):
        return message
    depth = 0
    for position in range(len(message) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(message[position], 0)
        if depth == 0:
            return message[position:]
    return message


def described(text: str) -> str:
    text = re.sub(r"\b(asyncpg\.pgproto|asyncpg|pgstride)\.types\.", "", text)
    return re.sub(r"0x[0-9a-f]{6,}", "0x…", text)


def check_same_outcome(ours: Any, theirs: Any, type_name: str, make: Arguments) -> None:
    """Arguments alone and in arrays have asyncpg's outcomes."""
    differences = []
    for mine, others in zip(make(ours.module), make(theirs.module), strict=True):
        for name, my_argument, other_argument in (
            (type_name, mine, others),
            (f"{type_name}[]", [mine, None], [others, None]),
        ):
            expected = outcome(theirs, f"$1::{name}", other_argument)
            actual = outcome(ours, f"$1::{name}", my_argument)
            if actual != expected:
                differences.append((name, described(repr(mine)), expected, actual))
    if differences:
        pytest.fail("\n".join(map(str, differences)), pytrace=False)


def check_same_value(ours: Any, theirs: Any, expression: str) -> None:
    assert outcome(ours, expression) == outcome(theirs, expression)
