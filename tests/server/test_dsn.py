"""A server of the user's: what is touched, what is left, and what is said when it will not do."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgbench_drivers.results import storage
from pgbench_drivers.server import Server, ServerError, choose_server
from pgbench_drivers.server.admin import SCHEMA_PREFIX, admin_connection, connect, temporary_schema
from tests.end_to_end.conftest import bench, kill, started_run

Schemas = Callable[[], list[str]]

SNAPSHOT = """
SELECT n.nspname, c.relname, c.relkind, c.oid, pg_relation_filenode(c.oid)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_toast' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2
"""


@pytest.fixture
def admin(embedded_server: Server) -> Iterator[psycopg.Connection[Any]]:
    with admin_connection(embedded_server.endpoint) as connection:
        yield connection


@pytest.fixture
def role(admin: psycopg.Connection[Any]) -> Iterator[str]:
    """An ordinary role that may do nothing but connect."""
    admin.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    yield "guest"
    admin.execute("DROP OWNED BY guest; DROP ROLE guest")


def dsn(server: Server, **changes: object) -> str:
    to = server.endpoint
    facts = {
        "host": to.host, "port": to.port, "user": to.user, "password": to.password,
        "dbname": to.database, **changes,
    }  # fmt: skip
    return " ".join(f"{name}={value}" for name, value in facts.items())


def use(spec: str, connections: int = 8) -> Server:
    return choose_server(
        spec, pg_version="18", transport="tcp", connections=connections, say=print
    ).__enter__()


@pytest.fixture
def schemas(admin: psycopg.Connection[Any]) -> Callable[[], list[str]]:
    """Lists the schemas of runs, without those of other tests."""

    def found() -> list[str]:
        query = "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)"
        return [name for (name,) in admin.execute(query, (SCHEMA_PREFIX,))]

    before = found()
    return lambda: [name for name in found() if name not in before]


def test_a_run_touches_nothing_but_a_schema_of_its_own(
    embedded_server: Server, admin: psycopg.Connection[Any], schemas: Schemas, tmp_path: Path
) -> None:
    admin.execute("CREATE SCHEMA mine CREATE TABLE kept (a int)")
    admin.execute("INSERT INTO mine.kept VALUES (1), (2)")
    # The same name as that of a table which the queries make.
    admin.execute("CREATE TABLE public.copy_target (a int)")
    try:
        before = admin.execute(SNAPSHOT).fetchall()
        done = bench(
            "run", "--quick", "-d", "asyncpg", "-d", "pgx", "-q", "copy", "-q", "batch",
            "--server", dsn(embedded_server), "-o", tmp_path / "run",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert admin.execute(SNAPSHOT).fetchall() == before
        assert admin.execute("SELECT a FROM mine.kept ORDER BY a").fetchall() == [(1,), (2,)]
        assert schemas() == []
    finally:
        admin.execute("DROP SCHEMA mine CASCADE; DROP TABLE public.copy_target")
    run = storage.read(tmp_path / "run" / "result.json")
    assert run.server.backend == "dsn"
    assert all(cell.rounds[0].server_cpu_us is None for cell in run.cells)


def test_the_password_is_in_none_of_the_files_that_a_run_leaves(
    embedded_server: Server, tmp_path: Path
) -> None:
    to = embedded_server.endpoint
    done = bench(
        "run", "--quick", "-d", "null-go", "-q", "one_plus_one", "-o", tmp_path,
        f"--server=host={to.host} port={to.port} user={to.user} password={to.password}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert storage.read(tmp_path / "result.json").options.command.endswith("--server=DSN")
    assert to.password is not None
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or to.password.encode() not in path.read_bytes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_drops_its_schema(
    embedded_server: Server, schemas: Schemas, tmp_path: Path, number: signal.Signals
) -> None:
    process, _ = started_run(tmp_path / "run", server=dsn(embedded_server))
    assert len(schemas()) == 1
    kill(process.pid, number)
    _, log = process.communicate(timeout=60)
    assert process.returncode == 130, log
    assert schemas() == []


def test_the_schema_of_a_killed_run_is_dropped_by_the_next(
    embedded_server: Server, admin: psycopg.Connection[Any], schemas: Schemas
) -> None:
    code = (
        "import os, psycopg, sys; from pgbench_drivers.server import admin\n"
        "schema = admin.temporary_schema(psycopg.connect(sys.argv[1], autocommit=True))\n"
        "schema.__enter__(); os._exit(9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, dsn(embedded_server)], check=False)
    assert killed.returncode == 9
    (left,) = schemas()
    with admin_connection(embedded_server.endpoint) as other, temporary_schema(other) as name:
        assert schemas() == [name]
        assert name != left


def test_the_schema_of_another_run_is_left_alone(
    embedded_server: Server, admin: psycopg.Connection[Any], schemas: Schemas
) -> None:
    with (
        admin_connection(embedded_server.endpoint) as one,
        admin_connection(embedded_server.endpoint) as two,
        temporary_schema(one) as first,
        temporary_schema(two) as second,
    ):
        assert set(schemas()) == {first, second}


def test_a_schema_that_a_killed_runner_still_uses_is_dropped(
    embedded_server: Server, admin: psycopg.Connection[Any], schemas: Schemas
) -> None:
    other = connect(embedded_server.endpoint)
    with temporary_schema(admin) as name:
        admin.execute(f"CREATE TABLE {name}.t (a int)")
        other.execute("BEGIN")
        other.execute(f"LOCK TABLE {name}.t")
    assert schemas() == []
    with pytest.raises(psycopg.errors.AdminShutdown):
        other.execute("COMMIT")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("nonsense", "--server: expected auto, docker, embedded, a directory with"),
        ("host=127.0.0.1 prot=5432", 'invalid connection option "prot"'),
        ("postgresql://127.0.0.1:9/x", "cannot be used: connection failed"),
        ("postgresql://no-such-host.invalid/x", "check that it runs at this host and port"),
    ],
)
def test_a_server_that_cannot_be_reached_is_one_sentence_with_the_cure(
    spec: str, said: str
) -> None:
    with pytest.raises(ServerError) as caught:
        use(spec)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_password_is_named_but_not_shown(embedded_server: Server) -> None:
    with pytest.raises(ServerError) as caught:
        use(dsn(embedded_server, password="s3cret"))
    assert "password authentication failed" in str(caught.value)
    assert "~/.pgpass" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_too_few_connections_are_found_before_anything_is_measured(
    embedded_server: Server,
) -> None:
    with pytest.raises(ServerError, match=r"more connections in \(max_connections = 60\), but"):
        use(dsn(embedded_server), connections=64)


def test_a_role_with_too_few_connections_is_named(
    embedded_server: Server, admin: psycopg.Connection[Any], role: str
) -> None:
    admin.execute("ALTER ROLE guest CONNECTION LIMIT 8")
    with pytest.raises(ServerError, match="the role may have 8 connections, but the run needs 9"):
        use(dsn(embedded_server, user=role, password=role))


def test_a_role_that_may_not_create_a_schema_gets_the_grant_to_type(
    embedded_server: Server, role: str, tmp_path: Path
) -> None:
    done = bench(
        "run", "--quick", "-d", "null-go", "-o", tmp_path / "run",
        "--server", dsn(embedded_server, user=role, password=role),
    )  # fmt: skip
    assert done.returncode == 2
    assert 'GRANT CREATE ON DATABASE "postgres" TO "guest"' in done.stderr
    assert "Traceback" not in done.stderr


def test_an_ordinary_role_with_that_grant_is_enough(
    embedded_server: Server,
    admin: psycopg.Connection[Any],
    schemas: Schemas,
    role: str,
    tmp_path: Path,
) -> None:
    admin.execute("GRANT CREATE ON DATABASE postgres TO guest")
    done = bench(
        "run", "--quick", "-d", "asyncpg", "-q", "copy", "-q", "pg_type", "-o", tmp_path / "run",
        "--server", dsn(embedded_server, user=role, password=role),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert schemas() == []


def test_a_read_only_server_is_refused(
    embedded_server: Server, admin: psycopg.Connection[Any]
) -> None:
    with admin_connection(embedded_server.endpoint) as connection:
        connection.execute("SET default_transaction_read_only = on")
        with pytest.raises(ServerError, match="name a primary"):
            temporary_schema(connection).__enter__()


def test_it_cannot_be_pinned(embedded_server: Server) -> None:
    with pytest.raises(ServerError, match="--pin-server needs a server that we start"):
        use(dsn(embedded_server)).set_affinity(frozenset({0}))
