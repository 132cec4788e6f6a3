"""How the runners' connections are encrypted, as the server has it (pg_stat_ssl)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg


def server_time(admin: psycopg.Connection[Any]) -> datetime:
    """The server's clock."""
    row = admin.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    time: datetime = row[0]
    return time


def encryption_since(admin: psycopg.Connection[Any], start: datetime) -> list[str | None]:
    """Protocol and cipher of the sessions that have begun since, each once; None: plaintext.

    Sessions of this user in this database, without the orchestrator's own.
    """
    rows = admin.execute(
        "SELECT DISTINCT version || ', ' || cipher FROM pg_stat_ssl"
        " JOIN pg_stat_activity USING (pid)"
        " WHERE datname = current_database() AND usename = current_user"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        " AND backend_start >= %s ORDER BY 1",
        (start,),
    ).fetchall()
    return [found for (found,) in rows]
