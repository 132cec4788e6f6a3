"""The rates of a sweep: shares of the throughput that each cell has in a short closed loop."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from pgbench_drivers.analysis.per_round import queries_per_second
from pgbench_drivers.config.options import FEWEST_QUERIES
from pgbench_drivers.execution.bench import Bench
from pgbench_drivers.execution.executor import measure
from pgbench_drivers.plan.plan import CellKey, Step, Windows
from pgbench_drivers.results.model import Cell, CellStatus, Failure

SHARES = (0.10, 0.25, 0.50, 0.75, 0.90, 1.00)
WINDOWS = Windows(0.5, 1.0)
SIGNIFICANT_DIGITS = 3


@dataclass(frozen=True)
class Rate:
    """Queries per second, and the share of the cell's throughput that they are."""

    per_second: float
    share: float


def with_rates(bench: Bench, empty: Sequence[Cell]) -> tuple[list[Cell], list[str]]:
    """Each empty cell once per rate, and what is to be said of rates that are left out.

    A cell whose driver has no runner stays as it is. One that fails, or is
    too slow for any rate, stays without a rate, with the reason. Raises
    ServerLostError.
    """
    found: list[Cell] = []
    said: list[str] = []
    for cell in empty:
        if cell.driver not in bench.runners:
            found.append(cell)
            continue
        outcome = _throughput(bench, cell)
        if isinstance(outcome, Failure):
            status: CellStatus = "unsupported" if outcome.kind == "unsupported" else "failed"
            found.append(_without_rate(cell, status, outcome.reason))
            continue
        rates = rates_of(outcome, bench.windows.measure_seconds)
        found += [
            msgspec.structs.replace(cell, per_second=rate.per_second, share=rate.share)
            for rate in rates
        ]
        if len(rates) < len(SHARES):
            said.append(_left_out(cell, outcome, rates))
            if not rates:
                found.append(_without_rate(cell, "not-run", said[-1]))
    return found, said


def rates_of(throughput: float, seconds: float) -> list[Rate]:
    """Those shares of a throughput (queries/s) with which a window is not almost empty."""
    rates = [Rate(float(f"{share * throughput:.{SIGNIFICANT_DIGITS}g}"), share) for share in SHARES]
    return [rate for rate in rates if rate.per_second * seconds >= FEWEST_QUERIES]


def _throughput(bench: Bench, cell: Cell) -> float | Failure:
    step = Step(CellKey(cell.driver, cell.query, cell.concurrency), round=0, position=0)
    windows = dataclasses.replace(WINDOWS, warmups=bench.windows.warmups)
    record = measure(dataclasses.replace(bench, windows=windows), step)
    if record.round is not None:
        return queries_per_second(record.round)
    assert record.failure
    return record.failure


def _without_rate(cell: Cell, status: CellStatus, reason: str) -> Cell:
    return msgspec.structs.replace(cell, status=status, reason=reason)


def _left_out(cell: Cell, throughput: float, rates: Sequence[Rate]) -> str:
    kept = {rate.share for rate in rates}
    shares = ", ".join(f"{share:.0%}" for share in SHARES if share not in kept)
    return (
        f"{cell.driver} / {cell.query}: {shares} of its {throughput:.3g} queries/s are left out: "
        f"fewer than {FEWEST_QUERIES} queries in a window"
    )
