"""Mixed load with cancellations, ended backends, restarts: `python soak.py --minutes 30`.

Every query carries a number that its answer must carry. What is allowed to go
wrong is an error that says so; what is not: a wrong answer, a task or a connection
that is stuck, memory that grows. Needs the toolbench, which starts a server, or
PGHOST and so on for one of yours, which is not restarted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pgstride

TASKS = 16
CONNECTIONS = 6
# No operation takes longer than this by itself: one that does is stuck.
STUCK_SECONDS = 30.0
SECONDS_BETWEEN_KILLS = 1.0
SECONDS_BETWEEN_RESTARTS = 20.0
# After an error, as a program would: a server that starts is not to be besieged.
PAUSE_SECONDS = 0.005

# What cancelled statements, ended backends and closed connections may raise.
ALLOWED = (
    asyncio.TimeoutError,
    pgstride.PostgresError,
    pgstride.InterfaceError,
    OSError,
)

Operation = Callable[[Any, int], Awaitable[None]]


class WrongAnswerError(Exception):
    """An answer belonged to another question."""


@dataclass
class Outcome:
    """What has happened."""

    answered: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    cancelled: int = 0
    killed: int = 0
    restarted: int = 0
    crashed: int = 0
    # Peak resident memory in KiB, at a quarter of the time and at its end.
    early_rss: int = 0
    late_rss: int = 0
    # The load is to end, before its time when something has gone wrong.
    over: bool = False

    def __str__(self) -> str:
        answered = ", ".join(f"{name} {n}" for name, n in sorted(self.answered.items()))
        failed = ", ".join(f"{name} {n}" for name, n in self.failed.most_common())
        return (
            f"answered: {self.answered.total()}: {answered or 'nothing'}\n"
            f"cancelled: {self.cancelled}; backends ended: {self.killed}; "
            f"server restarted: {self.restarted}, of these by immediate stops: {self.crashed}\n"
            f"errors: {failed or 'none'}\n"
            f"peak memory: {self.early_rss} KiB after a quarter, {self.late_rss} KiB in the end"
        )


def expect(answer: Any, wanted: Any) -> None:
    """Raise WrongAnswerError unless they are equal."""
    if answer != wanted:
        raise WrongAnswerError(f"got {answer!r}, expected {wanted!r}")


# -- operations: each takes the pool and its number


async def one_value(pool: Any, number: int) -> None:
    expect(await pool.fetchval("SELECT $1::int8", number), number)


async def many_rows(pool: Any, number: int) -> None:
    rows = await pool.fetch("SELECT $1::int8 AS id, n FROM generate_series(1, 500) AS n", number)
    expect([row["n"] for row in rows], list(range(1, 501)))
    expect({row["id"] for row in rows}, {number})


async def transaction(pool: Any, number: int) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("INSERT INTO soak VALUES ($1)", number)
        expect(await connection.fetchval("SELECT id FROM soak WHERE id = $1", number), number)
        await connection.execute("DELETE FROM soak WHERE id = $1", number)


async def batch(pool: Any, number: int) -> None:
    async with pool.acquire() as connection:
        rows = await connection.fetchmany("SELECT $1::int8 + $2", [(number, n) for n in range(50)])
        expect([row[0] for row in rows], [number + n for n in range(50)])


async def cursor(pool: Any, number: int) -> None:
    async with pool.acquire() as connection, connection.transaction():
        query = "SELECT $1::int8 + n FROM generate_series(1, 200) AS n"
        seen = [row[0] async for row in connection.cursor(query, number, prefetch=30)]
        expect(seen, [number + n for n in range(1, 201)])


async def copy_out(pool: Any, number: int) -> None:
    parts: list[bytes] = []

    async def take(data: bytes) -> None:
        parts.append(bytes(data))

    async with pool.acquire() as connection:
        await connection.copy_from_query("SELECT $1::int8", number, output=take)
    expect(b"".join(parts), f"{number}\n".encode())


async def pipeline(pool: Any, number: int) -> None:
    async with pool.acquire() as connection, connection.pipeline() as sent:
        results = [sent.fetchval("SELECT $1::int8 + $2", number, n) for n in range(10)]
    expect([result.result() for result in results], [number + n for n in range(10)])


async def slow(pool: Any, number: int) -> None:
    query = "SELECT $1::int8 FROM pg_sleep(0.05)"
    expect(await pool.fetchval(query, number, timeout=random.choice((0.01, 1.0))), number)


OPERATIONS: tuple[Operation, ...] = (
    one_value,
    many_rows,
    transaction,
    batch,
    cursor,
    copy_out,
    pipeline,
    slow,
)


Restart = Callable[[bool], None]


async def soak(
    seconds: float,
    seed: int,
    restart: Restart | None = None,
    seconds_between_restarts: float = SECONDS_BETWEEN_RESTARTS,
    **arguments: Any,
) -> Outcome:
    """Run the load for so long; raises WrongAnswerError, also for what is stuck.

    `restart` stops the server, immediately where its argument is true, and starts
    it again; it is called in a thread.
    """
    random.seed(seed)
    outcome = Outcome()
    began = time.monotonic()
    async with _pool(**arguments) as pool:
        tasks = [
            asyncio.ensure_future(_worker(pool, n, began + seconds, outcome)) for n in range(TASKS)
        ]
        tasks.append(asyncio.ensure_future(_kill(began + seconds, outcome, arguments)))
        if restart is not None:
            restarting = _restart(began + seconds, seconds_between_restarts, outcome, restart)
            tasks.append(asyncio.ensure_future(restarting))
        await asyncio.sleep(seconds / 4)
        outcome.early_rss = _peak_rss()
        try:
            await _all_ended(tasks, seconds + STUCK_SECONDS)
        finally:
            outcome.over = True
        outcome.late_rss = _peak_rss()
        # All of it works as on the first day.
        for _ in range(CONNECTIONS):
            await _allowed(one_value(pool, 1))
        for operation in OPERATIONS[:-1]:
            await asyncio.wait_for(operation(pool, 7), STUCK_SECONDS)
    return outcome


async def _all_ended(tasks: list[asyncio.Future[None]], seconds: float) -> None:
    """Wait for the tasks; says where each stands when one is stuck."""
    done, pending = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    if pending:
        for task in asyncio.all_tasks():
            task.print_stack()
    for task in done:
        task.result()
    if pending:
        raise WrongAnswerError(f"{len(pending)} tasks are stuck")


@contextlib.asynccontextmanager
async def _pool(**arguments: Any) -> AsyncIterator[Any]:
    sizes = {"min_size": 2, "max_size": CONNECTIONS}
    pool = await pgstride.create_pool(**arguments, **sizes)
    await pool.execute("CREATE TABLE IF NOT EXISTS soak (id int8 PRIMARY KEY)")
    try:
        yield pool
        await pool.execute("DROP TABLE soak")
        await asyncio.wait_for(pool.close(), STUCK_SECONDS)
    finally:
        pool.terminate()


async def _worker(pool: Any, worker: int, end: float, outcome: Outcome) -> None:
    number = worker * 1_000_000_000
    while time.monotonic() < end and not outcome.over:
        number += 1000
        operation = random.choice(OPERATIONS)
        task = asyncio.ensure_future(operation(pool, number))
        if random.random() < 0.2:
            await asyncio.wait((task,), timeout=random.random() * 0.02)
            if task.cancel():
                outcome.cancelled += 1
        try:
            await asyncio.wait_for(asyncio.shield(task), STUCK_SECONDS)
        except asyncio.CancelledError:
            if not task.cancelled():
                raise
        except ALLOWED as error:
            if not task.done():
                task.print_stack()
                raise WrongAnswerError(f"{operation.__name__} is stuck") from error
            outcome.failed[type(error).__name__] += 1
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            outcome.answered[operation.__name__] += 1


async def _kill(end: float, outcome: Outcome, arguments: dict[str, Any]) -> None:
    """End a backend of somebody else's now and then."""
    query = """
        SELECT pg_terminate_backend(pid) FROM (
            SELECT pid FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
                AND datname = current_database() AND application_name LIKE 'soak%'
            ORDER BY random() LIMIT 1
        ) AS chosen
    """
    others = {key: value for key, value in arguments.items() if key != "server_settings"}
    while time.monotonic() < end:
        await asyncio.sleep(random.random() * 2 * SECONDS_BETWEEN_KILLS)
        with contextlib.suppress(*ALLOWED):  # the server may be just restarting
            async with pgstride.connect(**others) as connection:
                outcome.killed += bool(await connection.fetchval(query))


async def _restart(end: float, seconds: float, outcome: Outcome, restart: Restart) -> None:
    """Restart the server now and then; after each time there have to be answers again."""
    while time.monotonic() + seconds < end:
        await asyncio.sleep(seconds)
        immediate = random.random() < 0.5
        await asyncio.to_thread(restart, immediate)
        outcome.restarted += 1
        outcome.crashed += immediate
        before, deadline = outcome.answered.total(), time.monotonic() + STUCK_SECONDS
        while outcome.answered.total() == before:
            if time.monotonic() > deadline:
                raise WrongAnswerError("there are no answers after a restart")
            await asyncio.sleep(0.01)


async def _allowed(awaitable: Awaitable[None]) -> None:
    # A connection whose backend has been ended may not have noticed it yet.
    with contextlib.suppress(*ALLOWED):
        await awaitable


def _peak_rss() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@contextlib.contextmanager
def server() -> Any:
    """Arguments of soak() for the environment's server, or an embedded one."""
    settings = {"server_settings": {"application_name": "soak"}, "ssl": False}
    if os.environ.get("PGHOST"):
        yield settings
        return
    from pgbench_drivers.server import choose_server  # noqa: PLC0415 optional

    with choose_server(
        "embedded", pg_version="18", transport="tcp", connections=50, say=print
    ) as started:
        e = started.endpoint
        yield {
            "host": e.host,
            "port": e.port,
            "user": e.user,
            "password": e.password,
            "database": e.database,
            "restart": lambda immediate: started.restart(immediate=immediate),
            **settings,
        }


def main() -> int:
    """0 when all was well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.minutes:g} minutes", flush=True)
    with server() as arguments:
        outcome = asyncio.run(soak(options.minutes * 60, options.seed, **arguments))
    print(outcome)
    return 0


if __name__ == "__main__":
    sys.exit(main())
