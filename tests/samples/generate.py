"""Makes sample.json: an invented run with everything a report must cope with.

The figures are made up, though of plausible size; nothing here was measured.
Renew with `python tests/samples/generate.py`.
"""

from __future__ import annotations

import math
import random
import statistics
from pathlib import Path

import msgspec

from pgbench_drivers.results.histogram import empty, percentiles_ns
from pgbench_drivers.results.model import (
    FORMAT_VERSION,
    Cell,
    CellStatus,
    Driver,
    Environment,
    Failure,
    Latency,
    Options,
    Query,
    Round,
    Run,
    Server,
)

SEED = 20161
ROUNDS = 3
CONCURRENCY = (1, 8)
MEASURE_SECONDS = 10.0
"""Per cell, spread over its rounds."""
SAMPLE = Path(__file__).with_name("sample.json")
NORMAL = statistics.NormalDist()
POINTS = 80

PG_TYPE_SQL = (
    "select typname, typnamespace, typowner, typlen, typbyval, typcategory, typispreferred, "
    "typisdefined, typdelim, typrelid, typelem, typarray from pg_type "
    "where typtypmod = $1 and typisdefined = $2"
)

# name, title, kind, headline, sql, description, stresses, rows, columns
QUERIES = [
    Query("pg_type", "pg_type", "fetch", True, PG_TYPE_SQL,
          "All rows of the catalogue of types, 12 columns of six types.",
          "decoding wide rows of short values", 619, 12),
    Query("generate_series", "1000 integers", "fetch", True,
          "SELECT i FROM generate_series(1, $1) AS i", "1000 rows of one integer.",
          "the cost of a row", 1000, 1),
    Query("bytea", "100 × 1 KiB bytea", "fetch", True, "SELECT b FROM bench.bytes",
          "100 rows of one kibibyte of bytes.", "moving bytes", 100, 1),
    Query("int_array", "100 × int[100]", "fetch", True, "SELECT a FROM bench.arrays",
          "100 rows of an array of 100 integers.", "decoding nested values", 100, 1),
    Query("copy", "COPY 10,000 rows", "copy", False,
          "COPY bench.copy_target FROM STDIN",
          "10,000 rows of 7 columns sent by COPY, one transaction.", "encoding in bulk",
          10_000, 7),
    Query("batch", "batch of 1,000 inserts", "batch", False,
          "INSERT INTO bench.batch_target VALUES ($1, $2, $3, $4, $5, $6, $7)",
          "An INSERT executed for 1000 rows, one transaction.", "pipelining", 1000, 7),
    Query("one_plus_one", "SELECT 1+1", "fetch", False, "SELECT 1+1",
          "One row of one integer.", "the cost of a query", 1, 1),
]  # fmt: skip

# µs of client CPU per query in QUERIES' order, and of the server's
SERVER_US = dict(zip((q.name for q in QUERIES), (610, 240, 145, 380, 9800, 7200, 22), strict=True))
CLIENT_US = {
    "asyncpg": (560, 265, 92, 335, 8900, 3900, 31),
    "psycopg3-async": (1480, 610, 260, 980, 14200, 12800, 148),
    "aiopg": (3350, 1720, 390, 5900, 0, 71000, 171),
    "aiopg-tuples": (2280, 940, 345, 5600, 0, 68500, 166),
    "psycopg2": (1650, 480, 205, 5150, 6400, 52000, 58),
    "psycopg2-dict": (2890, 1390, 262, 5450, 6450, 53500, 66),
    "psycopg3": (1190, 415, 176, 790, 11800, 9300, 84),
    "pg": (1270, 520, 410, 3150, 31000, 24800, 62),
    "pg-native": (1900, 760, 520, 3300, 0, 39000, 71),
    "postgres": (1010, 470, 365, 2680, 22500, 9700, 49),
    "lib/pq": (1090, 455, 188, 1240, 14800, 38200, 43),
    "pgx": (430, 196, 81, 262, 5300, 2950, 27),
    "null-python": (0.62, 0.62, 0.61, 0.62, 0.62, 0.63, 0.61),
    "null-node": (0.21, 0.21, 0.21, 0.22, 0.21, 0.22, 0.21),
    "null-go": (0.094, 0.094, 0.093, 0.094, 0.095, 0.094, 0.093),
}

LANGUAGES = {"python": "Python", "node": "NodeJS", "go": "Go"}
RUNTIMES = {"python": "CPython 3.13.9", "node": "Node.js 24.11.1", "go": "go1.25.4"}
PG_NATIVE_MISSING = "pg-native needs libpq's headers to build: pg_config was not found"

# name, title, language, client, version, components, notes
DRIVERS = [
    ("asyncpg", "asyncpg", "python", "async", "0.31.0", {"uvloop": "0.22.1"}, ""),
    ("psycopg3-async", "psycopg 3 async", "python", "async", "3.2.13",
     {"uvloop": "0.22.1", "libpq": "17.6"}, "C speed-ups, prepared, binary"),
    ("aiopg", "aiopg (DictCursor)", "python", "async", "1.4.0",
     {"uvloop": "0.22.1", "psycopg2": "2.9.11"}, "every row a DictRow"),
    ("aiopg-tuples", "aiopg (tuples)", "python", "async", "1.4.0",
     {"uvloop": "0.22.1", "psycopg2": "2.9.11"}, "plain cursor"),
    ("psycopg2", "psycopg2", "python", "threads", "2.9.11", {"libpq": "17.6"}, ""),
    ("psycopg2-dict", "psycopg2 (DictCursor)", "python", "threads", "2.9.11", {"libpq": "17.6"},
     "every row a DictRow"),
    ("psycopg3", "psycopg 3", "python", "threads", "3.2.13", {"libpq": "17.6"},
     "C speed-ups, prepared, binary"),
    ("pg", "pg", "node", "async", "8.16.3", {"pg-protocol": "1.10.3", "pg-copy-streams": "7.0.0"},
     ""),
    ("pg-native", "pg-native", "node", "async", None, {}, "over libpq"),
    ("postgres", "postgres.js", "node", "async", "3.4.7", {}, ""),
    ("lib/pq", "lib/pq", "go", "async", "v1.10.9", {}, "database/sql"),
    ("pgx", "pgx", "go", "async", "v5.7.6", {}, "native interface"),
    ("null-python", "null (Python)", "python", "synthetic", "1", {"uvloop": "0.22.1"}, ""),
    ("null-node", "null (NodeJS)", "node", "synthetic", "1", {}, ""),
    ("null-go", "null (Go)", "go", "synthetic", "1", {}, ""),
]  # fmt: skip

MODES = {
    "fetch": "extended protocol, cached prepared statement, binary results",
    "batch": "prepared statement, executed in a pipeline",
    "copy": "COPY, binary",
}
TEXT_MODES = {
    "fetch": "simple protocol, values interpolated on the client, text results",
    "batch": "simple protocol, execute_values in pages of 100",
    "copy": "COPY, text",
}
TEXT_DRIVERS = {"aiopg", "aiopg-tuples", "psycopg2", "psycopg2-dict", "pg"}


def main() -> None:
    """Write sample.json beside this file."""
    run = sample_run()
    SAMPLE.write_bytes(msgspec.json.encode(run) + b"\n")
    print(f"{SAMPLE.name}: {SAMPLE.stat().st_size / 1024:.0f} KiB, {len(run.cells)} cells")


def sample_run() -> Run:
    """The run, always the same."""
    chance = random.Random(SEED)
    keys = [(d[0], q.name, c) for d in DRIVERS for q in QUERIES for c in CONCURRENCY]
    order: list[tuple[str, str, int, int]] = []
    for index in range(ROUNDS):
        shuffled = list(keys)
        chance.shuffle(shuffled)
        order += [(*key, index) for key in shuffled]
    positions = {key: position for position, key in enumerate(order)}
    return Run(
        format_version=FORMAT_VERSION,
        run_id="2026-11-20T09-12-44-sample",
        started_at="2026-11-20T09:12:44Z",
        finished_at="2026-11-20T11:58:03Z",
        complete=True,
        options=Options(
            concurrency=list(CONCURRENCY), warmup_seconds=5.0, measure_seconds=MEASURE_SECONDS,
            rounds=ROUNDS, seed=1, server="auto", transport="unix", pin_client=[2, 3],
            pin_server=[0, 1], command="pgbench-drivers run --concurrency 1,8 --rounds 3 --seed 1",
        ),
        environment=Environment(
            cpu_model="AMD EPYC 9354P 32-Core Processor", cpu_cores=4, cpu_governor="performance",
            memory_bytes=16 * 2**30, kernel="6.12.48", operating_system="Debian GNU/Linux 13",
            virtualisation="kvm", load_1m_before=0.18, python="3.13.9", tool_version="0.1.0",
            git_revision="3f9c2d1e7a", git_dirty=False,
        ),
        server=Server(
            backend="docker", reason="a Docker engine answers", version="18.1",
            settings={
                "shared_buffers": "128MB", "fsync": "on", "synchronous_commit": "on",
                "max_connections": "200", "jit": "off", "max_parallel_workers_per_gather": "0",
                "wal_level": "replica", "ssl": "off",
            },
            details={"image": "postgres:18", "data": "tmpfs"},
        ),
        queries=QUERIES,
        drivers=[_driver(*d) for d in DRIVERS],
        cells=[_cell(d, q, c, positions, chance) for d, q, c in keys],
        warnings=["These figures are invented: this is a sample document for tests."],
    )  # fmt: skip


def _driver(  # noqa: PLR0917
    name: str, title: str, language: str, client: str, version: str | None,
    components: dict[str, str], notes: str,
) -> Driver:  # fmt: skip
    return msgspec.convert(
        {
            "name": name,
            "title": title,
            "language": language,
            "language_title": LANGUAGES[language],
            "client": client,
            "homepage": "" if client == "synthetic" else f"https://example.org/{name}",
            "notes": notes,
            "synthetic": client == "synthetic",
            "version": version,
            "runtime": RUNTIMES[language] if version else None,
            "components": components,
            "not_run_reason": PG_NATIVE_MISSING if name == "pg-native" else None,
        },
        Driver,
    )


def _cell(
    driver: str,
    query: str,
    concurrency: int,
    positions: dict[tuple[str, str, int, int], int],
    chance: random.Random,
) -> Cell:
    status: CellStatus = "ok"
    reason: str | None = None
    failures: list[Failure] = []
    measured = ROUNDS
    spec = next(q for q in QUERIES if q.name == query)
    if driver == "pg-native":
        status, reason, measured = "not-run", PG_NATIVE_MISSING, 0
    elif driver.startswith("aiopg") and query == "copy":
        status, reason, measured = "unsupported", "aiopg has no COPY", 0
        failures = [Failure(i, "unsupported", reason) for i in range(ROUNDS)]
    elif (driver, query, concurrency) == ("psycopg2-dict", "int_array", 8):
        status, measured = "failed", 2
        reason = "round 3: timeout: no result within 45 s; the runner was killed"
        failures = [Failure(2, "timeout", "no result within 45 s; the runner was killed")]
    modes = TEXT_MODES if driver in TEXT_DRIVERS else MODES
    mode = "no I/O" if driver.startswith("null") else modes[spec.kind]
    return Cell(
        driver, query, concurrency, status, reason, mode if measured else None,
        [
            _round(driver, spec, concurrency, i, positions[driver, query, concurrency, i], chance)
            for i in range(measured)
        ],
        failures,
    )  # fmt: skip


def _round(  # noqa: PLR0917
    driver: str, query: Query, concurrency: int, index: int, position: int, chance: random.Random
) -> Round:
    client_us = CLIENT_US[driver][[q.name for q in QUERIES].index(query.name)]
    synthetic = driver.startswith("null")
    server_us = 0.0 if synthetic else float(SERVER_US[query.name])
    noise = 0.06 if query.name == "batch" else 0.012
    drift = 1 + 0.02 * math.sin(position / 130)
    client_us *= drift * (1 + chance.gauss(0, noise))
    # One client thread; the server has a core per two connections.
    serial_us = client_us + server_us + (0 if synthetic else 28)
    per_query_us = max(client_us, serial_us / concurrency, server_us / 2)
    per_query_us *= 1 + abs(chance.gauss(0, noise))
    queries = int(MEASURE_SECONDS / ROUNDS * 1e6 / per_query_us)
    mean_us = client_us if synthetic else per_query_us * concurrency
    tail = 0.42 if concurrency > 1 and query.name in ("batch", "copy") else 0.24
    return Round(
        index=index,
        position=position,
        started_at=f"2026-11-20T{9 + position // 240:02d}:{position // 4 % 60:02d}:"
        f"{position % 4 * 15:02d}Z",
        load_1m=round(1.1 + 0.5 * math.sin(position / 40) + chance.random() * 0.2, 2),
        queries=queries,
        rows=queries * query.rows,
        elapsed_ns=int(queries * per_query_us * 1e3),
        latency=_latency(mean_us * 1e3, tail, queries),
        client_cpu_user_us=int(queries * client_us * 0.86),
        client_cpu_system_us=int(queries * client_us * 0.14),
        server_cpu_us=None if synthetic else round(queries * server_us * drift, 1),
        max_rss_kib=int((18_000 if "go" in driver else 52_000) + query.rows * 1.7),
    )


def _latency(mean_ns: float, sigma: float, queries: int) -> Latency:
    """A log-normal of a few points, heavier beyond p99."""
    histogram = empty()
    values: list[tuple[int, int]] = []
    left = queries
    for i in range(POINTS):
        share = (i + 0.5) / POINTS
        count = left if i == POINTS - 1 else min(left, queries // POINTS)
        values.append((max(1, int(mean_ns * math.exp(sigma * NORMAL.inv_cdf(share)))), count))
        left -= count
    worst, count = values.pop()
    for factor, share in ((1.0, 0.8), (1.5, 0.15), (2.4, 0.049), (3.9, 0.001)):
        part = max(1, round(count * share)) if queries > 1000 else math.ceil(count * share)
        values.append((int(worst * factor), part))
    total = sum(n for _, n in values)
    value, n = values[0]
    values[0] = (value, n - (total - queries))
    mean = sum(v * n for v, n in values) / queries
    variance = sum((v - mean) ** 2 * n for v, n in values) / queries
    kept = [(v, n) for v, n in values if n > 0]
    for v, n in kept:
        histogram.record_value(v, n)
    return Latency(
        min_ns=min(v for v, _ in kept),
        max_ns=max(v for v, _ in kept),
        mean_ns=round(mean, 1),
        stddev_ns=round(math.sqrt(variance), 1),
        percentiles_ns=percentiles_ns(histogram),
        histogram=histogram.encode().decode("ascii"),
    )


if __name__ == "__main__":
    main()
