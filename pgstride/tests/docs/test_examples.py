"""The examples in the documentation run."""

import asyncio
import re
import textwrap
from pathlib import Path

import pytest

import pgstride

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Those that are no example of something to run.
SHOWN_ONLY = {"import pgstride as asyncpg\n"}


def examples():
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for number, block in enumerate(BLOCK.findall(page.read_text()), 1):
            if block not in SHOWN_ONLY:
                yield pytest.param(block, id=f"{page.name}-{number}")


@pytest.fixture
def environment(server, monkeypatch):
    endpoint = server.endpoint
    monkeypatch.setenv("PGHOST", endpoint.host)
    monkeypatch.setenv("PGPORT", str(endpoint.port))
    monkeypatch.setenv("PGUSER", endpoint.user)
    monkeypatch.setenv("PGPASSWORD", endpoint.password)
    monkeypatch.setenv("PGDATABASE", endpoint.database)
    return endpoint


@pytest.mark.parametrize("example", list(examples()))
def test_an_example_runs(example, environment):
    if "asyncio.run(" in example:
        dsn = (
            f"postgresql://{environment.user}:{environment.password}"
            f"@{environment.host}:{environment.port}/{environment.database}"
        )
        program = re.sub(r"postgresql://localhost/\w+", dsn, example)
        exec(compile(program, "example", "exec"), {"__name__": "__main__"})
    else:
        asyncio.run(run(example))


async def run(example):
    """An example that is the body of a coroutine function."""
    names = {"asyncio": asyncio, "pgstride": pgstride}
    body = textwrap.indent(example, "    ")
    exec(f"async def main(connection, pool):\n{body}", names)
    async with pgstride.create_pool(min_size=1, max_size=2) as pool:
        async with pool.acquire() as connection:
            await names["main"](connection, pool)
