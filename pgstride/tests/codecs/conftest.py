"""What the tests of codecs share: registries, and two drivers on one server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest

import pgstride
from pgstride.codecs.registry import TypeRegistry

# Types of the tests' own, in a schema of their own.
SET_UP = """
DROP SCHEMA IF EXISTS codec_tests CASCADE;
CREATE SCHEMA codec_tests;
SET search_path = codec_tests, pg_catalog;
CREATE TYPE pair AS (a int, b text, c numeric(10, 2));
CREATE TYPE nested AS (id int, pair pair, list int[]);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN short_text AS varchar(3);
CREATE DOMAIN domain_of_domain AS positive;
CREATE DOMAIN domain_of_array AS int[];
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE float_range AS RANGE (subtype = float8{multirange});
CREATE TYPE mood_range AS RANGE (subtype = mood);
CREATE TABLE with_dropped_column (a int, gone int, b text);
ALTER TABLE with_dropped_column DROP COLUMN gone;
CREATE TYPE "a ""quoted"" name" AS ("A b" int, "ü" int);
"""


# What PostgreSQL 13 does not know.
FIRST_WITH_MULTIRANGES = 14
FIRST_WITH_INFINITE_NUMBERS = 14


@pytest.fixture
def registry() -> TypeRegistry:
    """A registry that knows the built-in types only."""
    return TypeRegistry()


@pytest.fixture(scope="session")
def server_dsn(request: pytest.FixtureRequest) -> str:
    """PGSTRIDE_TEST_DSN, or else the server that all tests share."""
    if dsn := os.environ.get("PGSTRIDE_TEST_DSN"):
        return dsn
    end = request.getfixturevalue("server").endpoint
    return f"postgresql://{end.user}:{end.password}@{end.host}:{end.port}/{end.database}"


class Driver:
    """A connection of either driver, for tests that are not coroutines."""

    def __init__(self, module: Any, dsn: str) -> None:
        self.module = module
        self._loop = asyncio.new_event_loop()
        self._connection = self._run(module.connect(dsn))

    @property
    def version(self) -> int:
        major: int = self._connection.get_server_version().major
        return major

    @property
    def has_multiranges(self) -> bool:
        return self.version >= FIRST_WITH_MULTIRANGES

    @property
    def has_infinite_numbers(self) -> bool:
        return self.version >= FIRST_WITH_INFINITE_NUMBERS

    def _run(self, awaitable: Any) -> Any:
        return self._loop.run_until_complete(asyncio.wait_for(awaitable, 30))

    def execute(self, query: str) -> None:
        self._run(self._connection.execute(query))

    def fetchval(self, query: str, *args: Any) -> Any:
        if "multirange" in query and not self.has_multiranges:
            pytest.skip("this PostgreSQL has no multiranges")
        return self._run(self._connection.fetchval(query, *args))

    def fetchrow(self, query: str, *args: Any) -> Any:
        return self._run(self._connection.fetchrow(query, *args))

    def close(self) -> None:
        self._run(self._connection.close())
        self._loop.close()


def drive(module: Any, dsn: str) -> Iterator[Driver]:
    driver = Driver(module, dsn)
    driver.execute("SET search_path = codec_tests, pg_catalog; SET timezone = 'UTC'")
    yield driver
    driver.close()


@pytest.fixture(scope="session")
def prepared_dsn(server_dsn: str) -> str:
    driver = Driver(pgstride, server_dsn)
    named = ", multirange_type_name = float_multirange" if driver.has_multiranges else ""
    driver.execute(SET_UP.replace("{multirange}", named))
    driver.close()
    return server_dsn


@pytest.fixture(scope="session")
def ours(prepared_dsn: str) -> Iterator[Driver]:
    yield from drive(pgstride, prepared_dsn)


@pytest.fixture(scope="session")
def theirs(prepared_dsn: str) -> Iterator[Driver]:
    yield from drive(pytest.importorskip("asyncpg"), prepared_dsn)
