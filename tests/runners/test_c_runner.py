"""The C runner beyond the contract that all runners keep: raw-drain's own refusals."""

from __future__ import annotations

import json

import msgspec
import pytest

from pgbench_drivers.contract.messages import Argument, Arrivals
from pgbench_drivers.execution import reference
from pgbench_drivers.toolchains.base import Command
from pgbench_drivers.toolchains.c import RUNNER, SANITIZERS, build
from tests.runners.conftest import make_job, run_runner


@pytest.fixture(scope="session")
def checked_runner() -> Command:
    """Undefined behaviour, wrong memory accesses and leaks end it with another exit code."""
    return Command((str(build("runner", RUNNER, print, SANITIZERS)),), RUNNER, {})


@pytest.mark.parametrize("query", ["pg_type", "bytea", "one_plus_one", "typed_rows"])
def test_it_drains_without_a_complaint_of_the_sanitizers(  # noqa: PLR0917 fixtures
    query, checked_runner, embedded_server, admin, schema, queries, job_queries
) -> None:
    job = msgspec.json.encode(make_job(embedded_server, job_queries[query], "raw-drain", {}))
    reference.run_all(admin, queries[query].file.setup, schema)
    code, events, log = run_runner(checked_runner, job)
    reference.run_all(admin, queries[query].file.teardown, schema)
    assert code == 0, log
    assert log == ""
    assert events[-1]["rows"] == events[-1]["queries"] * job_queries[query].expect.rows


@pytest.mark.parametrize(("driver", "options"), [("null", {}), ("delay", {"delays_ms": [1, 2]})])
def test_so_do_the_rows_without_a_server(
    driver, options, checked_runner, embedded_server, job_queries
) -> None:
    query = job_queries["one_plus_one"]
    job = msgspec.json.encode(make_job(embedded_server, query, driver, options))
    code, _, log = run_runner(checked_runner, job)
    assert (code, log) == (0, "")


@pytest.mark.parametrize("process", ["constant", "poisson"])
@pytest.mark.parametrize(
    ("driver", "options"), [("raw-drain", {}), ("null", {}), ("delay", {"delays_ms": [1, 2]})]
)
def test_so_do_open_loops(  # noqa: PLR0917 fixtures
    driver, options, process, checked_runner, embedded_server, job_queries
) -> None:
    query, arrivals = job_queries["one_plus_one"], Arrivals(process, 2000.0)
    job = make_job(embedded_server, query, driver, options, arrivals=arrivals)
    code, events, log = run_runner(checked_runner, msgspec.json.encode(job))
    assert (code, log) == (0, "")
    assert events[-1]["queries"] + events[-1]["arrivals"]["missed"] > 300


def test_an_open_loop_in_which_nothing_is_due_answers_nothing(
    checked_runner, embedded_server, job_queries
) -> None:
    arrivals = Arrivals("poisson", 1e-9)
    job = make_job(embedded_server, job_queries["one_plus_one"], "raw-drain", {}, arrivals=arrivals)
    code, events, log = run_runner(checked_runner, msgspec.json.encode(job))
    assert (code, log) == (0, "")
    assert (events[-1]["queries"], events[-1]["elapsed_ns"]) == (0, 1)
    assert events[-1]["arrivals"]["scheduled"] == 0


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"arrivals": 5}, "arrivals: expected null or an object"),
        ({"arrivals": {"process": "constant"}}, "per_second: missing"),
        ({"arrivals": {"process": "pareto", "per_second": 1}}, 'got "pareto"'),
        ({"arrivals": {"process": "poisson", "per_second": 0}}, "expected more than 0, got 0"),
        ({"seed": 0.5}, "seed: expected an integer"),
        ({"seed": None}, "seed: missing"),
    ],
)
def test_arrivals_and_seeds_that_are_none_are_bad_jobs(
    changes, what, checked_runner, embedded_server, job_queries
) -> None:
    job = make_job(embedded_server, job_queries["one_plus_one"], "null", {})
    spoilt = {**msgspec.to_builtins(job), **changes}
    code, events, log = run_runner(checked_runner, json.dumps(spoilt).encode())
    assert (code, what in events[-1]["message"]) == (2, True), log


def refused(checked_runner, job) -> tuple[int, str]:
    code, events, log = run_runner(checked_runner, msgspec.json.encode(job))
    assert log == events[-1]["message"] + "\n"
    return code, events[-1]["message"]


def test_a_wrong_password_is_named(checked_runner, embedded_server, job_queries) -> None:
    job = make_job(embedded_server, job_queries["one_plus_one"], "raw-drain", {})
    wrong = msgspec.structs.replace(job.connection, password="wrong")
    code, message = refused(checked_runner, msgspec.structs.replace(job, connection=wrong))
    assert (code, "password authentication failed" in message) == (5, True), message


def test_a_missing_password_is_named(checked_runner, embedded_server, job_queries) -> None:
    job = make_job(embedded_server, job_queries["one_plus_one"], "raw-drain", {})
    none = msgspec.structs.replace(job.connection, password=None)
    code, message = refused(checked_runner, msgspec.structs.replace(job, connection=none))
    assert (code, message) == (5, "the server wants a password")


def test_another_number_of_rows_or_columns_is_a_wrong_answer(
    checked_runner, embedded_server, job_queries
) -> None:
    right = job_queries["one_plus_one"]
    expect = msgspec.structs.replace(right.expect, rows=2)
    more_rows = msgspec.structs.replace(right, expect=expect)
    more_columns = msgspec.structs.replace(right, columns=right.columns * 2)
    for query, what in ((more_rows, "1 rows, expected 2"), (more_columns, "1 columns, expected 2")):
        code, message = refused(checked_runner, make_job(embedded_server, query, "raw-drain", {}))
        assert (code, message) == (4, f"the answer has {what}")


def test_arguments_are_sent_as_text(checked_runner, embedded_server, job_queries) -> None:
    right = job_queries["one_plus_one"]
    args = [
        Argument("bytea", "00ff"), Argument("text", "a\"\\ü😀"), Argument("float8", 1.5),
        Argument("bool", False), Argument("int4", None),
    ]  # fmt: skip
    sql = (
        "SELECT 1 WHERE $1::bytea = '\\x00ff' AND $2::text = U&'a\"\\\\\\00FC\\+01F600'"
        " AND $3::float8 = 1.5 AND NOT $4::bool AND $5::int4 IS NULL"
    )
    query = msgspec.structs.replace(right, sql=sql, args=args)
    job = make_job(embedded_server, query, "raw-drain", {})
    code, _, log = run_runner(checked_runner, msgspec.json.encode(job))
    assert (code, log) == (0, "")


def test_an_error_of_the_server_is_the_driver_s_failure(
    checked_runner, embedded_server, job_queries
) -> None:
    broken = msgspec.structs.replace(job_queries["one_plus_one"], sql="SELECT 1/0")
    code, message = refused(checked_runner, make_job(embedded_server, broken, "raw-drain", {}))
    assert (code, message) == (5, "the server says: division by zero")


def test_lists_are_not_supported(checked_runner, embedded_server, job_queries) -> None:
    query = msgspec.structs.replace(
        job_queries["one_plus_one"], args=[Argument("int4[]", [1, 2])], sql="SELECT $1::int4[]"
    )
    code, message = refused(checked_runner, make_job(embedded_server, query, "raw-drain", {}))
    assert (code, message) == (3, "raw-drain has no arguments of type int4[]")


@pytest.mark.parametrize(
    "text",
    ["", "nul", "[1", '{"a"}', '{"a": "\\x"}', '{"a": "\\ud800"}', "[" * 1000, '"\\u12"', "1 2"],
)
def test_what_is_not_json_is_a_bad_job(text, checked_runner) -> None:
    code, events, _ = run_runner(checked_runner, text.encode())
    assert (code, events[-1]["kind"]) == (2, "bad-job")
