"""Client CPU per query of pgstride beside asyncpg, on a real server: `python live_ratio.py`.

Both run in this process, in turns, so that what disturbs the machine disturbs
both. A ratio above 1 says that pgstride takes less. The queries are the
toolbench's, and so is the server, unless --dsn names one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fnmatch
import importlib
import resource
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import uvloop
from pgbench_drivers.config.queries import QuerySpec, load_queries
from pgbench_drivers.execution.reference import fill
from pgbench_drivers.paths import QUERIES
from pgbench_drivers.server import choose_server

SCHEMA = "live_ratio"
WARM_UP_ROUNDS = 1
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}

Operation = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class Query:
    """A query of the toolbench, for this run's schema."""

    name: str
    sql: str
    args: tuple[Any, ...]


@dataclass(frozen=True)
class Work:
    """What is measured: an operation for each connection, or for each task that uses the pool."""

    name: str
    bind: Callable[[Any, Any], Operation]


def works(queries: list[Query]) -> list[Work]:
    """All that there is to measure."""
    one = next(query for query in queries if query.name == "one_plus_one")
    return [
        *(Work(f"fetch {query.name}", _fetch(query)) for query in queries),
        Work("fetchrow one_plus_one", lambda c, p: lambda: c.fetchrow(one.sql)),
        Work("execute one_plus_one", lambda c, p: lambda: c.execute(one.sql)),
        Work("pool.fetch one_plus_one", lambda c, p: lambda: p.fetch(one.sql)),
        Work("transaction, one fetch", _transaction(one)),
    ]


def _fetch(query: Query) -> Callable[[Any, Any], Operation]:
    return lambda connection, pool: lambda: connection.fetch(query.sql, *query.args)


def _transaction(query: Query) -> Callable[[Any, Any], Operation]:
    def bind(connection: Any, pool: Any) -> Operation:
        async def operation() -> None:
            async with connection.transaction():
                await connection.fetch(query.sql)

        return operation

    return bind


@dataclass(frozen=True)
class Driver:
    """A driver with its open connections and its pool."""

    connections: list[Any]
    pool: Any

    def operations(self, work: Work) -> list[Operation]:
        """One for each task."""
        return [work.bind(connection, self.pool) for connection in self.connections]


@contextlib.asynccontextmanager
async def opened(module: ModuleType, dsn: str, count: int) -> AsyncIterator[Driver]:
    """The driver, connected."""
    connections = [await module.connect(dsn, ssl=False) for _ in range(count)]
    async with module.create_pool(dsn, ssl=False, min_size=count, max_size=count) as pool:
        yield Driver(connections, pool)
    for connection in connections:
        await connection.close()


async def cpu_us_per_query(operations: list[Operation], seconds: float) -> float:
    """One window of the closed loop."""
    deadline = time.perf_counter() + seconds
    count = 0

    async def task(operation: Operation) -> None:
        nonlocal count
        while time.perf_counter() < deadline:
            await operation()
            count += 1

    before = resource.getrusage(resource.RUSAGE_SELF)
    await asyncio.gather(*map(task, operations))
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used / count * 1e6


async def measure(
    loop_name: str, dsn: str, wanted: list[Work], options: argparse.Namespace
) -> None:
    """Print a line per work."""
    base, ours = importlib.import_module(options.base), importlib.import_module("pgstride")
    async with (
        opened(base, dsn, options.connections) as theirs,
        opened(ours, dsn, options.connections) as mine,
    ):
        for work in wanted:
            pair = [driver.operations(work) for driver in (theirs, mine)]
            rounds = [
                [await cpu_us_per_query(each, options.seconds) for each in pair]
                for _ in range(WARM_UP_ROUNDS + options.rounds)
            ]
            print(line(loop_name, work.name, rounds[WARM_UP_ROUNDS:]), flush=True)


def line(loop_name: str, name: str, rounds: list[list[float]]) -> str:
    """Medians of both in microseconds, and the rounds' ratios: median, lowest, highest."""
    their, our = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratios = sorted(theirs / ours for theirs, ours in rounds)
    return (
        f"{loop_name:<8} {name:<24} {their:>9.1f} {our:>9.1f} "
        f"{statistics.median(ratios):>7.2f}   {ratios[0]:.2f}–{ratios[-1]:.2f}"
    )


@contextlib.contextmanager
def server(dsn: str | None) -> Iterator[str]:
    """The DSN of a server: the given one, or one that is started for this run."""
    if dsn is not None:
        yield dsn
        return
    with choose_server(
        "embedded", pg_version="18", transport="tcp", connections=64, say=print
    ) as started:
        at = started.endpoint
        password = f":{at.password}" if at.password else ""
        yield f"postgresql://{at.user}{password}@{at.host}:{at.port}/{at.database}"


@contextlib.asynccontextmanager
async def tables(module: ModuleType, dsn: str, specs: list[QuerySpec]) -> AsyncIterator[None]:
    """The tables of the queries, in a schema of their own."""
    connection = await module.connect(dsn, ssl=False)
    await connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
    for spec in specs:
        for statement in spec.file.setup:
            await connection.execute(fill(statement, SCHEMA))
    yield
    await connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    await connection.close()


async def run(loop_name: str, dsn: str, options: argparse.Namespace) -> None:
    """All works on one event loop."""
    specs = [spec for spec in load_queries(QUERIES) if spec.file.kind == "fetch"]
    queries = [
        Query(spec.name, fill(spec.file.sql, SCHEMA), tuple(arg.value for arg in spec.file.args))
        for spec in specs
    ]
    wanted = [work for work in works(queries) if fnmatch.fnmatch(work.name, options.only)]
    async with tables(importlib.import_module(options.base), dsn, specs):
        await measure(loop_name, dsn, wanted, options)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dsn", help="a server of yours  [default: an embedded one is started]")
    parser.add_argument("--base", default="asyncpg", help="the module to compare with")
    parser.add_argument("--loop", choices=[*LOOPS, "both"], default="both")
    parser.add_argument("--only", default="*", metavar="GLOB", help="which works")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.35, help="of each round")
    return parser.parse_args()


def main() -> None:
    """Print the table."""
    options = arguments()
    print(f"{'loop':<8} {'work':<24} {options.base:>9} {'pgstride':>9} {'ratio':>7}   spread")
    with server(options.dsn) as dsn:
        for name in LOOPS if options.loop == "both" else [options.loop]:
            loop = LOOPS[name]()
            try:
                loop.run_until_complete(run(name, dsn, options))
            finally:
                loop.close()


if __name__ == "__main__":
    main()
