"""Which side's CPU bounds a cell."""

import msgspec
import pytest

from pgbench_drivers.analysis.bound import Cores, bound, bounds
from pgbench_drivers.analysis.comparison import compare
from pgbench_drivers.analysis.summary import metric
from pgbench_drivers.results.model import Driver, Round, Run
from tests.results.making import make_driver, make_round, make_run, ok_cell, replace

SECOND_US = 1_000_000
SHARED = Cores(client=2, server=2, shared=2)
APART = Cores(client=1, server=1, shared=None)
ASYNC = make_driver("d")
THREADS: Driver = msgspec.structs.replace(ASYNC, client="threads")


def using(client: float, server: float | None) -> Round:
    """A round of a second that keeps so many cores busy."""
    server_us = None if server is None else server * SECOND_US
    return make_round(0, cpu_us=round(client * SECOND_US), server_cpu_us=server_us)


@pytest.mark.parametrize(
    ("client", "server", "cores", "expected"),
    [
        (0.95, 0.5, APART, "client"),
        (0.5, 0.95, APART, "server"),
        (0.5, 0.5, APART, "waiting"),
        (0.95, 0.95, APART, "client"),
        (0.4, 1.5, SHARED, "server"),
        (0.89, 1.0, SHARED, "server"),
        (0.89, 0.95, Cores(2, 2, 4), "waiting"),
        (1.0, 0.2, SHARED, "client"),
    ],
)
def test_the_side_that_has_used_up_its_cpu(
    client: float, server: float, cores: Cores, expected: str
) -> None:
    found = bound([using(client, server)], ASYNC, 8, cores)
    assert found is not None
    assert (found.by, found.client_cores, found.server_cores) == (expected, client, server)


def test_threads_may_use_more_than_one_core() -> None:
    cores = Cores(client=4, server=4, shared=None)
    one, four = [using(1.0, 0.5)], [using(3.9, 0.5)]
    assert [bound(r, THREADS, 8, cores).by for r in (one, four)] == ["waiting", "client"]  # type: ignore[union-attr]


def test_one_connection_keeps_no_more_than_one_core_of_the_server_busy() -> None:
    found = bound([using(0.05, 0.95)], ASYNC, 1, SHARED)
    assert found is not None
    assert found.by == "server"


def test_the_median_round_counts() -> None:
    rounds = [using(0.95, 0.5), using(0.95, 0.5), using(0.1, 0.1)]
    found = bound(rounds, ASYNC, 8, APART)
    assert found is not None
    assert found.by == "client"


@pytest.mark.parametrize("unknown", [None, -1.0])
def test_without_the_servers_cpu_nothing_is_said(unknown: float | None) -> None:
    assert bound([using(0.95, 0.5), using(0.95, unknown)], ASYNC, 8, APART) is None


def test_cores_are_those_that_a_run_was_pinned_to() -> None:
    options = make_run(cells=[], rounds=1).options
    pinned = msgspec.structs.replace(options, pin_client=[0], pin_server=[1, 2])
    overlapping = msgspec.structs.replace(options, pin_client=[0, 1], pin_server=[1, 2])
    assert Cores.of(options, 4) == Cores(4, 4, 4)
    assert Cores.of(pinned, 4) == Cores(1, 2, None)
    assert Cores.of(overlapping, 4) == Cores(2, 2, 3)


def test_synthetic_drivers_have_no_server_to_be_bound_by() -> None:
    cells = [ok_cell(name, "q", [using(0.5, 0.5)]) for name in ("d", "null")]
    run = make_run(cells=cells, rounds=1, synthetic=frozenset({"null"}))
    assert list(bounds(run)) == [("d", "q", 8)]


def alike(server: float) -> tuple[Run, Run]:
    """Two runs in which the driver is as fast, beside a server that is as busy."""
    rounds = [
        msgspec.structs.replace(using(0.4, server), index=i, rows=40_000 + i) for i in range(6)
    ]
    base = make_run(cells=[ok_cell("d", "q", rounds)], rounds=6)
    return base, replace(base, run_id="b" * 16)


def test_two_runs_are_not_called_the_same_where_the_server_makes_them_so() -> None:
    rate, cpu = metric("rows_per_second"), metric("client_cpu_us_per_row")
    free = compare(*alike(0.5), [rate, cpu])
    busy = compare(*alike(1.5), [rate, cpu])
    assert [cell.verdict for cell in free.cells] == ["same", "same"]
    assert [cell.verdict for cell in busy.cells] == ["undecided", "same"]
    assert [note for note in busy.notes if "busy server" in note]
    assert not [note for note in free.notes if "busy server" in note]
