"""Tortoise ORM, which imports asyncpg by name, on pgstride."""

import subprocess
import sys
from pathlib import Path


def test_the_everyday_work_of_the_orm(server):
    endpoint = server.endpoint
    url = (
        f"asyncpg://{endpoint.user}:{endpoint.password}"
        f"@{endpoint.host}:{endpoint.port}/{endpoint.database}"
    )
    program = Path(__file__).with_name("tortoise_program.py")
    ended = subprocess.run(
        [sys.executable, str(program), url], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "done, on pgstride\n"


def test_asyncpg_that_is_imported_already_is_not_replaced():
    program = "import asyncpg, pgstride; pgstride.install_as_asyncpg()"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "RuntimeError: asyncpg is imported already" in ended.stderr
