"""Audits of the registry's drivers on the queries of this repository."""

from __future__ import annotations

from collections.abc import Collection

from pgbench_drivers.config.options import Options
from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.execution.audit_session import audit
from pgbench_drivers.paths import QUERIES, REGISTRY
from pgbench_drivers.results.audit import Audit

Audits = dict[tuple[str, str], Audit]


def audits_of(drivers: Collection[str], queries: Collection[str]) -> Audits:
    """Every driver on every query, once, on an embedded server."""
    rows = [driver for driver in load_registry(REGISTRY) if driver.name in drivers]
    asked = [query for query in load_queries(QUERIES) if query.name in queries]
    found = audit(Options(server="embedded"), rows, asked, print)
    return {(one.driver, one.query): one for one in found}
