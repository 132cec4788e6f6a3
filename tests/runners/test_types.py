"""Every type of the contract, to and fro, in the runners of compiled languages.

The right answers are written by hand here, so that they do not depend on the
reference client either.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.contract.messages import Argument, Column, Expect, JobQuery
from pgbench_drivers.paths import REGISTRY
from tests.runners.conftest import make_job, run_runner

ROWS = 3
DRIVERS = {
    driver.name: driver
    for driver in load_registry(REGISTRY)
    if driver.entry.language in {"rust", "c", "java"}
    and driver.entry.client in {"async", "threads"}
}
# What a driver cannot decode.
WITHOUT = {"vertx": {"oid"}, "vertx-pgbouncer": {"oid"}}


@dataclass(frozen=True)
class Value:
    """A value of a type in SQL, and its canonical form."""

    type: str
    sql: str
    canonical: str
    nullable: bool = False


VALUES = [
    Value("int2", "-7::int2", "i:-7;"),
    Value("int4", "null::int4", "N;", nullable=True),
    Value("int8", "9223372036854775807", "i:9223372036854775807;"),
    Value("oid", "4294967295::oid", "i:4294967295;"),
    Value("bool", "true", "b:t;"),
    Value("bool", "false", "b:f;", nullable=True),
    Value("float4", "1.1::float4", "f:3ff19999a0000000;"),
    Value("float8", "'-0'::float8", "f:8000000000000000;"),
    Value("text", "'grün'", "s5:grün;"),
    Value("varchar", "'v'::varchar", "s1:v;"),
    Value("name", "'n'::name", "s1:n;", nullable=True),
    Value("char", "'b'::\"char\"", "s1:b;"),
    Value("bytea", "'\\x00ff'::bytea", "x2:\x00\xff;"),
    Value("bytea", "null::bytea", "N;", nullable=True),
    Value("bytea", "''::bytea", "x0:;"),
    Value("int4[]", "'{1,-2}'::int4[]", "a2:i:1;i:-2;;"),
    Value("int4[]", "'{}'::int4[]", "a0:;"),
    Value("int4[]", "null::int4[]", "N;", nullable=True),
    Value("int8[]", "'{3}'::int8[]", "a1:i:3;;"),
    Value("bool[]", "'{t,f}'::bool[]", "a2:b:t;b:f;;"),
    Value("text[]", "'{a,\"\"}'::text[]", "a2:s1:a;s0:;;"),
    Value("float8[]", "'{1.5}'::float8[]", "a1:f:3ff8000000000000;;"),
    Value("numeric[]", "'{1.50,-2}'::numeric[]", "a2:m:1.5;m:-2;;"),
    Value("timestamptz", "'2026-01-02 03:04:05.678901+01'::timestamptz", "t:1767319445678901;"),
    Value("timestamptz", "null::timestamptz", "N;", nullable=True),
    Value("timestamp", "'1969-12-31 23:59:59.999999'::timestamp", "t:-1;"),
    Value("date", "'2026-11-24'::date", "d:20781;"),
    Value("date", "'1969-12-31'::date", "d:-1;"),
    Value("numeric", "12.3400::numeric", "m:12.34;"),
    Value("numeric", "-120000::numeric", "m:-120000;"),
    Value("numeric", "0.00000012::numeric", "m:0.00000012;"),
    Value("numeric", "0.00::numeric", "m:0;"),
    Value("numeric", "null::numeric", "N;", nullable=True),
    Value(
        "uuid", "'0123abcd-0123-4567-89ab-0123456789ab'::uuid",
        "u:0123abcd0123456789ab0123456789ab;",
    ),
]  # fmt: skip

ARGUMENTS = [
    (Argument("int2", -7), "i:-7;"),
    (Argument("int8", 9007199254740993), "i:9007199254740993;"),
    (Argument("bool", value=False), "b:f;"),
    (Argument("float8", 1.5), "f:3ff8000000000000;"),
    (Argument("text", "grün"), "s5:grün;"),
    (Argument("bytea", "00ff"), "x2:\x00\xff;"),
    (Argument("uuid", "0123abcd-0123-4567-89ab-0123456789ab"),
     "u:0123abcd0123456789ab0123456789ab;"),
    (Argument("int4", None), "N;"),
]  # fmt: skip
ARGUMENTS_WITH_A_LIBRARY_TYPE = [
    (Argument("int4[]", [1, 2]), "a2:i:1;i:2;;"),
    (Argument("timestamptz", "2026-01-02T03:04:05.678901+01:00"), "t:1767319445678901;"),
    (Argument("date", "2026-11-24"), "d:20781;"),
    (Argument("numeric", "12.3400"), "m:12.34;"),
]


def checksum(row: str, columns: int, rows: int = 1) -> str:
    encoded = f"R{columns}:{row}".replace("\xff", "\udcff")
    content = encoded.encode(errors="surrogateescape")
    return hashlib.sha256(content * rows).hexdigest()


def fetch(sql: str, args: list[Argument], columns: list[Column], expect: Expect) -> JobQuery:
    return JobQuery(
        name="types", kind="fetch", sql=sql, args=args, columns=columns,
        target=None, readback=None, expect=expect,
    )  # fmt: skip


def assert_right(name: str, query: JobQuery, server: Any, runners: Any) -> None:
    entry = DRIVERS[name].entry
    job = make_job(server, query, entry.adapter, entry.options)
    command = runners(entry.language, entry.environment)
    code, events, log = run_runner(command, msgspec.json.encode(job))
    assert code == 0, (events[-1:], log)
    assert events[1]["checksum"] == query.expect.checksum


@pytest.mark.parametrize("name", DRIVERS)
def test_every_type_is_decoded(name, embedded_server, runners) -> None:
    values = [value for value in VALUES if value.type not in WITHOUT.get(name, ())]
    expressions = ", ".join(value.sql for value in values)
    columns = [Column(f"c{i}", v.type, nullable=v.nullable) for i, v in enumerate(values)]
    right = checksum("".join(value.canonical for value in values), len(values), ROWS)
    sql = f"SELECT {expressions} FROM generate_series(1, $1)"
    query = fetch(sql, [Argument("int4", ROWS)], columns, Expect(ROWS, right))
    assert_right(name, query, embedded_server, runners)


@pytest.mark.parametrize("name", DRIVERS)
def test_arguments_come_back_as_they_went(name, embedded_server, runners) -> None:
    arguments = ARGUMENTS + (
        ARGUMENTS_WITH_A_LIBRARY_TYPE if DRIVERS[name].entry.language != "c" else []
    )
    expressions = ", ".join(f"${i}::{a.type}" for i, (a, _) in enumerate(arguments, start=1))
    columns = [Column("c", a.type, nullable=a.value is None) for a, _ in arguments]
    right = checksum("".join(canonical for _, canonical in arguments), len(arguments))
    query = fetch(
        f"SELECT {expressions}", [argument for argument, _ in arguments], columns, Expect(1, right)
    )
    assert_right(name, query, embedded_server, runners)
