"""The orchestrator's own connection, and the schema that it may touch."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import sql

from pgbench_drivers.server.base import Endpoint, ServerError, one_line

CONNECT_TIMEOUT_SECONDS = 10
# DROP TABLE must not wait for ever for a backend whose client was killed.
LOCK_TIMEOUT = "20s"
POLL_SECONDS = 0.05
# A session that has ended has reported its statistics; not so where a collector did.
FIRST_THAT_COUNTS_AT_ONCE = 150000
SESSIONS_END_SECONDS = 5.0
SCHEMA_PREFIX = "pgbench_drivers_"
SCHEMA_SUFFIX_BYTES = 4

Connection = psycopg.Connection[Any]


def connect(endpoint: Endpoint) -> Connection:
    """A connection in autocommit mode; raises psycopg.OperationalError."""
    tls: dict[str, Any] = {}
    if endpoint.ca_file:
        tls = {"sslmode": "verify-full", "sslrootcert": endpoint.ca_file}
    return psycopg.connect(
        host=endpoint.host,
        port=endpoint.port,
        user=endpoint.user,
        password=endpoint.password,
        dbname=endpoint.database,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        application_name="pgbench-drivers",
        client_encoding="utf8",
        autocommit=True,
        **tls,
    )


@contextlib.contextmanager
def admin_connection(endpoint: Endpoint) -> Iterator[Connection]:
    """A connection for set-up, tear-down and checks."""
    with connect(endpoint) as connection:
        connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        connection.execute("SET client_min_messages = 'error'")
        yield connection


def ended_transactions(connection: Connection) -> int | None:
    """How many transactions have ended in this database, when all other sessions have.

    None where the server counts with a delay (before PostgreSQL 15), or when
    sessions do not end in time.
    """
    if connection.info.server_version < FIRST_THAT_COUNTS_AT_ONCE:
        return None
    deadline = time.monotonic() + SESSIONS_END_SECONDS
    while _other_sessions(connection):
        if time.monotonic() > deadline:
            return None
        time.sleep(POLL_SECONDS)
    row = connection.execute(
        "SELECT xact_commit + xact_rollback FROM pg_stat_database"
        " WHERE datname = current_database()"
    ).fetchone()
    return int(row[0]) if row else None


def _other_sessions(connection: Connection) -> bool:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    ).fetchone()
    return bool(row and row[0])


@contextlib.contextmanager
def temporary_schema(connection: Connection) -> Iterator[str]:
    """A schema with a name of its own, dropped with all that is in it.

    An advisory lock tells that it is in use; schemas of killed runs, whose
    lock is free, are dropped at the next start. Raises ServerError when the
    role may not create a schema.
    """
    for leftover in _schemas(connection):
        if _lock(connection, leftover):
            _drop(connection, leftover)
    name = f"{SCHEMA_PREFIX}{secrets.token_hex(SCHEMA_SUFFIX_BYTES)}"
    _lock(connection, name)
    try:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise ServerError(
            "the role may not create a schema in this database: "
            f'GRANT CREATE ON DATABASE "{connection.info.dbname}" TO "{connection.info.user}", '
            "or name another role or database"
        ) from error
    except psycopg.errors.ReadOnlySqlTransaction as error:
        raise ServerError(
            "the server is read-only, but the run needs a schema of its own: name a primary, "
            "not a standby"
        ) from error
    try:
        yield name
    finally:
        # A server that is gone has no schema to drop.
        with contextlib.suppress(psycopg.OperationalError):
            _drop(connection, name)


def end_sessions(connection: Connection, schema: str) -> None:
    """End other sessions that hold locks in the schema: those of runners that were killed.

    A backend in a long query notices only at its end that its client is gone.
    """
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks"
        " JOIN pg_class ON pg_class.oid = relation JOIN pg_stat_activity USING (pid)"
        " WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)"
        " AND usename = current_user AND pid <> pg_backend_pid()",
        (schema,),
    )


def _schemas(connection: Connection) -> list[str]:
    """Schemas that a run of this role made."""
    rows = connection.execute(
        "SELECT nspname FROM pg_namespace"
        " WHERE nspname ~ %s AND pg_get_userbyid(nspowner) = current_user",
        (f"^{SCHEMA_PREFIX}[0-9a-f]{{{2 * SCHEMA_SUFFIX_BYTES}}}$",),
    ).fetchall()
    return [name for (name,) in rows]


def _lock(connection: Connection, schema: str) -> bool:
    """Take the schema's advisory lock until the connection ends; whether it was free."""
    row = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (schema,)).fetchone()
    return bool(row and row[0])


def _drop(connection: Connection, schema: str) -> None:
    end_sessions(connection, schema)
    connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


def wait_until_ready(endpoint: Endpoint, seconds: float, death: Callable[[], str | None]) -> None:
    """Wait for a real `SELECT 1`; raises ServerError.

    A port that accepts connections is not enough: docker's proxy does before
    PostgreSQL listens, and the image's first start-up stops the server again.
    `death()` tells why the server has ended, or None while it runs.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            with connect(endpoint) as connection:
                connection.execute("SELECT 1")
                return
        except psycopg.OperationalError as error:
            reason = death()
            if reason is not None:
                raise ServerError(reason) from error
            if time.monotonic() > deadline:
                raise ServerError(
                    f"the server did not answer within {seconds:.0f} s: {one_line(error)}"
                ) from error
        time.sleep(POLL_SECONDS)
