"""Identifiers of the server's own, and the types that are transferred as text."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import pytest

from family_outcomes import (
    REGISTRY,
    Wire,
    check_both_ways,
    check_lengths,
    check_refused,
    check_same_outcome,
    check_same_value,
    outcome,
)
from pgstride.codecs.builtin_types import MULTIRANGES, RANGES, SCALARS, VECTORS

TID, VOID, TXID_SNAPSHOT, SNAPSHOT, XID8 = 27, 2278, 2970, 5038, 5069

WIRES = [
    Wire("tid", TID, (0, 0), "000000000000"),
    Wire("tid", TID, (7, 3), "000000070003"),
    Wire("tid", TID, (2**32 - 1, 2**16 - 1), "ffffffffffff"),
    Wire("xid8", XID8, 2**64 - 1, "f" * 16),
    *(
        Wire(name, oid, value, hexadecimal)
        for name, oid in (("txid_snapshot", TXID_SNAPSHOT), ("pg_snapshot", SNAPSHOT))
        for value, hexadecimal in (
            ((10, 10, ()), "00000000000000000000000a000000000000000a"),
            (
                (10, 20, (11, 12)),
                "00000002000000000000000a0000000000000014000000000000000b000000000000000c",
            ),
            ((2**64 - 1, 2**63, (1,)), "00000001" + "f" * 16 + "80" + "00" * 7 + "00" * 7 + "01"),
        )
    ),
]


def named(wire: Wire) -> str:
    return f"{wire.type} {wire.value}"


@pytest.mark.parametrize("wire", WIRES, ids=named)
def test_bytes_and_values(wire: Wire) -> None:
    check_both_ways(wire)


@pytest.mark.parametrize("wire", WIRES, ids=named)
def test_other_lengths_are_refused(wire: Wire) -> None:
    check_lengths(wire)


@pytest.mark.parametrize("oid", [TXID_SNAPSHOT, SNAPSHOT])
@pytest.mark.parametrize("count", ["ffffffff", "80000000", "7fffffff", "20000000", "00000001"])
def test_another_number_of_transactions_is_refused(oid: int, count: str) -> None:
    check_refused(oid, count + "00" * 16, "transactions")


def test_void_is_nothing() -> None:
    assert REGISTRY.decode(VOID, b"") is None
    assert REGISTRY.encode(VOID, "anything") == b""


class Seven:
    def __index__(self) -> int:
        return 7


def places(_: ModuleType) -> list[Any]:
    return [
        (0, 1), [0, 1], (2**32 - 1, 2**16 - 1), (2**32, 1), (0, 2**16), (2**64, 1), (-1, 0),
        (0, -1),
        (), (0,), (0, 1, 2), ("0", "1"), (0, "1"), (0, 1.5), (1.5, 0), (True, True), (None, 1),
        (Seven(), Seven()), "(0,1)", 5, {0: 1}, object,
    ]  # fmt: skip


def snapshots(_: ModuleType) -> list[Any]:
    return [
        (1, 2, ()), (1, 5, (2, 3)), [1, 5, [2, 3]], (1, 5, range(2, 4)), (2**63, 2**63 + 1, ()),
        (5, 1, ()), (1,), (), (1, 2, 3, 4), ("1", 2, ()), (1, "2", ()), (1, 5, ("x",)),
        (1, 5, "ab"),
        (None, 2, ()), (1, 5, (None,)), "1:2:", 5, {0: 1}, object,
    ]  # fmt: skip


def numbers(_: ModuleType) -> list[Any]:
    return [
        0, 1, -1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1, 2**64, True, 1.5, math.nan,
        "5",
        "0/1", b"5", None, (), [1], Seven(), object,
    ]  # fmt: skip


def texts(_: ModuleType) -> list[Any]:
    return [
        "a", "$.a", "a:1 b", "a & b", "<a/>", "1.5", "$1,234.50", "pg_class", "int4", "now()",
        "public",
        "postgres", "english", "simple", '"C"', "postgres=r/postgres", "+(int4,int4)", "häß", "{",
        "'",
        "\\", '"', "NULL", "a,b", "a b", "\ud800", "a\0b", b"", b"a", 0, 1, 1.5, True, (), [], {},
        object,
    ]  # fmt: skip


def test_places_have_the_outcomes_of_asyncpg(ours: Any, theirs: Any) -> None:
    check_same_outcome(ours, theirs, "tid", places)


@pytest.mark.parametrize("type_name", ["txid_snapshot", "pg_snapshot"])
def test_snapshots_have_the_outcomes_of_asyncpg(ours: Any, theirs: Any, type_name: str) -> None:
    check_same_outcome(ours, theirs, type_name, snapshots)


@pytest.mark.parametrize("type_name", ["xid", "cid", "xid8", "pg_lsn"])
def test_numbers_have_the_outcomes_of_asyncpg(ours: Any, theirs: Any, type_name: str) -> None:
    check_same_outcome(ours, theirs, type_name, numbers)


@pytest.mark.parametrize(
    "type_name",
    [
        "money", "jsonpath", "tsvector", "tsquery", "xml", "regclass", "regtype", "regproc",
        "regprocedure", "regoper", "regoperator", "regnamespace", "regrole", "regconfig",
        "regdictionary", "regcollation", "aclitem",
    ],
)  # fmt: skip
def test_texts_have_the_outcomes_of_asyncpg(ours: Any, theirs: Any, type_name: str) -> None:
    check_same_outcome(ours, theirs, type_name, texts)


@pytest.mark.parametrize(
    "value", ["a", "häß", 'a"b', "c\\d", "NULL", " ", "", "{,}", b"x", 5, None]
)
def test_cursor_names_have_the_outcomes_of_asyncpg(ours: Any, theirs: Any, value: Any) -> None:
    assert outcome(ours, "$1::refcursor", value) == outcome(theirs, "$1::refcursor", value)


def test_snapshots_of_what_is_no_integer_are_refused(ours: Any) -> None:
    """asyncpg rounds numbers down; other words than its for what C makes of the rest."""
    for value in ((1.5, 2, ()), (-1, 2, ()), (2**64, 1, ()), (1, 5, None), (1, 5, 3)):
        with pytest.raises(ours.module.DataError):
            ours.fetchval("SELECT $1::pg_snapshot", value)


@pytest.mark.parametrize("type_name", ["tsvector", "refcursor"])
def test_empty_texts_in_arrays_stay_empty(ours: Any, type_name: str) -> None:
    """asyncpg makes a null pointer of them."""
    assert ours.fetchval(f"SELECT $1::{type_name}[]", ["", None]) == ["", None]


@pytest.mark.parametrize(
    "expression",
    [
        "1234.5::numeric::money", "ARRAY[1::money, NULL]", "'16/B374D848'::pg_lsn",
        "'FFFFFFFF/FFFFFFFF'::pg_lsn", "'4294967295'::xid", "'18446744073709551615'::xid8",
        "'4294967295'::cid", "'(4294967295,65535)'::tid", "NULL::tid", "pg_sleep(0)",
        "'10:20:10,14,15'::txid_snapshot", "'10:20:10,14,15'::pg_snapshot", "'10:10:'::pg_snapshot",
        "'cur'::refcursor", "'$.a[*]'::jsonpath", "'a:1 b:2A'::tsvector", "'a & !b'::tsquery",
        "'<a/>'::xml", "'pg_class'::regclass", "'int4'::regtype", "'now'::regproc",
        "'now()'::regprocedure", "'+(int4,int4)'::regoperator", "'public'::regnamespace",
        "'postgres'::regrole", "'english'::regconfig", "'simple'::regdictionary",
        "'\"C\"'::regcollation", "'postgres=r/postgres'::aclitem",
        "ARRAY['postgres=r/postgres'::aclitem]", "'x'::cstring", "'x'", "'x'::unknown",
        "''::\"char\"", "'1 2 3'::int2vector", "'1 2 3'::oidvector", "ARRAY['$.a'::jsonpath]",
        "(SELECT ev_action FROM pg_rewrite ORDER BY oid LIMIT 1)",
        "(SELECT relacl FROM pg_class WHERE relacl IS NOT NULL ORDER BY oid LIMIT 1)",
    ],
)  # fmt: skip
def test_values_are_those_of_asyncpg(ours: Any, theirs: Any, expression: str) -> None:
    check_same_value(ours, theirs, expression)


# Of older or newer servers than the one that is tested against.
OF_OTHER_VERSIONS = {210, 702, 703, 704, 6437, 6490}


def test_built_in_types_are_those_of_the_server(ours: Any) -> None:
    query = "SELECT ARRAY[typname::text, typarray::text] FROM pg_type WHERE oid = $1"
    expected, found = {}, {}
    for oid, array_oid, name, _ in (*SCALARS, *VECTORS, *RANGES, *MULTIRANGES):
        if oid not in OF_OTHER_VERSIONS:
            expected[oid] = [name, str(array_oid)]
            found[oid] = ours.fetchval(query, oid)
    if ours.version < 18:
        # Types that came later, but none with another meaning.
        expected = {oid: expected[oid] for oid, of_server in found.items() if of_server}
        found = {oid: found[oid] for oid in expected}
    assert found == expected


def test_types_whose_values_reach_a_client_are_all_built_in(ours: Any) -> None:
    query = """
        SELECT array_agg(oid) FROM pg_type
        WHERE oid < 10000 AND typnamespace = 'pg_catalog'::regnamespace
            AND typtype IN ('b', 'r', 'm') AND (typelem = 0 OR typlen > 0)
    """
    assert REGISTRY.missing(ours.fetchval(query)) == []
