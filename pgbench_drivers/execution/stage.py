"""What a step finds at the server, and what it leaves there: tables, or counters."""

from __future__ import annotations

from typing import Any, Protocol

import psycopg
from psycopg import sql

from pgbench_drivers.audit.facts import Subject
from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.contract.messages import JobQuery, Target
from pgbench_drivers.execution import reference
from pgbench_drivers.execution.counted import Counted, Operations
from pgbench_drivers.replay.replay_server import ReplayServer, Served
from pgbench_drivers.results.audit import Sent
from pgbench_drivers.server.admin import end_sessions, ended_transactions


class Stage(Protocol):
    """Where the queries of a step are answered."""

    def set_up(self, spec: QuerySpec) -> None:
        """Before the runner starts; raises psycopg.Error or UserError if the server fails."""

    def tear_down(self, spec: QuerySpec, *, orderly: bool) -> None:
        """After the runner has ended; not `orderly` when it was ended by force."""

    def written_rows(self, target: Target) -> int:
        """Rows that have arrived since `set_up`."""

    def counted(self, query: JobQuery, sent: Sent, operations: Operations) -> list[Counted]:
        """What was counted since `set_up` of what the audit foretells; empty where nothing is."""


class LiveStage:
    """A real server: the query's tables are made, counted and dropped.

    A server that is ours `alone` also counts transactions, by which it shows
    whether runners send what the audit saw.
    """

    def __init__(self, admin: psycopg.Connection[Any], schema: str, *, alone: bool = False) -> None:
        self._admin = admin
        self._schema = schema
        self._alone = alone
        self._before: int | None = None

    def set_up(self, spec: QuerySpec) -> None:
        reference.run_all(self._admin, spec.file.setup, self._schema)
        self._before = ended_transactions(self._admin) if self._alone else None

    def tear_down(self, spec: QuerySpec, *, orderly: bool) -> None:
        if spec.file.teardown and not orderly:
            end_sessions(self._admin, self._schema)
        reference.run_all(self._admin, spec.file.teardown, self._schema)

    def written_rows(self, target: Target) -> int:
        table = sql.Identifier(target.schema, target.table)
        found = self._admin.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone()
        return found[0] if found else 0

    def counted(self, query: JobQuery, sent: Sent, operations: Operations) -> list[Counted]:
        if self._before is None or sent.transactions is None:
            return []
        after = ended_transactions(self._admin)
        if after is None:
            return []
        foretold = sent.transactions * operations.queries
        return [Counted("transactions", after - self._before, foretold)]


class ReplayStage:
    """A replay server: it has no tables, but counts what it was asked and what it answered."""

    def __init__(self, server: ReplayServer) -> None:
        self._server = server
        self._before: list[Served] = []

    def set_up(self, spec: QuerySpec) -> None:
        self._before = self._server.statistics().statements

    def tear_down(self, spec: QuerySpec, *, orderly: bool) -> None:
        """Nothing is left behind."""

    def written_rows(self, target: Target) -> int:
        after = self._server.statistics().statements
        return sum(one.written_rows for one in after) - sum(
            one.written_rows for one in self._before
        )

    def counted(self, query: JobQuery, sent: Sent, operations: Operations) -> list[Counted]:
        subject = Subject(query)

        def executions(statements: list[Served], protocol: str) -> int:
            return sum(
                one.executions
                for one in statements
                if one.protocol == protocol and (one.copied_bytes or subject.is_text(one.sql))
            )

        after = self._server.statistics().statements
        foretold = sent.executions * operations.queries
        return [
            Counted(
                f"executions by the {protocol} protocol",
                executions(after, protocol) - executions(self._before, protocol),
                foretold if protocol == sent.protocol else 0.0,
            )
            for protocol in ("simple", "extended")
            if sent.protocol != "both"
        ]
