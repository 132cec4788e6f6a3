"""Small result documents for tests."""

from collections.abc import Sequence

import msgspec

from pgbench_drivers.results import histogram
from pgbench_drivers.results.model import (
    FORMAT_VERSION,
    Arrivals,
    Cell,
    Driver,
    Environment,
    Latency,
    Options,
    Query,
    Round,
    Run,
    Server,
)


def make_latency(values_ns: Sequence[int]) -> Latency:
    """Latency of exactly these values."""
    made = histogram.empty()
    for value in values_ns:
        made.record_value(value)
    mean = sum(values_ns) / len(values_ns)
    return Latency(
        min_ns=min(values_ns),
        max_ns=max(values_ns),
        mean_ns=mean,
        stddev_ns=(sum((v - mean) ** 2 for v in values_ns) / len(values_ns)) ** 0.5,
        percentiles_ns=histogram.percentiles_ns(made),
        histogram=made.encode().decode(),
    )


def make_round(
    index: int,
    *,
    queries: int = 4,
    rows: int = 40,
    elapsed_ns: int = 1_000_000_000,
    latencies_ns: Sequence[int] = (1_000_000, 2_000_000, 3_000_000, 4_000_000),
    cpu_us: int = 400,
    server_cpu_us: float | None = 800.0,
) -> Round:
    """One round with known figures."""
    return Round(
        index=index,
        position=index,
        started_at="2026-01-01T00:00:00+00:00",
        load_1m=0.1,
        queries=queries,
        rows=rows,
        elapsed_ns=elapsed_ns,
        latency=make_latency(latencies_ns),
        client_cpu_user_us=cpu_us,
        client_cpu_system_us=0,
        server_cpu_us=server_cpu_us,
        max_rss_kib=1024,
    )


def make_driver(name: str, *, synthetic: bool = False) -> Driver:
    """A driver that has not run yet."""
    return Driver(
        name=name,
        title=name,
        language="python",
        language_title="Python",
        client="synthetic" if synthetic else "async",
        homepage="",
        notes="",
        synthetic=synthetic,
        version=None,
        runtime=None,
        components={},
        not_run_reason=None,
    )


def make_query(name: str, *, headline: bool = False) -> Query:
    """A fetch of ten rows."""
    return Query(name, name, "fetch", headline, "SELECT 1", "", "", 10, 1)


def make_run(*, cells: list[Cell], rounds: int, synthetic: frozenset[str] = frozenset()) -> Run:
    """A run whose drivers and queries are those of its cells."""
    drivers = list(dict.fromkeys(cell.driver for cell in cells))
    queries = list(dict.fromkeys(cell.query for cell in cells))
    return Run(
        format_version=FORMAT_VERSION,
        run_id="0" * 16,
        started_at="2026-01-01T00:00:00+00:00",
        finished_at="2026-01-01T00:01:00+00:00",
        complete=True,
        options=Options(
            [8], 5, 10, rounds, 1, "embedded", "tcp", None, None, "pgbench-drivers run"
        ),
        environment=Environment(
            "CPU", 2, None, 2**30, "6", "Linux", None, 0.0, "3.11", "0.1.0", None, None
        ),
        server=Server("embedded", "", "18.0", {}, {}),
        queries=[make_query(name) for name in queries],
        drivers=[make_driver(name, synthetic=name in synthetic) for name in drivers],
        cells=cells,
        warnings=[],
    )


def ok_cell(driver: str, query: str, rounds: list[Round]) -> Cell:
    """A measured cell."""
    return Cell(driver, query, 8, "ok", None, "mode", rounds, [])


def open_cell(
    driver: str,
    query: str,
    per_second: float,
    *,
    latency_us: float = 500.0,
    missed: int = 0,
    rounds: int = 2,
    share: float | None = None,
) -> Cell:
    """A cell of an open loop: every round has 1000 queries due, of which some are missed.

    A tenth of the others take ten times as long as the rest.
    """
    answered = 1000 - missed
    slow = answered // 10
    latencies = [round(latency_us * 1e3)] * (answered - slow) + [round(latency_us * 1e4)] * slow
    measured = make_round(0, queries=answered, rows=answered, latencies_ns=latencies)
    kept = [
        msgspec.structs.replace(
            measured,
            index=index,
            position=index,
            arrivals=Arrivals(1000, missed, missed, 2_000_000),
            tenths=[answered - 9 * (answered // 10), *[answered // 10] * 9],
        )
        for index in range(rounds)
    ]
    cell = ok_cell(driver, query, kept)
    return msgspec.structs.replace(cell, per_second=per_second, share=share)


def make_open_run(*, cells: list[Cell], synthetic: frozenset[str] = frozenset()) -> Run:
    """A run of an open loop."""
    run = make_run(cells=cells, rounds=2, synthetic=synthetic)
    rates = sorted({cell.per_second for cell in cells if cell.per_second})
    return replace(
        run, options=msgspec.structs.replace(run.options, arrivals="poisson", rate=rates)
    )


def replace(run: Run, **changes: object) -> Run:
    """The run with some fields changed."""
    return msgspec.structs.replace(run, **changes)
