"""Records for a replay: every driver runs every query for a moment, through a proxy."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import generators, pq

from pgbench_drivers.contract.messages import Argument, JobQuery
from pgbench_drivers.execution import reference
from pgbench_drivers.execution.cell import run_step
from pgbench_drivers.execution.executor import Bench
from pgbench_drivers.execution.network import connection_to
from pgbench_drivers.plan.plan import CellKey, Step, Windows
from pgbench_drivers.replay.conversation import Conversation
from pgbench_drivers.replay.recording import Recording, RecordingError
from pgbench_drivers.server.admin import connect
from pgbench_drivers.server.base import Endpoint, Say
from pgbench_drivers.wire.proxy import Proxy

# Long enough for what drivers do at a statement's later executions only.
WINDOWS = Windows(0.1, 0.1)
CONNECTIONS = 2

_PROBE = b"recorded"


def record(
    bench: Bench,
    server: Endpoint,
    cells: Iterable[tuple[str, str]],
    path: Path,
    say: Say,
) -> None:
    """Write what `server` answers to each (driver, query) of `cells` to `path`.

    Each is run as it is measured, its answer verified included; one that
    fails is said, and will fail in the replay too. Besides, every `fetch` is
    asked for in text and in binary, so that clients that were not recorded
    are answered as well. Raises RecordingError, psycopg.Error.
    """
    wanted = list(cells)
    names = list(dict.fromkeys(query for _, query in wanted))
    recording = Recording(own_statements(bench.job_queries[name] for name in names))
    with Proxy(server.host, server.port, lambda: Conversation(recording)) as proxy:
        endpoint = dataclasses.replace(server, host=proxy.host, port=proxy.port)
        for name in names:
            _record_both_formats(bench, endpoint, name)
        for driver, query in wanted:
            _record_cell(bench, endpoint, driver, query, say)
    for failure in filter(None, (heard.failure for heard in proxy.listeners)):
        raise RecordingError(f"a session cannot be recorded: {failure}")
    path.write_bytes(recording.encode())


def own_statements(queries: Iterable[JobQuery]) -> list[str]:
    """The statements that are the benchmark's, not a driver's."""
    found = []
    for query in queries:
        found += [query.sql, *([query.readback.sql] if query.readback else [])]
    return found


def _record_cell(bench: Bench, proxy: Endpoint, driver: str, query: str, say: Say) -> None:
    context = dataclasses.replace(
        bench.context(Step(CellKey(driver, query, CONNECTIONS), 0, 0)),
        connection=connection_to(proxy),
        windows=WINDOWS,
        server_cpu=lambda: None,
    )
    failure = run_step(context).failure
    if failure and failure.kind != "unsupported":
        say(f"{driver} / {query}: could not be recorded: {failure.reason}")


def _record_both_formats(bench: Bench, proxy: Endpoint, name: str) -> None:
    query, file = bench.job_queries[name], bench.queries[name].file
    if query.kind != "fetch" or any(isinstance(a.value, list) for a in query.args):
        return
    reference.run_all(bench.admin, file.setup, bench.schema)
    try:
        with connect(proxy) as connection:
            _ask(connection, query)
    finally:
        reference.run_all(bench.admin, file.teardown, bench.schema)


def _ask(connection: psycopg.Connection[Any], query: JobQuery) -> None:
    libpq = connection.pgconn

    def answer() -> None:
        # Not libpq's blocking calls: some of them would block the proxy's thread too.
        for result in connection.wait(generators.execute(libpq)):
            _check(query, result)

    libpq.send_prepare(_PROBE, query.sql.encode())
    answer()
    libpq.send_describe_prepared(_PROBE)
    answer()
    # psycopg's types do not know that libpq takes NULL.
    values: list[Any] = [_as_text(argument) for argument in query.args]
    for result_format in (pq.Format.TEXT, pq.Format.BINARY):
        libpq.send_query_prepared(_PROBE, values, result_format=result_format)
        answer()


def _check(query: JobQuery, result: pq.abc.PGresult) -> None:
    if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
        message = result.error_message.decode(errors="replace").strip()
        raise RecordingError(f"{query.name}: cannot be recorded: {message}")


def _as_text(argument: Argument) -> bytes | None:
    """An argument as PostgreSQL reads it from text."""
    value = argument.value
    if value is None:
        return None
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return f"\\x{value}".encode() if argument.type == "bytea" else str(value).encode()
