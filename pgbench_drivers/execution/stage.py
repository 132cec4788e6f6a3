"""What a step finds at the server, and what it leaves there: tables, or counters."""

from __future__ import annotations

from typing import Any, Protocol

import psycopg
from psycopg import sql

from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.contract.messages import Target
from pgbench_drivers.execution import reference
from pgbench_drivers.replay.replay_server import ReplayServer
from pgbench_drivers.server.admin import end_sessions


class Stage(Protocol):
    """Where the queries of a step are answered."""

    def set_up(self, spec: QuerySpec) -> None:
        """Before the runner starts; raises psycopg.Error or UserError if the server fails."""

    def tear_down(self, spec: QuerySpec, *, orderly: bool) -> None:
        """After the runner has ended; not `orderly` when it was ended by force."""

    def written_rows(self, target: Target) -> int:
        """Rows that have arrived since `set_up`."""


class LiveStage:
    """A real server: the query's tables are made, counted and dropped."""

    def __init__(self, admin: psycopg.Connection[Any], schema: str) -> None:
        self._admin = admin
        self._schema = schema

    def set_up(self, spec: QuerySpec) -> None:
        reference.run_all(self._admin, spec.file.setup, self._schema)

    def tear_down(self, spec: QuerySpec, *, orderly: bool) -> None:
        if spec.file.teardown and not orderly:
            end_sessions(self._admin, self._schema)
        reference.run_all(self._admin, spec.file.teardown, self._schema)

    def written_rows(self, target: Target) -> int:
        table = sql.Identifier(target.schema, target.table)
        found = self._admin.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone()
        return found[0] if found else 0


class ReplayStage:
    """A replay server: it has no tables, but counts the rows that its answers reported."""

    def __init__(self, server: ReplayServer) -> None:
        self._server = server
        self._before = 0

    def set_up(self, spec: QuerySpec) -> None:
        self._before = self._server.statistics().written_rows

    def tear_down(self, spec: QuerySpec, *, orderly: bool) -> None:
        """Nothing is left behind."""

    def written_rows(self, target: Target) -> int:
        return self._server.statistics().written_rows - self._before
