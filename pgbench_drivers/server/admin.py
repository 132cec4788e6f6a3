"""The orchestrator's own connection, and the schema that it may touch."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import sql

from pgbench_drivers.server.base import Endpoint, ServerError

CONNECT_TIMEOUT_SECONDS = 10
# DROP TABLE must not wait for ever for a backend whose client was killed.
LOCK_TIMEOUT = "20s"
POLL_SECONDS = 0.05

Connection = psycopg.Connection[Any]


def connect(endpoint: Endpoint) -> Connection:
    """A connection in autocommit mode; raises psycopg.OperationalError."""
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
    )


@contextlib.contextmanager
def admin_connection(endpoint: Endpoint) -> Iterator[Connection]:
    """A connection for set-up, tear-down and checks."""
    with connect(endpoint) as connection:
        connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        connection.execute("SET client_min_messages = 'error'")
        yield connection


@contextlib.contextmanager
def temporary_schema(connection: Connection) -> Iterator[str]:
    """A schema with a name of its own, dropped with all that is in it.

    Raises ServerError when the role may not create one.
    """
    name = f"pgbench_drivers_{secrets.token_hex(4)}"
    try:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise ServerError(
            f"the role may not create a schema in this database: {error}; "
            "grant it CREATE on the database, or use another role"
        ) from error
    try:
        yield name
    finally:
        # A server that is gone has no schema to drop.
        with contextlib.suppress(psycopg.OperationalError):
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


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
                    f"the server did not answer within {seconds:.0f} s: {error}"
                ) from error
        time.sleep(POLL_SECONDS)
