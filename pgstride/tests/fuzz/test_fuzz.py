"""A short run of the fuzz target, without any tool: docs/testing.md tells of the long one."""

from __future__ import annotations

import logging
import os
import random
import time

import pytest

from grown import grown
from mutations import mutate
from seeds import seeds
from target import run_one

CORPUS = seeds()
SECONDS = float(os.environ.get("PGSTRIDE_FUZZ_SECONDS", "5"))


@pytest.fixture(autouse=True)
def quiet():
    """What a hostile server has logged would take longer than the rest."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", CORPUS)
def test_the_corpus_gives_no_finding(name: str):
    run_one(CORPUS[name])


def test_what_fuzzing_has_reached_gives_no_finding():
    for number, data in enumerate(grown()):
        try:
            run_one(data)
        except Exception as error:  # noqa: BLE001 whatever it is
            pytest.fail(f"{error!r} for input {number} of grown.zip: {data!r}")


@pytest.mark.timeout(SECONDS + 120)
def test_mutations_of_the_corpus_give_no_finding():
    seed = int(os.environ.get("PGSTRIDE_FUZZ_SEED", time.time_ns()))
    chance = random.Random(seed)
    inputs = list(CORPUS.values())
    end = time.monotonic() + SECONDS
    tried = 0
    while time.monotonic() < end:
        data = chance.choice(inputs)
        for _ in range(chance.randrange(1, 5)):
            data = mutate(data, chance)
            try:
                run_one(data)
            except Exception as error:  # noqa: BLE001 whatever it is
                pytest.fail(f"seed {seed}: {error!r} for the input {data!r}")
            tried += 1
    assert tried
