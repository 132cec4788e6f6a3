"""Every runner, every driver, every query: the contract, against a real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jsonschema
import msgspec
import psycopg
import pytest

from pgbench_drivers.config.registry import DriverSpec, load_registry
from pgbench_drivers.contract import schema as schemas
from pgbench_drivers.contract.messages import Arrivals, JobQuery, Result
from pgbench_drivers.execution import reference
from pgbench_drivers.paths import REGISTRY
from pgbench_drivers.results import histogram
from tests.runners.conftest import QUERY_SPECS, make_job, run_runner
from tests.runners.python_runner import due_times

DRIVERS = {driver.name: driver for driver in load_registry(REGISTRY)}
LANGUAGES = {driver.entry.language: driver.name for driver in DRIVERS.values() if driver.synthetic}
QUERY_NAMES = list(QUERY_SPECS)
# What a driver cannot do, and a word of the reason that it gives.
UNSUPPORTED = {
    ("aiopg", "copy"): "COPY",
    ("aiopg-tuples", "copy"): "COPY",
    ("pg-native", "copy"): "COPY",
    ("ts-postgres", "copy"): "COPY",
    ("ts-postgres", "typed_rows"): "numeric",
    ("vertx", "copy"): "COPY",
    ("vertx", "pg_type"): "oid",
    ("vertx-pgbouncer", "copy"): "COPY",
    ("vertx-pgbouncer", "pg_type"): "oid",
    ("raw-drain", "copy"): "COPY",
    ("raw-drain", "batch"): "COPY",
}

SCHEMA = schemas.contract_schema()
EVENT = jsonschema.Draft202012Validator({**SCHEMA, "anyOf": [{"$ref": "#/$defs/Event"}]})
JOB = jsonschema.Draft202012Validator({**SCHEMA, "anyOf": [{"$ref": "#/$defs/Job"}]})


@pytest.fixture
def tables(admin, schema, queries):
    """Creates a query's tables, and drops them afterwards."""
    made = []

    def make(name: str) -> None:
        made.append(queries[name])
        reference.run_all(admin, queries[name].file.setup, schema)

    yield make
    for spec in made:
        reference.run_all(admin, spec.file.teardown, schema)


def run(driver: DriverSpec, server, query: JobQuery, runners, **changes: Any):
    job = make_job(server, query, driver.entry.adapter, driver.entry.options, **changes)
    encoded = msgspec.json.encode(job)
    JOB.validate(json.loads(encoded))
    command = runners(driver.entry.language, driver.entry.environment)
    code, events, log = run_runner(command, encoded)
    for event in events:
        EVENT.validate(event)
    return code, events, log


@pytest.mark.parametrize("query", QUERY_NAMES)
@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_measures_a_query(  # noqa: PLR0917 fixtures
    name, query, embedded_server, job_queries, runners, tables
) -> None:
    driver = DRIVERS[name]
    tables(query)
    code, events, log = run(driver, embedded_server, job_queries[query], runners)
    if (name, query) in UNSUPPORTED:
        assert code == 3, log
        assert [event["event"] for event in events][-1] == "error"
        assert events[-1]["kind"] == "unsupported"
        assert UNSUPPORTED[name, query] in events[-1]["message"]
        return
    assert code == 0, (events[-1:], log)
    assert [e["event"] for e in events] == [
        "hello", "ready", "started", "finished", "started", "finished", "result",
    ]  # fmt: skip
    hello, ready, _, warmup, _, measure, result = events
    assert hello["synthetic"] == driver.synthetic
    assert (warmup["window"], measure["window"]) == ("warmup", "measure")
    expect = job_queries[query].expect
    assert ready["checksum"] == (None if driver.synthetic else expect.checksum)
    assert result["queries"] == measure["queries"] > 0
    assert result["rows"] == result["queries"] * expect.rows
    # To the end of the last query, which may come before that of the window.
    assert result["elapsed_ns"] == measure["elapsed_ns"] > 0.1e9
    assert measure["cpu_user_us"] + measure["cpu_system_us"] > 0
    assert measure["max_rss_kib"] > 1000
    assert result["arrivals"] is None
    assert sum(result["tenths"]) == result["queries"]
    check_latency(result)


def check_latency(result: dict[str, Any]) -> None:
    latency = result["latency"]
    decoded = histogram.decode(latency["histogram"])
    assert decoded.get_total_count() == result["queries"]
    assert latency["min_ns"] <= latency["mean_ns"] <= latency["max_ns"]
    assert decoded.get_mean_value() == pytest.approx(latency["mean_ns"], rel=0.01, abs=50)
    assert decoded.get_max_value() == pytest.approx(latency["max_ns"], rel=0.002)


OPEN_LOOPS = [d for d in DRIVERS if DRIVERS[d].entry.environment == "default"]


@pytest.mark.parametrize("process", ["constant", "poisson"])
@pytest.mark.parametrize("name", OPEN_LOOPS)
def test_a_driver_runs_an_open_loop(name, process, embedded_server, job_queries, runners) -> None:
    arrivals = Arrivals(process, 200.0)
    query = job_queries["one_plus_one"]
    code, events, log = run(
        DRIVERS[name], embedded_server, query, runners, arrivals=arrivals, measure_seconds=0.5,
        seed=2**53 - 1,
    )  # fmt: skip
    assert code == 0, (events[-1:], log)
    result = msgspec.convert(events[-1], Result)
    assert result.arrivals is not None
    # Every language has the same schedule.
    assert result.arrivals.scheduled == len(due_times(arrivals, 0.5, 2**53 - 1))
    assert sum(result.tenths) == result.queries
    assert result.queries + result.arrivals.missed == result.arrivals.scheduled
    check_latency(events[-1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_open_loop_that_is_behind_says_so(
    language, embedded_server, job_queries, runners
) -> None:
    """One connection, 20 ms a query, due every 10 ms: each is 10 ms later than the last."""
    options = {"delays_ms": [20], "rows": 1}
    job = make_job(
        embedded_server, job_queries["one_plus_one"], "delay", options, concurrency=1,
        arrivals=Arrivals("constant", 100.0), measure_seconds=0.5,
    )  # fmt: skip
    code, events, log = run_runner(runners(language), msgspec.json.encode(job))
    assert code == 0, (events[-1:], log)
    result = msgspec.convert(events[-1], Result)
    assert result.arrivals is not None
    assert result.arrivals.scheduled == 50
    # 25 where nothing disturbs, and never more.
    assert result.queries <= 25
    assert result.arrivals.missed == 50 - result.queries
    assert result.arrivals.late >= result.queries - 1
    assert result.latency.min_ns >= 20e6
    last = result.queries
    assert result.latency.max_ns >= (last * 20 - (last - 1) * 10) * 1e6
    assert result.arrivals.max_lateness_ns >= (last - 1) * 10e6


@pytest.mark.parametrize("name", [d for d in DRIVERS if not DRIVERS[d].synthetic])
def test_a_wrong_answer_is_found(name, embedded_server, job_queries, runners) -> None:
    right = job_queries["one_plus_one"]
    wrong = msgspec.structs.replace(
        right, expect=msgspec.structs.replace(right.expect, checksum="0" * 64)
    )
    code, events, log = run(DRIVERS[name], embedded_server, wrong, runners)
    assert code == 4, log
    assert events[-1]["event"] == "error"
    assert events[-1]["kind"] == "wrong-answer"
    assert "0" * 64 in events[-1]["message"]


@pytest.mark.parametrize("name", [d for d in DRIVERS if not DRIVERS[d].synthetic])
def test_a_value_of_the_wrong_type_is_a_wrong_answer(
    name, embedded_server, job_queries, runners
) -> None:
    right = job_queries["one_plus_one"]
    columns = [msgspec.structs.replace(right.columns[0], type="int4[]")]
    code, events, log = run(
        DRIVERS[name],
        embedded_server,
        msgspec.structs.replace(right, columns=columns),
        runners,
    )
    assert code == 4, log
    assert "int4[]" in events[-1]["message"]


@pytest.mark.parametrize("name", [d for d in DRIVERS if not DRIVERS[d].synthetic])
def test_an_error_of_the_server_is_the_driver_s_failure(
    name, embedded_server, job_queries, runners
) -> None:
    broken = msgspec.structs.replace(job_queries["one_plus_one"], sql="SELECT 1/0")
    code, events, log = run(DRIVERS[name], embedded_server, broken, runners)
    assert code == 5, log
    assert events[-1]["kind"] == "driver"
    assert "division by zero" in events[-1]["message"]


@pytest.mark.parametrize("name", [d for d in DRIVERS if not DRIVERS[d].synthetic])
def test_a_server_that_is_not_there_is_the_driver_s_failure(
    name, embedded_server, job_queries, runners
) -> None:
    job = make_job(
        embedded_server,
        job_queries["one_plus_one"],
        DRIVERS[name].entry.adapter,
        DRIVERS[name].entry.options,
    )
    nowhere = msgspec.structs.replace(job.connection, host="127.0.0.1", port=9)
    encoded = msgspec.json.encode(msgspec.structs.replace(job, connection=nowhere))
    entry = DRIVERS[name].entry
    code, events, log = run_runner(runners(entry.language, entry.environment), encoded)
    assert code == 5, log
    assert events[-1]["kind"] == "driver"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda job: b"this is no JSON",
        lambda job: json.dumps({**json.loads(job), "contract": 99}).encode(),
        lambda job: json.dumps({**json.loads(job), "driver": "nobody"}).encode(),
        lambda job: json.dumps({"contract": 3}).encode(),
        lambda job: b"",
    ],
    ids=["not-json", "other-contract", "unknown-driver", "incomplete", "empty"],
)
def test_a_bad_job_is_refused(language, spoil, embedded_server, job_queries, runners) -> None:
    job = make_job(embedded_server, job_queries["one_plus_one"], "null", {})
    code, events, log = run_runner(runners(language), spoil(msgspec.json.encode(job)))
    assert code == 2, log
    assert events[-1]["event"] == "error"
    assert events[-1]["kind"] == "bad-job"


@pytest.mark.parametrize(
    ("options", "loop"),
    [({}, "uvloop"), ({"loop": "uvloop"}, "uvloop"), ({"loop": "asyncio"}, "asyncio")],
)
def test_python_s_event_loop_is_an_option_and_named(
    options, loop, embedded_server, job_queries, runners
) -> None:
    query = job_queries["one_plus_one"]
    job = msgspec.json.encode(make_job(embedded_server, query, "asyncpg", options))
    _, events, log = run_runner(runners("python"), job)
    components = events[0]["components"]
    assert [name for name in ("uvloop", "asyncio") if name in components] == [loop], log


def test_an_unknown_event_loop_is_a_bad_job(embedded_server, job_queries, runners) -> None:
    query = job_queries["one_plus_one"]
    job = make_job(embedded_server, query, "asyncpg", {"loop": "trio"})
    code, events, log = run_runner(runners("python"), msgspec.json.encode(job))
    assert code == 2, log
    assert "'trio', expected one of ['asyncio', 'uvloop']" in events[-1]["message"]


@pytest.mark.parametrize("name", DRIVERS)
def test_sigterm_ends_a_runner_within_a_second(name, embedded_server, job_queries, runners) -> None:
    driver = DRIVERS[name]
    command = runners(driver.entry.language, driver.entry.environment)
    job = make_job(
        embedded_server,
        job_queries["generate_series"],
        driver.entry.adapter,
        driver.entry.options,
        warmup_seconds=30.0,
    )
    with subprocess.Popen(
        command.argv,
        cwd=command.directory,
        env={**os.environ, **command.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(job) + b"\n")
        process.stdin.close()
        for line in process.stdout:
            if json.loads(line)["event"] == "started":
                break
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        process.wait(10)
        assert time.monotonic() - began < 1.0
        assert process.returncode != 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_null_costs_less_than_three_microseconds(
    language, embedded_server, job_queries, runners
) -> None:
    name = LANGUAGES[language]
    code, events, log = run(
        DRIVERS[name], embedded_server, job_queries["one_plus_one"], runners, concurrency=8
    )
    assert code == 0, log
    measure = events[-2]
    # A property of the harness that the report relies on, so it is asserted,
    # in CPU time and with a wide margin: it is 0.1 to 0.4 µs.
    assert (measure["cpu_user_us"] + measure["cpu_system_us"]) / measure["queries"] < 3


def test_nodejs_exits_whatever_its_background_threads_do(
    embedded_server, job_queries, runners
) -> None:
    # Without an idle moment before the exit, about one in twenty hung for ever.
    job = msgspec.json.encode(make_job(embedded_server, job_queries["one_plus_one"], "null", {}))
    command = runners("node")
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda _: run_runner(command, job), range(60)))
    assert [code for code, _, _ in ends] == [0] * 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_delays_start_anew_in_each_window(language, embedded_server, job_queries, runners) -> None:
    # Windows are shorter than the first delay, so each has room for that one only.
    job = make_job(
        embedded_server,
        job_queries["one_plus_one"],
        "delay",
        {"delays_ms": [100, 1, 1, 1], "rows": 5},
        concurrency=2,
        warmup_seconds=0.05,
        measure_seconds=0.05,
    )
    code, events, log = run_runner(runners(language), msgspec.json.encode(job))
    assert code == 0, log
    assert [e["queries"] for e in events if e["event"] == "finished"] == [2, 2]
    assert events[-1]["latency"]["min_ns"] >= 100e6
    assert events[-1]["rows"] == 10


def test_connections_are_closed_in_the_end(
    embedded_server, job_queries, runners, admin: psycopg.Connection[Any]
) -> None:
    count = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"

    def connections() -> int:
        return admin.execute(count).fetchone()[0]

    before = connections()
    for name in ("asyncpg", "pg", "pgx"):
        run(DRIVERS[name], embedded_server, job_queries["one_plus_one"], runners)
    deadline = time.monotonic() + 5
    # Fewer, where one of an earlier runner that was ended was still to be noticed.
    while connections() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert connections() <= before
