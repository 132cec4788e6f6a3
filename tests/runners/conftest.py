"""Jobs for real runners against the real server."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import psycopg
import pytest

from pgbench_drivers.config.queries import QuerySpec, load_queries
from pgbench_drivers.contract.messages import Job, JobQuery
from pgbench_drivers.execution import reference
from pgbench_drivers.paths import QUERIES
from pgbench_drivers.server import Server
from pgbench_drivers.server.admin import admin_connection, temporary_schema
from pgbench_drivers.toolchains import TOOLCHAINS, UnsuitableError
from pgbench_drivers.toolchains.base import Command

RUNNER_TIMEOUT_SECONDS = 60
# A million rows through every driver take minutes, and show nothing that a thousand do not.
QUERY_SPECS = {spec.name: spec for spec in load_queries(QUERIES) if spec.name != "large_result"}


@pytest.fixture(scope="session")
def runners() -> Callable[..., Command]:
    """The command of a language's runner, prepared once per environment."""
    prepared: dict[tuple[str, str], Command] = {}

    def command(language: str, environment: str = "default") -> Command:
        if (language, environment) not in prepared:
            try:
                made = TOOLCHAINS[language].prepare(environment, print)
            except UnsuitableError as error:
                pytest.skip(str(error))
            prepared[language, environment] = made
        return prepared[language, environment]

    return command


@pytest.fixture(scope="session")
def queries() -> dict[str, QuerySpec]:
    """The checked-in queries."""
    return QUERY_SPECS


@pytest.fixture(scope="session")
def admin(embedded_server: Server) -> Iterator[psycopg.Connection[Any]]:
    """The orchestrator's own connection."""
    with admin_connection(embedded_server.endpoint) as connection:
        yield connection


@pytest.fixture(scope="session")
def schema(admin: psycopg.Connection[Any]) -> Iterator[str]:
    """A schema of the tests' own."""
    with temporary_schema(admin) as name:
        yield name


@pytest.fixture(scope="session")
def job_queries(
    admin: psycopg.Connection[Any], schema: str, queries: dict[str, QuerySpec]
) -> dict[str, JobQuery]:
    """Queries with the answers they must have on this server."""
    return {name: reference.job_query(admin, spec, schema) for name, spec in queries.items()}


def make_job(
    server: Server, query: JobQuery, driver: str, options: dict[str, Any], **changes: Any
) -> Job:
    """A short job."""
    job = Job(
        contract=3,
        driver=driver,
        options=options,
        connection=server.endpoint.as_connection(),
        query=query,
        concurrency=3,
        warmup_seconds=0.05,
        measure_seconds=0.2,
        arrivals=None,
        seed=1,
    )
    return msgspec.structs.replace(job, **changes)


def run_runner(command: Command, job: bytes) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, events and stderr of a runner that is given `job`."""
    finished = subprocess.run(
        command.argv,
        cwd=command.directory,
        env={**os.environ, **command.environment},
        input=job + b"\n",
        capture_output=True,
        timeout=RUNNER_TIMEOUT_SECONDS,
        check=False,
    )
    events = [json.loads(line) for line in finished.stdout.splitlines()]
    return finished.returncode, events, finished.stderr.decode(errors="replace")
