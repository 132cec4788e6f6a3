"""Rows, enumerations and composite types as classes of the caller's."""

import dataclasses
import enum
from typing import NamedTuple

import pytest


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


@dataclasses.dataclass(kw_only=True)
class Named:
    x: int
    label: str = "none"


class Pair(NamedTuple):
    x: int
    y: int


def total(*, x, y):
    return x + y


@pytest.mark.parametrize(
    ("sql", "row_type", "expected"),
    [
        ("SELECT 1 AS x, 2 AS y", Point, Point(1, 2)),
        ("SELECT 2 AS y, 1 AS x", Point, Point(1, 2)),
        ("SELECT 1 AS x", Point, Point(1)),
        ("SELECT 1 AS x, 'a' AS label", Named, Named(x=1, label="a")),
        ("SELECT 1 AS x, 2 AS y", Pair, Pair(1, 2)),
        ("SELECT 2 AS y, 1 AS x", Pair, Pair(1, 2)),
        ("SELECT 1 AS x, 2 AS y", total, 3),
        ("SELECT 1 AS x, 2 AS y", dict, {"x": 1, "y": 2}),
    ],
)
async def test_rows_are_what_the_row_type_makes_of_them(ours, sql, row_type, expected):
    async with ours.pool() as pool:
        assert await pool.fetch(sql, row_type=row_type) == [expected]
        assert await pool.fetchrow(sql, row_type=row_type) == expected
        async with pool.acquire() as connection:
            for _ in range(2):
                assert await connection.fetch(sql, row_type=row_type) == [expected]
                assert await connection.fetchrow(sql, row_type=row_type) == expected
            assert await connection.fetch(f"{sql} LIMIT 0", row_type=row_type) == []
            assert await connection.fetchrow(f"{sql} LIMIT 0", row_type=row_type) is None


async def test_columns_that_the_row_type_does_not_take(ours):
    async with ours.connection() as connection:
        with pytest.raises(TypeError, match=r"cannot make Point of a row with the columns x, z: "):
            await connection.fetch("SELECT 1 AS x, 2 AS z", row_type=Point)
        assert await connection.fetchval("SELECT 1") == 1


class Mood(enum.Enum):
    SAD = "sad"
    HAPPY = "happy"


class Level(enum.IntEnum):
    low = 1
    high = 2


@pytest.mark.parametrize(
    ("python_type", "labels"), [(Mood, "'sad', 'happy'"), (Level, "'low', 'high'")]
)
async def test_an_enumeration_as_an_enum(ours, python_type, labels):
    async with ours.connection() as connection:
        await connection.execute("DROP TYPE IF EXISTS kind_of_thing")
        await connection.execute(f"CREATE TYPE kind_of_thing AS ENUM ({labels})")
        try:
            await connection.register_type(python_type, "kind_of_thing")
            members = list(python_type)
            assert await connection.fetchval("SELECT enum_range(NULL::kind_of_thing)") == members
            assert await connection.fetchval("SELECT $1::kind_of_thing", members[1]) is members[1]
            assert await connection.fetchval("SELECT $1::kind_of_thing[]", members) == members
            with pytest.raises(ours.driver.DataError, match=f"is no {python_type.__name__}"):
                await connection.fetchval("SELECT $1::kind_of_thing", "angry")
            await connection.execute("ALTER TYPE kind_of_thing ADD VALUE 'other'")
            with pytest.raises(ValueError, match="has no member for 'other'"):
                await connection.fetchval("SELECT 'other'::kind_of_thing")
        finally:
            await connection.execute("DROP TYPE kind_of_thing")


@pytest.mark.parametrize("python_type", [Point, Pair])
async def test_a_composite_type_as_a_class(ours, python_type):
    async with ours.connection() as connection:
        await connection.execute("DROP TYPE IF EXISTS point_of_ours")
        await connection.execute("CREATE TYPE point_of_ours AS (x int, y int)")
        try:
            await connection.register_type(python_type, "point_of_ours")
            value = python_type(3, 4)
            assert await connection.fetchval("SELECT $1::point_of_ours", value) == value
            [got] = await connection.fetchval("SELECT $1::point_of_ours[]", [value])
            assert got == value
            assert type(got) is python_type
            assert await connection.fetchval("SELECT ($1::point_of_ours).y", value) == 4
        finally:
            await connection.execute("DROP TYPE point_of_ours")


async def test_classes_that_serve_no_type(ours):
    class Mixed(enum.Enum):
        A = "a"
        B = 2

    async with ours.connection() as connection:
        with pytest.raises(TypeError, match="neither an Enum, nor a dataclass"):
            await connection.register_type(int, "int4", schema="pg_catalog")
        with pytest.raises(TypeError, match="values of Mixed are str and others"):
            await connection.register_type(Mixed, "mood")
