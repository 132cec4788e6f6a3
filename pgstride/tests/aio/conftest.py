"""A driver and a database for it.

What asyncpg's users rely on is tested with asyncpg too: tests that take `both`
run once with each driver, tests that take `ours` are about pgstride alone.
"""

import asyncio
import contextlib
import importlib

import pytest


class Database:
    """The server's database by way of one driver."""

    def __init__(self, driver, endpoint):
        self.driver = driver
        self.arguments = {
            "host": endpoint.host,
            "port": endpoint.port,
            "user": endpoint.user,
            "password": endpoint.password,
            "database": endpoint.database,
            "ssl": False,
        }

    @contextlib.asynccontextmanager
    async def connection(self, **arguments):
        connection = await self.driver.connect(**{**self.arguments, **arguments})
        try:
            yield connection
        finally:
            connection.terminate()

    @contextlib.asynccontextmanager
    async def pool(self, **arguments):
        sizes = {"min_size": 1, "max_size": 2}
        pool = await self.driver.create_pool(**{**self.arguments, **sizes, **arguments})
        try:
            yield pool
            await asyncio.wait_for(pool.close(), 10)
        finally:
            pool.terminate()

    def create_pool(self, **arguments):
        return self.driver.create_pool(**{**self.arguments, **arguments})


@pytest.fixture(params=["asyncpg", "pgstride"])
def both(request, server):
    return Database(importlib.import_module(request.param), server.endpoint)


@pytest.fixture
def ours(server):
    return Database(importlib.import_module("pgstride"), server.endpoint)
