"""What a document says of server, queries and drivers, from what is about to run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone

from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.config.registry import DriverSpec
from pgbench_drivers.contract.messages import JobQuery
from pgbench_drivers.results import model
from pgbench_drivers.server import Server


def server_facts(server: Server, on_the_way: Mapping[str, str] | None = None) -> model.Server:
    """The PostgreSQL that answers, with what lies `on_the_way` to it among the details."""
    info = server.info
    return model.Server(
        backend=info.backend,
        reason=info.reason,
        version=info.version,
        settings=dict(info.settings),
        details={**info.details, **(on_the_way or {})},
    )


def query_facts(spec: QuerySpec, job: JobQuery) -> model.Query:
    """A query, as it is run."""
    file = spec.file
    return model.Query(
        name=spec.name,
        title=file.title,
        kind=file.kind,
        headline=file.headline,
        sql=file.sql,
        description=file.description,
        stresses=file.stresses,
        rows=job.expect.rows,
        columns=len(file.columns),
    )


def driver_facts(spec: DriverSpec, not_run: Mapping[str, str]) -> model.Driver:
    """A row of the comparison; `not_run` holds the reasons of those that cannot be run."""
    entry = spec.entry
    return model.Driver(
        name=spec.name,
        title=entry.title,
        language=entry.language,
        language_title=spec.language_title,
        client=entry.client,
        homepage=entry.homepage,
        notes=entry.notes,
        synthetic=spec.synthetic,
        version=None,
        runtime=None,
        components={},
        not_run_reason=not_run.get(spec.name),
        twin_of=spec.twin_of,
        usage=entry.usage,
        warmup=spec.warmup,
    )


def now() -> str:
    """The time, in UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
