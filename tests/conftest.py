"""What the tests share: one embedded server, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pgbench_drivers.server import Server, choose_server


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[Server]:
    """A pip-installed PostgreSQL over TCP, for the whole session."""
    with choose_server(
        "embedded", pg_version="18", transport="tcp", connections=50, say=print
    ) as server:
        yield server
