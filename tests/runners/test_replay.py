"""Real drivers cannot tell the replay server from the server that was recorded."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
import pytest

from pgbench_drivers.execution import reference
from pgbench_drivers.execution.network import connection_to
from pgbench_drivers.execution.recording import own_statements
from pgbench_drivers.replay.conversation import Conversation
from pgbench_drivers.replay.recording import Recording
from pgbench_drivers.replay.replay_server import ReplayServer
from pgbench_drivers.server.base import Endpoint
from pgbench_drivers.toolchains.c import SANITIZERS, build_replay_server
from pgbench_drivers.wire.proxy import Proxy
from tests.runners.conftest import make_job, run_runner
from tests.runners.test_contract import DRIVERS, QUERY_NAMES, UNSUPPORTED

TESTED = ["pgstride", "asyncpg", "psycopg3", "psycopg2", "pgx", "lib/pq", "pg", "postgres.js"]


@pytest.mark.parametrize("name", TESTED)
def test_a_driver_is_answered_as_by_the_server(  # noqa: PLR0917 fixtures
    name, embedded_server, admin, schema, queries, job_queries, runners, tmp_path: Path
) -> None:
    driver = DRIVERS[name]
    command = runners(driver.entry.language, driver.entry.environment)
    asked = [query for query in QUERY_NAMES if (name, query) not in UNSUPPORTED]

    def run(query: str, endpoint: Endpoint) -> None:
        job = make_job(
            embedded_server,
            job_queries[query],
            driver.entry.adapter,
            driver.entry.options,
            connection=connection_to(endpoint),
        )
        code, events, log = run_runner(command, msgspec.json.encode(job))
        assert code == 0, (query, events[-1:], log)

    recording = Recording(own_statements(job_queries.values()))
    server = embedded_server.endpoint
    with Proxy(server.host, server.port, lambda: Conversation(recording)) as proxy:
        endpoint = dataclasses.replace(server, host=proxy.host, port=proxy.port)
        for query in asked:
            reference.run_all(admin, queries[query].file.setup, schema)
            run(query, endpoint)
            reference.run_all(admin, queries[query].file.teardown, schema)
    path = tmp_path / "recording"
    path.write_bytes(recording.encode())
    program = build_replay_server(print, SANITIZERS)
    with ReplayServer(program, path, embedded_server.endpoint) as replay:
        for query in asked:
            run(query, replay.endpoint)
        found = replay.statistics()
        ended = replay.stop()
    assert found.refused == 0
    assert found.written_rows > 0
    assert ended.code == 0, ended.stderr
