"""Ending a server's side of a connection."""

from __future__ import annotations

import asyncio
from typing import Any


async def end_backend(connection: Any, pid: int) -> None:
    """End another connection's backend, and wait until it has ended.

    PostgreSQL 13's pg_terminate_backend does not wait by itself.
    """
    assert await connection.fetchval("SELECT pg_terminate_backend($1)", pid)
    while await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", pid):
        await asyncio.sleep(0.005)
