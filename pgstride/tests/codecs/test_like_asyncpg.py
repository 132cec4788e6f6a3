"""The same arguments give the same values, or the same errors, as in asyncpg."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

import pgstride
from argument_samples import arguments

TYPES = list(arguments(pgstride))


def outcome(driver: Any, type_name: str, argument: Any) -> tuple[Any, ...]:
    try:
        value = driver.fetchval(f"SELECT $1::{type_name}", argument)
    except driver.module.PostgresError as error:
        return ("refused", type(error).__name__, str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is has to be the same
        return ("error", type(error).__name__, str(error))
    return ("value", without_exponents(value))


def without_exponents(value: Any) -> Any:
    """The value, in which equal numbers look alike: asyncpg's 10000 is Decimal('1E+4')."""
    if type(value) is list:
        return [without_exponents(item) for item in value]
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    return value


def shown(value: Any) -> str:
    text = repr(value).replace("asyncpg.pgproto.types.", "").replace("pgstride.types.", "")
    return re.sub(r"0x[0-9a-f]+", "0x…", text)


# By type, the arguments on which the drivers differ, and why.
DEVIATIONS = {
    # asyncpg looks at the first sub-array only, and fails in other words.
    "[[one], [[one]]]": re.compile(r"^\[\[[^\[\]]*\], \[\[[^\[\]]*\]\]\]$"),
}


@pytest.mark.parametrize("type_name", TYPES)
def test_same_outcome(ours: Any, theirs: Any, type_name: str) -> None:
    mine = arguments(ours.module)[type_name]
    others = arguments(theirs.module)[type_name]
    differences = []
    for my_argument, other_argument in zip(mine, others, strict=True):
        expected = shown(outcome(theirs, type_name, other_argument))
        actual = shown(outcome(ours, type_name, my_argument))
        if actual != expected and not any(
            pattern.match(shown(my_argument)) for pattern in DEVIATIONS.values()
        ):
            differences.append((shown(my_argument), expected, actual))
    assert not differences
