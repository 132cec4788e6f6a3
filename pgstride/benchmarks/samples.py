"""Results and arguments to measure with: the same in every run, and in every process."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from ipaddress import IPv4Address
from typing import Any
from uuid import UUID

from pgstride.codecs.builtin_types import SCALARS

OIDS = {name: oid for oid, _, name, _ in SCALARS}
OIDS |= {f"{name}[]": array_oid for _, array_oid, name, _ in SCALARS if array_oid}

EPOCH = datetime(2024, 1, 1, tzinfo=timezone.utc)

Row = tuple[Any, ...]
Maker = Callable[[random.Random], Any]


@dataclass(frozen=True)
class Sample:
    """Rows of columns of these types."""

    types: tuple[str, ...]
    rows: Sequence[Row]

    @property
    def oids(self) -> tuple[int, ...]:
        """The columns' type OIDs."""
        return tuple(OIDS[name] for name in self.types)


def _int4(chance: random.Random) -> int:
    return chance.randrange(-(2**31), 2**31)


def _word(chance: random.Random, length: int = 8) -> str:
    return "".join(chance.choices(string.ascii_lowercase, k=length))


def _instant(chance: random.Random) -> datetime:
    return EPOCH + timedelta(microseconds=chance.randrange(10**14))


# One column of 1000 rows each: name, type, what makes a value.
COLUMNS: list[tuple[str, str, Maker]] = [
    ("int small", "int4", lambda chance: chance.randrange(1000)),
    ("int any", "int4", _int4),
    ("bigint", "int8", lambda chance: chance.randrange(2**62)),
    ("bool", "bool", lambda chance: chance.random() < 0.5),
    ("float8", "float8", lambda chance: chance.uniform(-1e6, 1e6)),
    ("numeric", "numeric", lambda chance: Decimal(chance.randrange(10**8)) / 100),
    ("numeric long", "numeric", lambda chance: Decimal(chance.randrange(10**30)) / 10**12),
    ("text 8", "text", _word),
    ("text 37", "text", lambda chance: _word(chance, 37)),
    ("text beyond ASCII", "text", lambda chance: "".join(chance.choices("äöüßéèñ中文 abc", k=20))),
    ("bytea 1 KiB", "bytea", lambda chance: chance.randbytes(1024)),
    ("uuid", "uuid", lambda chance: UUID(int=chance.getrandbits(128))),
    ("date", "date", lambda chance: date(2000, 1, 1) + timedelta(days=chance.randrange(10_000))),
    ("time", "time", lambda chance: time(chance.randrange(24), chance.randrange(60), 1, 5)),
    ("timestamp", "timestamp", lambda chance: _instant(chance).replace(tzinfo=None)),
    ("timestamptz", "timestamptz", _instant),
    ("interval", "interval", lambda chance: timedelta(seconds=chance.randrange(10**6))),
    ("jsonb", "jsonb", lambda chance: json.dumps({_word(chance): chance.random(), "a": [1, 2]})),
    ("inet", "inet", lambda chance: IPv4Address(chance.getrandbits(32))),
]


# Name, types, number of rows, what makes a row.
ROWS: list[tuple[str, tuple[str, ...], int, Maker]] = [
    (
        # As the catalogue has them.
        "pg_type",
        ("name", "oid", "oid", "int2", "bool", "char", "bool", "bool", "char", *["oid"] * 3),
        619,
        lambda chance: (
            _word(chance, chance.randrange(4, 30)), 11, 10, chance.choice([-1, 4, 8]),
            chance.random() < 0.5, chance.choice([b"A", b"U", b"C"]), False, True, b",",
            chance.randrange(16_000), chance.randrange(4_000), chance.randrange(16_000),
        ),
    ),
    (
        "application",
        ("int8", "text", "bool", "timestamptz", "float8", "text", "int4"),
        1000,
        lambda chance: (
            chance.randrange(10**9), _word(chance, 37), chance.random() < 0.5, _instant(chance),
            chance.random(), chance.choice(["new", "paid", "sent"]), chance.randrange(100),
        ),
    ),
    ("int[100] 1…100", ("int4[]",), 100, lambda chance: (list(range(1, 101)),)),
    ("int[100] any", ("int4[]",), 100, lambda chance: ([_int4(chance) for _ in range(100)],)),
    ("text[10]", ("text[]",), 100, lambda chance: ([_word(chance) for _ in range(10)],)),
    *(
        (name, (type_name,), 1000, lambda chance, make=make: (make(chance),))
        for name, type_name, make in COLUMNS
    ),
]  # fmt: skip

NAMES = [name for name, *_ in ROWS]


def sample(wanted: str) -> Sample:
    """The sample of this name."""
    for name, types, count, make in ROWS:
        if name == wanted:
            chance = random.Random(name)
            return Sample(types, [make(chance) for _ in range(count)])
    raise KeyError(wanted)
