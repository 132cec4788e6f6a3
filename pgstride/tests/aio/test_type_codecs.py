"""Codecs that the user sets for a connection, and what is known of types that change."""

import datetime as dt
import json

import pytest

INFINITE = 2**63 - 1


def upper(value):
    return value.upper()


async def test_a_text_codec_serves_the_type_and_its_arrays(both):
    async with both.connection() as connection:
        await connection.set_type_codec(
            "json", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
        )
        value = {"a": [1, None], "b": 'quoted "text"'}
        assert await connection.fetchval("SELECT $1::json", value) == value
        assert await connection.fetchval("SELECT $1::json[]", [value, None]) == [value, None]
        row = await connection.fetchrow("""SELECT '{"x": 1}'::json AS j, 1 AS one""")
        assert tuple(row) == ({"x": 1}, 1)


async def test_a_binary_codec_takes_and_gives_bytes(both):
    async with both.connection() as connection:
        await connection.set_type_codec(
            "jsonb",
            schema="pg_catalog",
            encoder=lambda value: b"\1" + json.dumps(value).encode(),
            decoder=lambda data: json.loads(data[1:]),
            format="binary",
        )
        value = {"a": [1, 2.5, "é"]}
        assert await connection.fetchval("SELECT $1::jsonb", value) == value
        assert await connection.fetchval("SELECT $1::jsonb[]", [[value]]) == [[value]]


async def test_a_codec_of_a_type_with_fast_paths_is_used_wherever_it_occurs(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE pairs AS SELECT 1 AS a, 'x'::text AS b")
        await connection.set_type_codec(
            "int4",
            schema="pg_catalog",
            encoder=lambda value: value.to_bytes(4, "big"),
            decoder=lambda data: f"int {int.from_bytes(data, 'big')}",
            format="binary",
        )
        assert await connection.fetchval("SELECT 1") == "int 1"
        assert await connection.fetchval("SELECT $1::int4", 7) == "int 7"
        assert await connection.fetchval("SELECT ARRAY[1, 2]") == ["int 1", "int 2"]
        assert await connection.fetchval("SELECT int4range(1, 3)") == both.driver.Range(
            "int 1", "int 3"
        )
        assert await connection.fetchval("SELECT ARRAY[int4range(1, 3)]") == [
            both.driver.Range("int 1", "int 3")
        ]
        assert await connection.fetchval("SELECT p FROM pairs AS p") == ("int 1", "x")
        assert await connection.fetchval("SELECT ROW(1, 2)") == ("int 1", "int 2")
        assert await connection.fetchval("SELECT 1::int8") == 1
        await connection.reset_type_codec("int4", schema="pg_catalog")
        assert await connection.fetchval("SELECT 1") == 1
        assert await connection.fetchval("SELECT ARRAY[1, 2]") == [1, 2]
        assert await connection.fetchval("SELECT int4range(1, 3)") == both.driver.Range(1, 3)
        assert await connection.fetchval("SELECT p FROM pairs AS p") == (1, "x")


async def test_a_range_over_a_text_codec_is_refused(both):
    async with both.connection() as connection:
        await connection.set_type_codec("int4", schema="pg_catalog", encoder=str, decoder=int)
        with pytest.raises(both.driver.UnsupportedClientFeatureError, match="int4range"):
            await connection.fetchval("SELECT int4range(1, 3)")
        assert await connection.fetchval("SELECT ARRAY[1, 2]") == [1, 2]
        assert await connection.fetchval("SELECT int8range(1, 3)") == both.driver.Range(1, 3)


@pytest.mark.parametrize(
    ("name", "sql", "expected"),
    [
        ("date", "'2000-01-02'::date", (1,)),
        ("date", "'infinity'::date", (2**31 - 1,)),
        ("date", "'-infinity'::date", (-(2**31),)),
        ("time", "'00:00:01.000002'::time", (1_000_002,)),
        ("timetz", "'00:00:01-02'::timetz", (1_000_000, 7200)),
        ("timestamp", "'2000-01-01 00:00:01'::timestamp", (1_000_000,)),
        ("timestamp", "'infinity'::timestamp", (INFINITE,)),
        ("timestamptz", "'2000-01-01 00:00:01+00'::timestamptz", (1_000_000,)),
        ("interval", "'2 years 3 mons -1 day 00:00:01'::interval", (27, -1, 1_000_000)),
    ],
)
async def test_dates_and_times_as_tuples(both, name, sql, expected):
    async with both.connection() as connection:
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=tuple, decoder=list, format="tuple"
        )
        assert await connection.fetchval(f"SELECT {sql}") == list(expected)
        assert await connection.fetchval(f"SELECT $1 = {sql}", expected) is True
        assert await connection.fetchval(f"SELECT ARRAY[{sql}]") == [list(expected)]


@pytest.mark.parametrize(
    ("wrong", "said"), [((1, 2), "tuple of 3"), ("x", "tuple is required"), ((1, 2, 2**64), "fit")]
)
async def test_a_tuple_that_does_not_fit_is_a_data_error(ours, wrong, said):
    async with ours.connection() as connection:
        await connection.set_type_codec(
            "interval",
            schema="pg_catalog",
            encoder=lambda value: value,
            decoder=tuple,
            format="tuple",
        )
        with pytest.raises(ours.driver.DataError, match=said):
            await connection.fetchval("SELECT $1::interval", wrong)
        assert await connection.fetchval("SELECT $1::interval", (1, 2, 3)) == (1, 2, 3)


async def test_a_composite_type_as_a_tuple(both):
    async with both.connection() as connection:
        await connection.execute("DROP TYPE IF EXISTS complex_number")
        await connection.execute("CREATE TYPE complex_number AS (re float8, im float8)")
        try:
            await connection.set_type_codec(
                "complex_number",
                encoder=lambda value: (value.real, value.imag),
                decoder=lambda parts: complex(*parts),
                format="tuple",
            )
            assert await connection.fetchval("SELECT $1::complex_number", 1 + 2j) == 1 + 2j
            assert await connection.fetchval(
                "SELECT ARRAY[(1, 2)::complex_number, (3, 4)::complex_number]"
            ) == [1 + 2j, 3 + 4j]
            statement = await connection.prepare("SELECT $1::complex_number AS c")
            [attribute] = statement.get_attributes()
            assert (attribute.type.name, attribute.type.kind) == ("complex_number", "composite")
        finally:
            await connection.execute("DROP TYPE complex_number")


async def test_an_enumeration_s_codec(both):
    async with both.connection() as connection:
        await connection.execute("DROP TYPE IF EXISTS mood")
        await connection.execute("CREATE TYPE mood AS ENUM ('SAD', 'HAPPY')")
        try:
            await connection.set_type_codec("mood", encoder=upper, decoder=str.lower)
            assert await connection.fetchval("SELECT $1::mood", "happy") == "happy"
            assert await connection.fetchval("SELECT enum_range(NULL::mood)") == ["sad", "happy"]
        finally:
            await connection.execute("DROP TYPE mood")


async def test_what_has_no_codec_of_its_own_is_refused(both):
    driver = both.driver
    async with both.connection() as connection:
        await connection.execute("DROP DOMAIN IF EXISTS positive; DROP TYPE IF EXISTS pair")
        await connection.execute("CREATE DOMAIN positive AS int CHECK (VALUE > 0)")
        await connection.execute("CREATE TYPE pair AS (a int, b int)")
        functions = {"encoder": str, "decoder": str}
        try:
            with pytest.raises(ValueError, match=r"unknown type: public\.nothing"):
                await connection.set_type_codec("nothing", **functions)
            with pytest.raises(driver.InterfaceError, match="expected 'text', 'binary' or"):
                await connection.set_type_codec(
                    "int4", schema="pg_catalog", format="html", **functions
                )
            with pytest.raises(driver.UnsupportedClientFeatureError, match="domain types"):
                await connection.set_type_codec("positive", **functions)
            with pytest.raises(driver.UnsupportedClientFeatureError, match="tuple"):
                await connection.set_type_codec("pair", **functions)
            with pytest.raises(driver.InterfaceError, match="neither a scalar"):
                await connection.set_type_codec("_positive", **functions)
            with pytest.raises(driver.InterfaceError, match="does not support the 'tuple'"):
                await connection.set_type_codec(
                    "int4", schema="pg_catalog", format="tuple", **functions
                )
            assert await connection.fetchval("SELECT 1") == 1
        finally:
            await connection.execute("DROP DOMAIN positive; DROP TYPE pair")


async def test_a_domain_s_values_go_through_the_codec_of_its_base(both):
    async with both.connection() as connection:
        await connection.execute("DROP DOMAIN IF EXISTS name_of_ours")
        await connection.execute("CREATE DOMAIN name_of_ours AS text")
        try:
            await connection.set_type_codec(
                "text", schema="pg_catalog", encoder=upper, decoder=str.lower
            )
            assert await connection.fetchval("SELECT 'ABC'::name_of_ours") == "abc"
            assert await connection.fetchval("SELECT upper($1::name_of_ours)", "x") == "x"
        finally:
            await connection.execute("DROP DOMAIN name_of_ours")


async def test_the_driver_s_own_queries_do_not_go_through_a_user_s_codecs(both):
    async with both.connection() as connection:
        await connection.execute("DROP TYPE IF EXISTS late")
        for name in ("text", "name", "oid", "char", "bool"):
            await connection.set_type_codec(
                name, schema="pg_catalog", encoder=str, decoder=lambda text: f"<{text}>"
            )
        await connection.execute("CREATE TYPE late AS (a int, b int)")
        try:
            assert await connection.fetchval("SELECT (1, 2)::late") == (1, 2)
            assert await connection.fetchval("SELECT 'x'::text") == "<x>"
        finally:
            await connection.execute("DROP TYPE late")


async def test_errors_of_the_functions(both):
    async with both.connection() as connection:
        await connection.set_type_codec(
            "json", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
        )
        with pytest.raises(both.driver.DataError, match="not JSON serializable"):
            await connection.fetchval("SELECT $1::json", object())
        await connection.set_type_codec(
            "json", schema="pg_catalog", encoder=lambda value: 7, decoder=lambda text: 1 / 0
        )
        with pytest.raises(both.driver.DataError, match="expected str, got int"):
            await connection.fetchval("SELECT $1::json", object())
        with pytest.raises(ZeroDivisionError):
            await connection.fetch("SELECT '{}'::json FROM generate_series(1, 100)")
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_decoder_may_end_the_connection_that_it_decodes_for(ours):
    async with ours.connection() as connection:

        def decoder(text):
            connection.terminate()
            return text

        await connection.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=decoder)
        with pytest.raises((ours.driver.InterfaceError, ours.driver.PostgresError, OSError)):
            await connection.fetch("SELECT '{}'::json FROM generate_series(1, 10000)")
        assert connection.is_closed()


async def test_records_are_copied_by_a_binary_codec_only(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE copied (d date)")
        await connection.set_type_codec(
            "date", schema="pg_catalog", encoder=lambda days: (days,), decoder=list, format="tuple"
        )
        await connection.copy_records_to_table("copied", records=[(0,), (31,)])
        assert [row["d"] for row in await connection.fetch("SELECT d FROM copied")] == [[0], [31]]
        await connection.set_type_codec(
            "date", schema="pg_catalog", encoder=str, decoder=dt.date.fromisoformat
        )
        with pytest.raises(both.driver.InternalClientError, match="no binary format encoder"):
            await connection.copy_records_to_table("copied", records=[("2000-01-01",)])
        assert await connection.fetchval("SELECT max(d) FROM copied") == dt.date(2000, 2, 1)


async def test_a_query_s_arguments_are_copied_by_a_user_s_codec(both):
    async with both.connection() as connection:
        await connection.set_type_codec(
            "json", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
        )
        copied = []

        async def take(data):
            copied.append(data)

        await connection.copy_from_query("SELECT $1::json->>'a'", {"a": 5}, output=take)
        assert b"".join(copied) == b"5\n"


# -- aliases


async def test_an_alias_exchanges_a_type_as_a_built_in_one(both):
    async with both.connection() as connection:
        await connection.execute("DROP TYPE IF EXISTS mood")
        await connection.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")
        try:
            await connection.set_builtin_type_codec("mood", codec_name="bytea", format="binary")
            assert await connection.fetchval("SELECT 'sad'::mood") == b"sad"
            assert await connection.fetchval("SELECT $1::mood::text", b"happy") == "happy"
            assert await connection.fetchval("SELECT enum_range(NULL::mood)") == [b"sad", b"happy"]
            await connection.reset_type_codec("mood")
            assert await connection.fetchval("SELECT 'sad'::mood") == "sad"
            await connection.set_builtin_type_codec("mood", codec_name="text", format="text")
            assert await connection.fetchval("SELECT $1::mood", "sad") == "sad"
        finally:
            await connection.execute("DROP TYPE mood")


async def test_hstore(both):
    async with both.connection() as connection:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS hstore")
        await connection.set_builtin_type_codec("hstore", codec_name="pg_contrib.hstore")
        value = {"a": "b", "empty": "", "null": None, "é": "ü"}
        assert await connection.fetchval("SELECT $1::hstore", value) == value
        assert await connection.fetchval("SELECT $1::hstore", list(value.items())) == value
        assert await connection.fetchval("SELECT ''::hstore") == {}
        assert await connection.fetchval("SELECT $1::hstore[]", [value, {}]) == [value, {}]
        with pytest.raises(both.driver.DataError, match="null value not allowed in hstore key"):
            await connection.fetchval("SELECT $1::hstore", {None: "x"})


async def test_aliases_that_cannot_be(both):
    driver = both.driver
    async with both.connection() as connection:
        await connection.execute("DROP TYPE IF EXISTS pair; DROP TYPE IF EXISTS mood")
        await connection.execute("CREATE TYPE pair AS (a int, b int)")
        await connection.execute("CREATE TYPE mood AS ENUM ('sad')")
        try:
            with pytest.raises(ValueError, match=r"unknown type: public\.nothing"):
                await connection.set_builtin_type_codec("nothing", codec_name="int4")
            with pytest.raises(driver.InterfaceError, match="cannot alias non-scalar"):
                await connection.set_builtin_type_codec("pair", codec_name="int4")
            with pytest.raises(
                driver.InterfaceError, match=r"no text( or binary)? codec for nothing"
            ):
                await connection.set_builtin_type_codec("mood", codec_name="nothing")
            with pytest.raises(driver.InterfaceError, match="no text codec for int4"):
                await connection.set_builtin_type_codec("mood", codec_name="int4", format="text")
            with pytest.raises(driver.InterfaceError, match="expected 'text' or 'binary'"):
                await connection.set_builtin_type_codec("mood", codec_name="int4", format="x")
        finally:
            await connection.execute("DROP TYPE pair; DROP TYPE mood")


# -- types that change


async def test_a_type_that_has_changed_is_learned_anew_after_one_error(both):
    async with both.connection() as connection:
        await connection.execute("DROP TYPE IF EXISTS growing CASCADE")
        await connection.execute("CREATE TYPE growing AS (a int)")
        try:
            assert await connection.fetchval("SELECT ROW(1)::growing") == (1,)
            await connection.execute("ALTER TYPE growing ADD ATTRIBUTE b text")
            with pytest.raises(both.driver.OutdatedSchemaCacheError):
                await connection.fetchval("SELECT ROW(1, 'x')::growing")
            assert await connection.fetchval("SELECT ROW(1, 'x')::growing") == (1, "x")
            await connection.execute("ALTER TYPE growing DROP ATTRIBUTE b")
            await connection.reload_schema_state()
            assert await connection.fetchval("SELECT ROW(1)::growing") == (1,)
        finally:
            await connection.execute("DROP TYPE growing")


async def test_a_pool_s_connections_all_forget_a_type(both):
    async with both.pool(min_size=2, max_size=2) as pool:
        async with pool.acquire() as one, pool.acquire() as other:
            await one.execute("DROP TYPE IF EXISTS growing CASCADE")
            await one.execute("CREATE TYPE growing AS (a int)")
            try:
                for connection in (one, other):
                    assert await connection.fetchval("SELECT ROW(1)::growing") == (1,)
                await one.execute("ALTER TYPE growing ADD ATTRIBUTE b text")
                await one.reload_schema_state()
                for connection in (one, other):
                    assert await connection.fetchval("SELECT ROW(1, 'x')::growing") == (1, "x")
            finally:
                await one.execute("DROP TYPE growing")


async def test_methods_of_a_closed_connection(both):
    async with both.connection() as connection:
        await connection.close()
        with pytest.raises(both.driver.InterfaceError, match="connection is closed"):
            await connection.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=str)
        with pytest.raises(both.driver.InterfaceError, match="connection is closed"):
            await connection.set_builtin_type_codec("json", codec_name="text")


# -- json by one argument


class Bytes:
    """Dumps to bytes, as some fast modules do."""

    loads = staticmethod(json.loads)

    @staticmethod
    def dumps(value):
        return json.dumps(value).encode()


@pytest.mark.parametrize("module", [json, Bytes])
async def test_json_is_decoded_by_the_connection_s_functions(ours, module):
    value = {"a": [1, None, "é"]}
    async with ours.pool(json=module) as pool:
        async with pool.acquire() as connection:
            for name in ("json", "jsonb"):
                assert await connection.fetchval(f"SELECT $1::{name}", value) == value
                assert await connection.fetchval(f"SELECT $1::{name}[]", [value, None]) == [
                    value,
                    None,
                ]
            assert await connection.fetchval("SELECT ROW($1::jsonb)", value) == (value,)
            assert await connection.fetchval("SELECT NULL::json") is None
            statement = await connection.prepare("SELECT 1")
            assert "Plan" in (await statement.explain())[0]
            await connection.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=upper)
            assert await connection.fetchval("""SELECT '{"a": 1}'::json""") == '{"A": 1}'
            await connection.reset_type_codec("json", schema="pg_catalog")
            assert await connection.fetchval("""SELECT '{"a": 1}'::json""") == {"a": 1}


async def test_json_is_text_without_being_asked_for(both):
    async with both.connection() as connection:
        assert await connection.fetchval("""SELECT '{"a": 1}'::jsonb""") == '{"a": 1}'


async def test_functions_for_json_that_are_none(ours):
    with pytest.raises(ours.driver.ClientConfigurationError, match="loads and dumps"):
        async with ours.connection(json=json.loads):
            pass
