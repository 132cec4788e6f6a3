"""What drivers cost beyond time, from what was seen of their runners.

All differences are taken within a round, so that the machine's drift is in
both sides alike; a figure is the median of its rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pgbench_drivers.analysis.summary import Spread
from pgbench_drivers.results.cost import AllocationCount, Cost, CostFailure, Observation
from pgbench_drivers.results.model import Driver

KIB = 1024


@dataclass(frozen=True)
class Counts:
    """What was counted while one query ran again and again; None is what was not counted."""

    query: str
    voluntary_per_query: Spread | None
    involuntary_per_query: Spread | None
    syscalls_per_query: Spread | None
    instructions_per_row: Spread | None
    cycles_per_row: Spread | None
    allocations_per_row: Spread | None
    allocated_bytes_per_row: Spread | None


@dataclass(frozen=True)
class DriverCost:
    """The figures of one driver, times in microseconds; None where there are none.

    `own_start_up_us` is what the driver adds to its language's null row.
    `connect_one_us` includes the first answer, verified, `per_connection_us`
    is what each further connection adds to that. `memory_bytes` is by how
    much the peak with the large answer is above that with one row.
    """

    driver: Driver
    start_up_us: Spread | None
    own_start_up_us: Spread | None
    connect_one_us: Spread | None
    connect_many_us: Spread | None
    per_connection_us: Spread | None
    memory_bytes: Spread | None
    memory_bytes_per_row: Spread | None
    counts: tuple[Counts, ...]
    failures: tuple[CostFailure, ...]


def driver_costs(cost: Cost) -> tuple[DriverCost, ...]:
    """The figures of every real driver, in the document's order."""
    return tuple(_driver_cost(cost, driver) for driver in cost.drivers if not driver.synthetic)


def null_counts(cost: Cost, null: Driver) -> tuple[Counts, ...]:
    """What a language's null row allocates: what its runner takes in every window of its drivers.

    It has no other counts.
    """
    found = (
        _counts(query, (), _allocated(cost, null.name, query)) for query in cost.options.counted
    )
    return tuple(counts for counts in found if counts.allocated_bytes_per_row)


def null_of(cost: Cost, driver: Driver) -> Driver | None:
    """The row that shows what the driver's language costs without it."""
    return next((d for d in cost.drivers if d.synthetic and d.language == driver.language), None)


def null_start_up_us(cost: Cost, driver: Driver) -> Spread | None:
    """How long the language's runner takes to start without a driver, in microseconds."""
    null = null_of(cost, driver)
    if null is None:
        return None
    return _spread(_of(cost, null.name, cost.options.probe, 1), _start_up_us)


def _driver_cost(cost: Cost, driver: Driver) -> DriverCost:
    asked = cost.options
    one = _of(cost, driver.name, asked.probe, 1)
    many = _of(cost, driver.name, asked.probe, asked.connections)
    null = null_of(cost, driver)
    without = _of(cost, null.name, asked.probe, 1) if null else []
    large = _of(cost, driver.name, asked.large, 1) if asked.large else []
    counted = ((q, _of(cost, driver.name, q, asked.connections)) for q in asked.counted)
    return DriverCost(
        driver=driver,
        start_up_us=_spread(one, _start_up_us),
        own_start_up_us=_difference(one, without, _start_up_us),
        connect_one_us=_spread(one, _connect_us),
        connect_many_us=_spread(many, _connect_us),
        per_connection_us=_difference(many, one, _connect_us, 1 / (asked.connections - 1)),
        memory_bytes=_difference(large, one, _peak_bytes),
        memory_bytes_per_row=_difference(large, one, _peak_bytes, 1 / _rows(large)),
        counts=tuple(
            _counts(query, found, _allocated(cost, driver.name, query)) for query, found in counted
        ),
        failures=tuple(f for f in cost.failures if f.driver == driver.name),
    )


def _counts(
    query: str, found: Sequence[Observation], allocated: Sequence[AllocationCount]
) -> Counts:
    return Counts(
        query,
        voluntary_per_query=_spread(found, _per_query("voluntary_switches")),
        involuntary_per_query=_spread(found, _per_query("involuntary_switches")),
        syscalls_per_query=_spread(found, _per_query("syscalls")),
        instructions_per_row=_spread(found, _per_row("instructions")),
        cycles_per_row=_spread(found, _per_row("cycles")),
        allocations_per_row=_every(_share(one.count, one.rows) for one in allocated),
        allocated_bytes_per_row=_every(_share(one.bytes, one.rows) for one in allocated),
    )


Value = Callable[[Observation], float | None]


def _start_up_us(one: Observation) -> float:
    return one.start_up_ns / 1e3


def _connect_us(one: Observation) -> float:
    return one.connect_ns / 1e3


def _peak_bytes(one: Observation) -> float | None:
    return None if one.peak_kib is None else one.peak_kib * KIB


def _per_query(name: str) -> Value:
    return lambda one: _share(getattr(one, name), one.queries)


def _per_row(name: str) -> Value:
    return lambda one: _share(getattr(one, name), one.rows)


def _share(count: int | None, of: int) -> float | None:
    return None if count is None or not of else count / of


def _of(cost: Cost, driver: str, query: str, connections: int) -> list[Observation]:
    return [
        o
        for o in cost.observations
        if (o.driver, o.query, o.connections) == (driver, query, connections)
    ]


def _allocated(cost: Cost, driver: str, query: str) -> list[AllocationCount]:
    return [one for one in cost.allocations if (one.driver, one.query) == (driver, query)]


def _rows(observations: Sequence[Observation]) -> int:
    """The rows of one answer."""
    return max((o.rows // o.queries for o in observations), default=1) or 1


def _spread(observations: Iterable[Observation], value: Value) -> Spread | None:
    """The figure over its rounds, if every round has it."""
    return _every(map(value, observations))


def _every(figures: Iterable[float | None]) -> Spread | None:
    values = list(figures)
    known = [v for v in values if v is not None]
    return Spread.of(known) if known and len(known) == len(values) else None


def _difference(
    more: Sequence[Observation],
    less: Sequence[Observation],
    value: Value,
    factor: float = 1.0,
) -> Spread | None:
    """What `more` has above `less` in the same round, times a factor."""
    base = {o.round: v for o in less if (v := value(o)) is not None}
    found = [
        (v - base[o.round]) * factor
        for o in more
        if o.round in base and (v := value(o)) is not None
    ]
    return Spread.of(found) if found else None
