"""SQLAlchemy's asyncio dialect for asyncpg, on pgstride."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
import pgstride
pgstride.install_as_asyncpg()
import pytest
sys.exit(pytest.main([sys.argv[1], "--quiet", "-p", "no:cacheprovider"]))
"""


def test_the_cases_pass(server):
    endpoint = server.endpoint
    environment = {
        **os.environ,
        "PGHOST": endpoint.host,
        "PGPORT": str(endpoint.port),
        "PGUSER": endpoint.user,
        "PGPASSWORD": endpoint.password,
        "PGDATABASE": endpoint.database,
    }
    cases = Path(__file__).with_name("sqlalchemy_cases.py")
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(cases)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "4 passed" in ended.stdout
