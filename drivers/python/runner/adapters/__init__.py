"""Adapters by the name that the registry uses; a driver is imported only when asked for."""

from __future__ import annotations

from importlib import import_module

from runner.adapter import Adapter
from runner.job import BadJobError, Job

ADAPTERS = {
    "aiopg": "runner.adapters.aiopg_adapter:AiopgAdapter",
    "asyncpg": "runner.adapters.asyncpg_adapter:AsyncpgAdapter",
    "delay": "runner.adapters.synthetic:DelayAdapter",
    "null": "runner.adapters.synthetic:NullAdapter",
    "pg8000": "runner.adapters.pg8000_adapter:Pg8000Adapter",
    "pgstride": "runner.adapters.asyncpg_adapter:PgstrideAdapter",
    "psqlpy": "runner.adapters.psqlpy_adapter:PsqlpyAdapter",
    "psycopg": "runner.adapters.psycopg_adapter:PsycopgAdapter",
    "psycopg-async": "runner.adapters.psycopg_async_adapter:PsycopgAsyncAdapter",
    "psycopg2": "runner.adapters.psycopg2_adapter:Psycopg2Adapter",
}


def load(job: Job) -> Adapter:
    """The adapter for the job's driver; raises BadJobError for an unknown one."""
    if job.driver not in ADAPTERS:
        raise BadJobError(f"driver {job.driver!r} is unknown, expected one of {sorted(ADAPTERS)}")
    module, _, name = ADAPTERS[job.driver].partition(":")
    adapter: type[Adapter] = getattr(import_module(module), name)
    return adapter(job)
