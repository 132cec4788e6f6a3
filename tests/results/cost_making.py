"""Small documents of cost for tests."""

from collections.abc import Sequence

from pgbench_drivers.results.cost import (
    AllocationCount,
    Cost,
    CostFailure,
    CostOptions,
    Observation,
)
from tests.results.making import make_driver, make_query, make_run


def make_observation(
    driver: str, query: str, connections: int, round_: int = 0, **changes: int | None
) -> Observation:
    """A runner's life with known figures."""
    figures: dict[str, int | None] = {
        "start_up_ns": 5_000_000,
        "connect_ns": 10_000_000,
        "queries": 100,
        "rows": 1000,
        "peak_kib": 10 << 10,
        "voluntary_switches": 200,
        "involuntary_switches": 50,
        **changes,
    }
    return Observation(
        driver=driver,
        query=query,
        connections=connections,
        round=round_,
        position=0,
        started_at="2026-01-01T00:00:00.000+00:00",
        load_1m=0.1,
        elapsed_ns=1_000_000_000,
        client_cpu_us=1000,
        **figures,  # type: ignore[arg-type]
    )


def make_allocations(
    driver: str, query: str, round_: int = 0, *, count: int | None = 3000, size: int | None = 64_000
) -> AllocationCount:
    """A window of 100 queries and 1000 rows, in which so many bytes were allocated."""
    return AllocationCount(
        driver=driver,
        query=query,
        connections=8,
        round=round_,
        position=0,
        started_at="2026-01-01T00:00:00.000+00:00",
        queries=100,
        rows=1000,
        count=count,
        bytes=size,
    )


def make_cost(
    observations: Sequence[Observation],
    *,
    allocations: Sequence[AllocationCount] = (),
    untold: dict[str, str] | None = None,
    drivers: Sequence[str] = ("one",),
    failures: Sequence[CostFailure] = (),
    large: str | None = "large",
    unavailable: dict[str, str] | None = None,
    rounds: int = 2,
) -> Cost:
    """A document of drivers in one language, with its null row; 8 connections."""
    measured = make_run(cells=[], rounds=rounds)
    return Cost(
        kind="cost",
        format_version=1,
        started_at="2026-01-01T00:00:00+00:00",
        finished_at="2026-01-01T00:01:00+00:00",
        complete=True,
        options=CostOptions(
            rounds=rounds,
            connections=8,
            warmup_seconds=0.5,
            window_seconds=1.0,
            seed=1,
            server="embedded",
            transport="tcp",
            probe="probe",
            counted=["probe", "many"],
            large=large,
            command="pgbench-drivers cost",
        ),
        environment=measured.environment,
        server=measured.server,
        queries=[make_query(name) for name in ("probe", "many", "large")],
        drivers=[*map(make_driver, drivers), make_driver("null-python", synthetic=True)],
        observations=list(observations),
        failures=list(failures),
        unavailable=unavailable or {},
        warnings=[],
        allocations=list(allocations),
        untold=untold or {},
    )
