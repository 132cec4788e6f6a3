"""The settings of the servers that we start; docker-compose.yml repeats them.

Everything else is PostgreSQL's default. They take the disk and background
work out of the measurement, since drivers are compared, not disks; reports
show them.
"""

from __future__ import annotations

from typing import Any

import psycopg

SETTINGS: dict[str, str] = {
    "shared_buffers": "256MB",
    # Durability costs every driver the same time, and varies with the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # A checkpoint or a vacuum in one driver's window is noise.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    # Compiling a plan takes longer than any of the queries.
    "jit": "off",
}

# Connections beside those that are measured: the orchestrator's own, and
# those of a runner that has just been killed and still are being closed.
SPARE_CONNECTIONS = 10

# Shown in reports although they may have their defaults.
ALWAYS_SHOWN = ("max_connections", "ssl", "wal_level", "work_mem", "io_method")

NOT_SHOWN_SOURCES = ("default", "client", "override")

# Paths and names of this machine or this run, which say nothing of speed.
NOT_SHOWN = frozenset(
    {
        "client_encoding", "log_timezone", "port", "ssl_cert_file", "ssl_key_file",
        "unix_socket_directories",
    }
)  # fmt: skip


def arguments(connections: int) -> list[str]:
    """`postgres` command-line arguments for the settings, with room for so many connections."""
    chosen = {**SETTINGS, "max_connections": str(connections + SPARE_CONNECTIONS)}
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def shown(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Settings of a running server that differ from the defaults, and the always shown ones."""
    rows = connection.execute(
        "SELECT name, current_setting(name) FROM pg_settings"
        " WHERE source <> ALL (%s) OR name = ANY (%s) ORDER BY name",
        (list(NOT_SHOWN_SOURCES), list(ALWAYS_SHOWN)),
    ).fetchall()
    return {name: value for name, value in rows if name not in NOT_SHOWN}
