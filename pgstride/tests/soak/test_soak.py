"""A short soak: mixed load with cancellations, time-outs, ended backends and a restart."""

import asyncio
import random

import pytest
from soak import OPERATIONS, server, soak

SECONDS = 15
SECONDS_BETWEEN_RESTARTS = 8
# Peak memory may still rise by what single answers happened to need.
GROWTH_KIB = 20_000


@pytest.fixture
def own_server(monkeypatch):
    """Arguments for a server that nobody else uses, as it will be restarted."""
    pytest.importorskip("pgbench_drivers", reason="the toolbench is not here")
    monkeypatch.delenv("PGHOST", raising=False)
    with server() as arguments:
        yield arguments


async def test_no_wrong_answer_nothing_stuck_and_no_leak(own_server):
    seed = random.SystemRandom().randrange(2**32)
    print("seed", seed)
    outcome = await soak(
        SECONDS, seed, seconds_between_restarts=SECONDS_BETWEEN_RESTARTS, **own_server
    )
    print(outcome)
    assert set(outcome.answered) == {operation.__name__ for operation in OPERATIONS}
    assert outcome.cancelled > 0
    assert outcome.killed > 0
    assert outcome.restarted == 1
    assert outcome.late_rss - outcome.early_rss < GROWTH_KIB
    assert len(asyncio.all_tasks()) == 1
