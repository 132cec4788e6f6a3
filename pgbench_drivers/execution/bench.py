"""What all steps of a run have in common, made for a server."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.config.registry import DriverSpec
from pgbench_drivers.contract.messages import ArrivalProcess, Arrivals, Connection, JobQuery
from pgbench_drivers.execution import reference
from pgbench_drivers.execution.cell import StepContext
from pgbench_drivers.execution.runner_process import RunnerCommand
from pgbench_drivers.execution.stage import Stage
from pgbench_drivers.plan.plan import Step, Windows
from pgbench_drivers.results.audit import Sent
from pgbench_drivers.server import Server
from pgbench_drivers.server.admin import admin_connection, temporary_schema
from pgbench_drivers.server.base import Say

SEEDS_PER_ROUND = 2
"""A job's seed is that of its measured window; the warm-up takes the next."""

SEEDS = 2**53
"""Whole numbers below it are exact in every language's JSON."""


@dataclass(frozen=True)
class Bench:
    """Everything that the steps of one run have in common.

    With `arrivals` it is an open loop; `sent`, what the audit saw, is by driver and query.
    """

    drivers: Mapping[str, DriverSpec]
    queries: Mapping[str, QuerySpec]
    job_queries: Mapping[str, JobQuery]
    runners: Mapping[str, RunnerCommand]
    schema: str
    connection: Connection
    admin: psycopg.Connection[Any]
    windows: Windows
    seed: int
    timeout_seconds: float
    client_cpus: frozenset[int] | None
    server_cpu: Callable[[], float | None]
    stage: Stage | None = None
    sent: Mapping[tuple[str, str], Sent] = field(default_factory=dict)
    arrivals: ArrivalProcess | None = None

    def context(self, step: Step) -> StepContext:
        """What one step needs; all cells of a round get one seed, and so one schedule."""
        driver = self.drivers[step.cell.driver]
        return StepContext(
            step=step,
            spec=self.queries[step.cell.query],
            query=self.job_queries[step.cell.query],
            schema=self.schema,
            adapter=driver.entry.adapter,
            options=driver.entry.options,
            synthetic=driver.synthetic,
            runner=self.runners[step.cell.driver],
            connection=self.connection,
            admin=self.admin,
            windows=self.windows.of(step.cell.driver),
            seed=(self.seed + SEEDS_PER_ROUND * step.round) % SEEDS,
            timeout_seconds=self.timeout_seconds,
            client_cpus=self.client_cpus,
            server_cpu=self.server_cpu,
            stage=self.stage,
            sent=self.sent.get((step.cell.driver, step.cell.query)),
            arrivals=self._arrivals(step.cell.per_second),
        )

    def _arrivals(self, per_second: float | None) -> Arrivals | None:
        if self.arrivals is None or per_second is None:
            return None
        return Arrivals(self.arrivals, per_second)


@contextlib.contextmanager
def bench_on(
    server: Server,
    *,
    drivers: Sequence[DriverSpec],
    queries: Sequence[QuerySpec],
    runners: Mapping[str, RunnerCommand],
    windows: Windows,
    seed: int,
    timeout_seconds: float,
    say: Say,
    client_cpus: frozenset[int] | None = None,
    arrivals: ArrivalProcess | None = None,
) -> Iterator[Bench]:
    """A bench with a schema of its own, which is dropped afterwards, and the right answers.

    Raises psycopg.Error, UserError when the server fails.
    """
    with admin_connection(server.endpoint) as admin, temporary_schema(admin) as schema:
        say("asking the server for the right answers")
        yield Bench(
            drivers={driver.name: driver for driver in drivers},
            queries={query.name: query for query in queries},
            job_queries={q.name: reference.job_query(admin, q, schema) for q in queries},
            runners=runners,
            schema=schema,
            connection=server.endpoint.as_connection(),
            admin=admin,
            windows=windows,
            seed=seed,
            timeout_seconds=timeout_seconds,
            client_cpus=client_cpus,
            server_cpu=server.cpu_seconds,
            arrivals=arrivals,
        )
