"""The right answer to a query, found by a client that is not under test's runner.

psycopg in the orchestrator decodes the answer of the very server that is
measured; a query file may declare the checksum besides, and both must agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from pgbench_drivers.config.queries import SCHEMA_PLACEHOLDER, QueryFile, QuerySpec
from pgbench_drivers.contract import canonical
from pgbench_drivers.contract.messages import Expect, JobQuery, Readback, Target
from pgbench_drivers.errors import UserError

Connection = psycopg.Connection[Any]


def fill(sql: str, schema: str) -> str:
    """`sql` with the schema's name in place of `{schema}`."""
    return sql.replace(SCHEMA_PLACEHOLDER, schema)


def run_all(connection: Connection, statements: Sequence[str], schema: str) -> None:
    """Execute a query file's set-up or tear-down; each statement by itself."""
    for statement in statements:
        connection.execute(fill(statement, schema).encode())


def job_query(connection: Connection, spec: QuerySpec, schema: str) -> JobQuery:
    """The query as a job carries it, with the answer it must have.

    Runs the set-up, the query and the tear-down; raises UserError that names
    the query file when the server refuses one of them or the answer is not
    what the file declares.
    """
    try:
        run_all(connection, spec.file.setup, schema)
        try:
            expect = _expect(connection, spec.file, schema)
        finally:
            run_all(connection, spec.file.teardown, schema)
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise UserError(f"{spec.path}: the server refused it: {error}") from error
    except canonical.WrongAnswerError as error:
        raise UserError(f"{spec.path}: key columns: {error}") from error
    _check_declared(spec, expect)
    file = spec.file
    return JobQuery(
        name=spec.name,
        kind=file.kind,
        sql=fill(file.sql, schema),
        args=file.args,
        columns=file.columns,
        target=_target(file, schema),
        readback=_readback(file, schema),
        expect=expect,
    )


def _target(file: QueryFile, schema: str) -> Target | None:
    if file.target is None:
        return None
    return Target(schema, file.target.table, file.target.row, file.target.row_count)


def _readback(file: QueryFile, schema: str) -> Readback | None:
    if file.target is None:
        return None
    return Readback(fill(file.target.readback, schema), file.columns)


def _expect(connection: Connection, file: QueryFile, schema: str) -> Expect:
    rows = _rows(connection, file, schema)
    columns = [(column.name, column.type) for column in file.columns]
    return Expect(len(rows), canonical.checksum(rows, columns))


def _rows(connection: Connection, file: QueryFile, schema: str) -> Sequence[Sequence[Any]]:
    arguments = [native(argument.type, argument.value) for argument in file.args]
    cursor = psycopg.RawCursor(connection)
    if file.target is None:
        cursor.execute(fill(file.sql, schema).encode(), arguments)
        return cursor.fetchall()
    # What comes back must be what was sent, so one row through the server is
    # enough to know how it prints, and the rest are its copies.
    row = [native(c.type, value) for c, value in zip(file.columns, file.target.row, strict=True)]
    values = ", ".join(
        f"${i}::{_sql_type(column.type)}" for i, column in enumerate(file.columns, start=1)
    )
    cursor.execute(f"SELECT {values}".encode(), row)
    return cursor.fetchall() * file.target.row_count


def _sql_type(name: str) -> str:
    # char without quotes is character(1) in SQL, another type.
    return name.replace("char", '"char"') if name.startswith("char") else name


def native(type_name: str, value: Any) -> Any:
    """The Python value of a query file's value: bytea is written as hex digits."""
    return bytes.fromhex(value) if type_name == "bytea" and value is not None else value


def _check_declared(spec: QuerySpec, found: Expect) -> None:
    declared = spec.file.expect
    if declared.rows is not None and declared.rows != found.rows:
        raise UserError(
            f"{spec.path}: key expect.rows: declared {declared.rows}, "
            f"but the server answers {found.rows} rows"
        )
    if declared.checksum is not None and declared.checksum != found.checksum:
        raise UserError(
            f"{spec.path}: key expect.checksum: declared {declared.checksum}, "
            f"but the server's answer has {found.checksum}"
        )
