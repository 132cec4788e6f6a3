"""An audit by itself: server, schema, runners, and no measurement."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence

import psycopg

from pgbench_drivers.config.options import Options
from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.config.registry import DriverSpec
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution import auditing, reference
from pgbench_drivers.execution.executor import Bench
from pgbench_drivers.execution.network import connection_to
from pgbench_drivers.execution.runner_process import RunnerCommand
from pgbench_drivers.execution.session import Say, prepare_runners
from pgbench_drivers.results.audit import Audit
from pgbench_drivers.server import choose_server
from pgbench_drivers.server.admin import admin_connection, temporary_schema
from pgbench_drivers.server.base import Server, one_line


def audit(
    options: Options, drivers: Sequence[DriverSpec], queries: Sequence[QuerySpec], say: Say
) -> Iterator[Audit]:
    """Audit every driver on every query; a driver that cannot be run has its reason.

    Raises UserError when the server fails.
    """
    real = [driver for driver in drivers if not driver.synthetic]
    prepared = prepare_runners(real, say)
    for driver, reason in prepared.not_run.items():
        unsuitable = driver in prepared.unsuitable
        yield from (Audit(driver, query.name, None, reason, unsuitable) for query in queries)
    if not prepared.runners:
        return
    try:
        with _bench(options, real, queries, prepared.runners, say) as bench:
            pairs = auditing.auditable(real, queries, prepared.runners)
            yield from auditing.audit_all(bench, pairs)
    except psycopg.Error as error:
        raise UserError(f"the server failed: {one_line(error)}") from error


@contextlib.contextmanager
def _bench(
    options: Options,
    drivers: Sequence[DriverSpec],
    queries: Sequence[QuerySpec],
    runners: Mapping[str, RunnerCommand],
    say: Say,
) -> Iterator[Bench]:
    with (
        _server(options, say) as server,
        admin_connection(server.endpoint) as admin,
        temporary_schema(admin) as schema,
    ):
        say("asking the server for the right answers")
        yield Bench(
            drivers={driver.name: driver for driver in drivers},
            queries={query.name: query for query in queries},
            job_queries={q.name: reference.job_query(admin, q, schema) for q in queries},
            runners=runners,
            schema=schema,
            connection=connection_to(server.endpoint),
            admin=admin,
            windows=auditing.WINDOWS,
            seed=options.seed,
            timeout_seconds=options.timeout,
            client_cpus=None,
            server_cpu=server.cpu_seconds,
        )


def _server(options: Options, say: Say) -> Server:
    return choose_server(
        options.server,
        pg_version=options.pg_version,
        transport=options.transport,
        connections=auditing.CONNECTIONS,
        say=say,
    )
