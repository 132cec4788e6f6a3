"""Runs that a report must cope with, made from the sample."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec
from cutting import Cut

from pgbench_drivers.results import histogram
from pgbench_drivers.results.model import Cell, Driver, Latency, Query, Round, Run
from tests.results.making import make_open_run, open_cell

EVIL = "</script><img src=x onerror=\"document.title='broken'\"><b>&'`|"
LONG = "a driver whose authors were very fond of names (with a mode, and another one)"
FETCHES = ["pg_type", "generate_series", "bytea", "int_array"]


def whole_driver_missing(cut: Cut) -> Run:
    """One driver has no cell at all, only the reason why it was not run."""
    run = cut(["asyncpg", "pgx", "pg-native"], FETCHES)
    return msgspec.structs.replace(run, cells=[c for c in run.cells if c.driver != "pg-native"])


def interrupted(cut: Cut) -> Run:
    """The run was stopped: one driver lacks its last round, one its last query."""
    run = cut(["asyncpg", "psycopg2", "pgx"], FETCHES)

    def stopped(cell: Cell) -> Cell:
        if (cell.driver, cell.query) == ("psycopg2", "int_array"):
            return msgspec.structs.replace(
                cell, status="unfinished", reason="interrupted before its first round", rounds=[]
            )
        if (cell.driver, cell.query) == ("pgx", "int_array"):
            return msgspec.structs.replace(
                cell,
                status="unfinished",
                reason="interrupted after 2 of 3 rounds",
                rounds=cell.rounds[:2],
            )
        return cell

    return msgspec.structs.replace(run, complete=False, cells=[stopped(c) for c in run.cells])


def one_driver(cut: Cut) -> Run:
    """Nothing to compare with."""
    return cut(["asyncpg"], FETCHES)


def one_query(cut: Cut) -> Run:
    """A ranking over a single query."""
    return cut(["asyncpg", "pgx", "aiopg", "null-python"], ["generate_series"])


def levels_without_eight(cut: Cut) -> Run:
    """Connections 1 and 64: the first of them makes the headline."""
    run = cut(["asyncpg", "pgx", "postgres"], FETCHES, (1, 8))
    return msgspec.structs.replace(
        run,
        options=msgspec.structs.replace(run.options, concurrency=[1, 64]),
        cells=[
            msgspec.structs.replace(c, concurrency=64) if c.concurrency == 8 else c
            for c in run.cells
        ],
    )


def no_headline_query(cut: Cut) -> Run:
    """Only queries that the headline does not count."""
    return cut(["asyncpg", "pgx", "psycopg2"], ["copy", "batch", "one_plus_one"])


def synthetic_only(cut: Cut) -> Run:
    """Nothing but null drivers."""
    return cut(["null-python", "null-go"], FETCHES)


def long_names(cut: Cut) -> Run:
    """Names that no column was made for."""
    run = cut(["asyncpg", "pgx", "pg-native"], FETCHES)
    return msgspec.structs.replace(
        run,
        drivers=[
            msgspec.structs.replace(d, title=LONG if i else LONG.replace(" ", ""))
            for i, d in enumerate(run.drivers)
        ],
        queries=[msgspec.structs.replace(q, title=f"{q.title} of {LONG}") for q in run.queries],
    )


def hostile(cut: Cut) -> Run:
    """Every text of the document tries to be markup."""
    run = cut(["asyncpg", "pgx", "pg-native"], ["pg_type", "copy"])
    replace = msgspec.structs.replace
    drivers: list[Driver] = [
        replace(
            d,
            name=d.name + EVIL,
            title=EVIL + d.name,
            language=d.language + EVIL,
            language_title=EVIL + d.language,
            homepage="javascript:document.title='broken'",
            notes=EVIL,
            version=EVIL,
            runtime=EVIL,
            components={EVIL: EVIL},
        )
        for d in run.drivers
    ]
    queries: list[Query] = [
        replace(
            q,
            name=q.name + EVIL,
            title=EVIL + q.name,
            sql=EVIL,
            description=EVIL,
            stresses=EVIL,
        )
        for q in run.queries
    ]
    cells = [
        replace(
            c,
            driver=c.driver + EVIL,
            query=c.query + EVIL,
            reason=EVIL if c.reason else None,
            mode=EVIL,
        )
        for c in run.cells
    ]
    return replace(
        run,
        run_id=EVIL,
        drivers=drivers,
        queries=queries,
        cells=cells,
        options=replace(run.options, command=EVIL),
        server=replace(run.server, version=EVIL, settings={EVIL: EVIL}, details={EVIL: EVIL}),
        environment=replace(run.environment, cpu_model=EVIL, git_revision=EVIL),
        warnings=[EVIL],
    )


def measured_twice(cut: Cut) -> Run:
    """asyncpg's twin is 3 % faster, psycopg 3 1 % faster than asyncpg, psycopg2 erratic."""
    run = cut(["asyncpg", "psycopg3", "psycopg2", "pgx"], FETCHES)
    models = [c for c in run.cells if c.driver == "asyncpg"]
    twin = next(d for d in run.drivers if d.name == "asyncpg")
    return msgspec.structs.replace(
        run,
        drivers=[
            *run.drivers,
            msgspec.structs.replace(
                twin, name="asyncpg@aa", title="asyncpg (A/A)", twin_of="asyncpg"
            ),
        ],
        cells=[
            *(c for c in run.cells if c.driver in ("asyncpg", "pgx")),
            *(_faster(c, "asyncpg@aa", (1.03, 1.03, 1.03)) for c in models),
            *(_faster(c, "psycopg3", (1.01, 1.01, 1.01)) for c in models),
            *(_faster(c, "psycopg2", (1.2, 0.9, 0.9)) for c in models),
        ],
    )


def open_loop() -> Run:
    """Drivers of three languages at four rates on two queries; one does not hold the last."""
    drivers = {"asyncpg": ("python", 200), "pgx": ("go", 90), "pg": ("node", 300)}
    cells = [
        open_cell(
            driver,
            query,
            rate,
            latency_us=latency * (1 + rate / 10_000),
            missed=60 if (driver, rate) == ("pg", 20_000) else 0,
        )
        for driver, (_, latency) in drivers.items()
        for query in ("one row", "many rows")
        for rate in (500, 2000, 8000, 20_000)
    ]
    run = make_open_run(cells=cells)
    return msgspec.structs.replace(
        run,
        drivers=[
            msgspec.structs.replace(d, language=language, language_title=language.title())
            for d in run.drivers
            for language in [drivers[d.name][0]]
        ],
    )


def _faster(cell: Cell, driver: str, factors: tuple[float, ...]) -> Cell:
    """The cell as another driver's, with so many times as many rows in each round."""
    rounds = [
        msgspec.structs.replace(r, rows=int(r.rows * factor))
        for r, factor in zip(cell.rounds, factors, strict=True)
    ]
    return msgspec.structs.replace(cell, driver=driver, rounds=rounds)


def crowded(cut: Cut) -> Run:
    """20 drivers, eight languages, 7 queries, 5 rounds, with histograms as wide as real ones."""
    run = cut(
        ["asyncpg", "psycopg3", "pg", "postgres", "pgx", "null-python"],
        [*FETCHES, "copy", "batch", "one_plus_one"],
    )
    histograms = [_wide_latency(random.Random(i)) for i in range(40)]
    models = [d for d in run.drivers if not d.synthetic]
    drivers = [
        msgspec.structs.replace(
            models[i % len(models)],
            name=f"driver-{i}",
            title=f"{models[i % len(models)].title} variant {i}",
            language=f"language-{i % 7}",
            language_title=f"Language {i % 7}",
        )
        for i in range(20)
    ]
    chance = random.Random(7)
    cells = []
    for i, driver in enumerate(drivers):
        model = models[i % len(models)].name
        for cell in (c for c in run.cells if c.driver == model):
            rounds = [
                _as_round(cell.rounds[0], index, len(cells) * 5 + index, chance, histograms)
                for index in range(5)
            ]
            cells.append(msgspec.structs.replace(cell, driver=driver.name, rounds=rounds))
    synthetic = [d for d in run.drivers if d.synthetic]
    cells += [c for c in run.cells if c.driver in {d.name for d in synthetic}]
    return msgspec.structs.replace(
        run,
        drivers=drivers + synthetic,
        cells=cells,
        options=msgspec.structs.replace(run.options, rounds=5),
    )


def _as_round(
    model: Round, index: int, position: int, chance: random.Random, latencies: list[Latency]
) -> Round:
    factor = chance.uniform(0.8, 1.2)
    return msgspec.structs.replace(
        model,
        index=index,
        position=position,
        queries=int(model.queries * factor),
        rows=int(model.queries * factor) * (model.rows // model.queries),
        latency=latencies[position % len(latencies)],
    )


def _wide_latency(chance: random.Random) -> Latency:
    """Some thousand values of their own, as a window of a fast query has."""
    values = [int(900_000 * chance.lognormvariate(0, 0.3)) for _ in range(8000)]
    made = histogram.empty()
    for value in values:
        made.record_value(value)
    return Latency(
        min_ns=min(values),
        max_ns=max(values),
        mean_ns=sum(values) / len(values),
        stddev_ns=250_000.0,
        percentiles_ns=histogram.percentiles_ns(made),
        histogram=made.encode().decode("ascii"),
    )


VARIANTS: dict[str, Callable[[Cut], Run]] = {
    made.__name__: made
    for made in (
        whole_driver_missing, interrupted, one_driver, one_query, levels_without_eight,
        no_headline_query, synthetic_only, long_names, hostile, measured_twice, crowded,
    )
}  # fmt: skip
