"""Simulated rounds whose truth is known."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from pgbench_drivers.results.model import Cell
from tests.results.making import make_round, ok_cell

NOISE = 0.03
"""Standard deviation of a round, as a share: what a shared machine has."""


TEMPLATE = make_round(0, queries=10_000)


def samples(count: int, rounds: int, *, level: float = 1.0, seed: int = 7) -> np.ndarray:
    """`count` cells of so many rounds with lognormal noise; `level` is their median."""
    return level * np.exp(np.random.default_rng(seed).normal(0, NOISE, (count, rounds)))


def mean_of_lognormal() -> float:
    """The mean of a round whose median is 1."""
    return math.exp(NOISE**2 / 2)


def costing_cell(driver: str, query: str, costs: Sequence[float]) -> Cell:
    """A cell whose rounds cost so many µs of client CPU per query."""
    rounds = [
        msgspec.structs.replace(
            TEMPLATE, index=i, position=i, client_cpu_user_us=round(cost * TEMPLATE.queries)
        )
        for i, cost in enumerate(costs)
    ]
    return ok_cell(driver, query, rounds)


def cell_of_tenths(driver: str, counted: Sequence[Sequence[int]]) -> Cell:
    """A cell of 8 connections, each of whose rounds answered so many queries in its tenths."""
    rounds = [
        msgspec.structs.replace(TEMPLATE, index=i, queries=sum(one), tenths=list(one))
        for i, one in enumerate(counted)
    ]
    return ok_cell(driver, "q", rounds)
