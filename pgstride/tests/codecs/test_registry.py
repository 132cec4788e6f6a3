"""What the registry makes of types that are not built in."""

from __future__ import annotations

import re
from typing import Any

import pytest

import pgstride
from pgstride.codecs import builtin_types
from pgstride.codecs.introspection import INTROSPECTION_QUERY
from pgstride.exceptions import (
    InternalClientError,
    OutdatedSchemaCacheError,
    UnsupportedClientFeatureError,
)

FIRST = 20000


def row(kind: str, **facts: Any) -> dict[str, Any]:
    """A row of the introspection query's answer."""
    nothing = {"base": 0, "element": 0, "delimiter": b",", "subtype": None}
    return {
        "oid": FIRST,
        "schema": "public",
        "name": "thing",
        "kind": kind.encode(),
        "attribute_names": [],
        "attribute_types": [],
        **nothing,
        **facts,
    }


PAIR = row("c", attribute_names=["a", "b"], attribute_types=[23, 25])


def described(registry: Any, oid: int = FIRST) -> tuple[str, str, str]:
    codec = registry.codec(oid)
    return codec.schema, codec.name, codec.kind


def test_built_in_types_are_known(registry: Any) -> None:
    for oid, array_oid, name, _ in builtin_types.SCALARS:
        assert described(registry, oid) == ("pg_catalog", name, "scalar")
        if array_oid:
            assert described(registry, array_oid) == ("pg_catalog", f"{name}[]", "array")


def test_missing_types_are_named_once(registry: Any) -> None:
    assert registry.missing([23, FIRST, 25, FIRST, 2249, 2287, FIRST + 1]) == [FIRST, FIRST + 1]


def test_an_unknown_type_is_refused(registry: Any) -> None:
    assert registry.get(FIRST) is None
    with pytest.raises(UnsupportedClientFeatureError, match=str(FIRST)):
        registry.codec(FIRST)


def test_an_enum_is_text(registry: Any) -> None:
    registry.learn([row("e")])

    assert described(registry) == ("public", "thing", "scalar")
    assert registry.decode(FIRST, b"sad") == "sad"


def test_a_domain_is_its_base_type(registry: Any) -> None:
    registry.learn([row("d", base=23)])

    assert described(registry) == ("pg_catalog", "int4", "scalar")


def test_an_array_of_a_domain_names_the_domain_to_the_server(registry: Any) -> None:
    registry.learn([row("d", base=23), row("b", oid=FIRST + 1, name="_thing", element=FIRST)])

    assert described(registry, FIRST + 1) == ("public", "thing[]", "array")
    assert registry.encode(FIRST + 1, [1])[8:12] == FIRST.to_bytes(4, "big")


def test_a_composite_is_a_record(registry: Any) -> None:
    registry.learn([PAIR])
    value = registry.decode(FIRST, registry.encode(FIRST, (1, "x")))

    assert described(registry) == ("public", "thing", "composite")
    assert isinstance(value, pgstride.Record)
    assert dict(value) == {"a": 1, "b": "x"}
    assert registry.decode(FIRST, registry.encode(FIRST, value)) == value


def test_records_are_elements_where_the_elements_are_composites(registry: Any) -> None:
    registry.learn([PAIR, row("b", oid=FIRST + 1, name="_thing", element=FIRST)])
    records = registry.decode(FIRST + 1, registry.encode(FIRST + 1, [(1, "x"), {"b": "y"}]))

    assert registry.decode(FIRST + 1, registry.encode(FIRST + 1, records)) == records
    # Elsewhere a record is a sequence like any other.
    assert registry.decode(1009, registry.encode(1009, [["x"]])) == [["x"]]
    registry.learn([row("c", oid=FIRST + 2, attribute_names=["a"], attribute_types=[23])])
    single = registry.decode(FIRST + 2, registry.encode(FIRST + 2, (7,)))
    assert registry.decode(1007, registry.encode(1007, [single, single])) == [[7], [7]]


def test_attributes_that_are_left_out_are_null(registry: Any) -> None:
    registry.learn([PAIR])

    assert tuple(registry.decode(FIRST, registry.encode(FIRST, {"b": "x"}))) == (None, "x")
    with pytest.raises(ValueError, match="'z' is not a valid element of composite type thing"):
        registry.encode(FIRST, {"z": 1})
    with pytest.raises(ValueError, match="has 2 attributes, 3 were given"):
        registry.encode(FIRST, (1, "x", 3))


def test_a_composite_that_has_changed_is_noticed(registry: Any) -> None:
    registry.learn([PAIR])
    data = registry.encode(FIRST, (1, "x"))
    with pytest.raises(OutdatedSchemaCacheError, match="number of attributes") as caught:
        registry.decode(FIRST, b"\0\0\0\1" + data[4:])
    assert (caught.value.schema_name, caught.value.data_type_name) == ("public", "thing")
    with pytest.raises(OutdatedSchemaCacheError, match="data type of composite type attribute 0"):
        registry.decode(FIRST, data[:4] + b"\0\0\0\x14" + data[8:])


def test_a_range_and_its_multirange(registry: Any) -> None:
    registry.learn(
        [
            row("r", subtype=701),
            row("m", oid=FIRST + 1, name="things", subtype=701),
            row("b", oid=FIRST + 2, name="_things", element=FIRST + 1),
        ]
    )
    span = pgstride.Range(1.5, 2.5)

    assert described(registry) == ("public", "thing", "range")
    assert described(registry, FIRST + 1) == ("public", "things", "multirange")
    assert registry.decode(FIRST, registry.encode(FIRST, span)) == span
    assert registry.decode(FIRST + 2, registry.encode(FIRST + 2, [(span,)])) == [[span]]


def test_another_type_is_exchanged_as_text(registry: Any) -> None:
    registry.learn(
        [row("b"), row("b", oid=FIRST + 1, name="_thing", element=FIRST, delimiter=b"|")]
    )

    assert registry.encode(FIRST, "a") == b"a"
    assert registry.encode(FIRST + 1, ["a", None]) == b'{"a"|NULL}'
    assert registry.decode(FIRST + 1, b"{a|b,c}") == ["a", "b,c"]


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "c", "attribute_names": ["a"], "attribute_types": [790]},
        {"kind": "r", "subtype": 790},
    ],
)
def test_types_that_need_the_text_format_of_others_are_refused(
    registry: Any, facts: dict[str, Any]
) -> None:
    with pytest.raises(UnsupportedClientFeatureError, match=re.escape('type "public"."thing"')):
        registry.learn([row(**facts)])


def test_new_types_of_postgresql_itself_are_refused(registry: Any) -> None:
    with pytest.raises(UnsupportedClientFeatureError, match="unhandled standard data type 'thing'"):
        registry.learn([row("b", oid=9999)])
    with pytest.raises(UnsupportedClientFeatureError):
        registry.learn([row("p")])


def test_connections_do_not_share_what_they_learn(registry: Any) -> None:
    registry.learn([row("e")])

    assert type(registry)().get(FIRST) is None


def test_anonymous_records_hold_types_that_were_learned(registry: Any) -> None:
    registry.learn([row("e")])
    item = FIRST.to_bytes(4, "big") + b"\0\0\0\3sad"

    assert registry.decode(2249, b"\0\0\0\1" + item) == ("sad",)
    with pytest.raises(InternalClientError, match="position 0 of type OID 20001"):
        registry.decode(2249, b"\0\0\0\1" + (FIRST + 1).to_bytes(4, "big") + b"\0\0\0\0")


def test_anonymous_records_cannot_be_sent(registry: Any) -> None:
    with pytest.raises(UnsupportedClientFeatureError, match="anonymous composite types"):
        registry.encode(2249, (1, 2))


def test_a_domain_over_an_array_and_dropped_columns(ours: Any) -> None:
    assert ours.fetchval("SELECT $1::domain_of_array", [1, 2]) == [1, 2]
    assert ours.fetchval("SELECT $1::positive[]", [1, 2]) == [1, 2]
    assert ours.fetchval("SELECT row(1, 'x')::with_dropped_column") == (1, "x")


def test_deep_dependencies_are_learned_at_once(ours: Any) -> None:
    value = ours.fetchval("SELECT array[row(1, row(2, 'x', 3.5), array[4])::nested]")

    assert value[0]["pair"]["c"] == pytest.approx(3.5)
    assert value[0]["list"] == [4]


def test_the_query_stays_below_the_costs_of_the_jit_compiler(ours: Any) -> None:
    query = INTROSPECTION_QUERY.replace("$1", "'{16384,2206}'")
    plan = ours.fetchval(f"EXPLAIN {query}")
    cost = float(re.search(r"\.\.(\d+)", plan)[1])  # type: ignore[index]
    assert cost < float(ours.fetchval("SHOW jit_above_cost"))
