"""A short soak: mixed load with cancellations, time-outs and ended backends."""

import asyncio
import random

from soak import OPERATIONS, soak

SECONDS = 15
# Peak memory may still rise by what single answers happened to need.
GROWTH_KIB = 20_000


async def test_no_wrong_answer_nothing_stuck_and_no_leak(server):
    endpoint = server.endpoint
    seed = random.SystemRandom().randrange(2**32)
    print("seed", seed)
    outcome = await soak(
        SECONDS,
        seed,
        host=endpoint.host,
        port=endpoint.port,
        user=endpoint.user,
        password=endpoint.password,
        database=endpoint.database,
        ssl=False,
        server_settings={"application_name": "soak"},
    )
    print(outcome)
    assert set(outcome.answered) == {operation.__name__ for operation in OPERATIONS}
    assert outcome.cancelled > 0
    assert outcome.killed > 0
    assert outcome.late_rss - outcome.early_rss < GROWTH_KIB
    assert len(asyncio.all_tasks()) == 1
