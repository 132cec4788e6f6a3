"""The runner of libpq beyond the contract that all runners keep."""

from __future__ import annotations

import msgspec
import pytest

from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.contract.messages import Arrivals, Column
from pgbench_drivers.execution import reference
from pgbench_drivers.paths import QUERIES
from pgbench_drivers.toolchains import TOOLCHAINS, UnsuitableError, libpq
from pgbench_drivers.toolchains.base import Command
from pgbench_drivers.toolchains.c import LIBPQ_RUNNER, SANITIZERS, build_libpq_runner
from tests.runners.conftest import make_job, run_runner

QUERY_NAMES = [spec.name for spec in load_queries(QUERIES)]


@pytest.fixture(scope="session")
def checked_runner() -> Command:
    """Undefined behaviour, wrong memory accesses and leaks end it with another exit code."""
    try:
        program = build_libpq_runner(print, SANITIZERS)
    except UnsuitableError as error:
        pytest.skip(str(error))
    return Command((str(program),), LIBPQ_RUNNER, {})


@pytest.mark.parametrize("query", QUERY_NAMES)
def test_the_sanitizers_have_nothing_to_say(  # noqa: PLR0917 fixtures
    query, checked_runner, embedded_server, admin, schema, queries, job_queries
) -> None:
    job = msgspec.json.encode(make_job(embedded_server, job_queries[query], "libpq", {}))
    reference.run_all(admin, queries[query].file.setup, schema)
    code, events, log = run_runner(checked_runner, job)
    reference.run_all(admin, queries[query].file.teardown, schema)
    assert (code, log) == (0, ""), events[-1:]
    assert events[0]["driver"]["name"] == "libpq"


@pytest.mark.parametrize("query", ["one_plus_one", "copy", "batch"])
def test_nor_of_an_open_loop(  # noqa: PLR0917 fixtures
    query, checked_runner, embedded_server, admin, schema, queries, job_queries
) -> None:
    arrivals = Arrivals("poisson", 200.0)
    job = make_job(embedded_server, job_queries[query], "libpq", {}, arrivals=arrivals)
    reference.run_all(admin, queries[query].file.setup, schema)
    code, events, log = run_runner(checked_runner, msgspec.json.encode(job))
    reference.run_all(admin, queries[query].file.teardown, schema)
    assert (code, log) == (0, ""), events[-1:]
    assert events[-1]["arrivals"]["scheduled"] > 10


def test_nor_when_an_answer_is_wrong(checked_runner, embedded_server, job_queries) -> None:
    right = job_queries["one_plus_one"]
    wrong_type = msgspec.structs.replace(right, columns=[Column("sum", "int8")])
    more_columns = msgspec.structs.replace(right, columns=right.columns * 2)
    for query, what in (
        (wrong_type, "column 1 (sum): expected int8, got the type with the OID 23"),
        (more_columns, "expected 2 columns, got 1"),
    ):
        job = make_job(embedded_server, query, "libpq", {})
        code, events, log = run_runner(checked_runner, msgspec.json.encode(job))
        assert (code, events[-1]["message"], log) == (4, what, f"{what}\n")


def test_what_it_cannot_send_is_unsupported(checked_runner, embedded_server, job_queries) -> None:
    right = job_queries["copy"]
    columns = [Column("a", "numeric"), *right.columns[1:]]
    job = make_job(embedded_server, msgspec.structs.replace(right, columns=columns), "libpq", {})
    code, events, _ = run_runner(checked_runner, msgspec.json.encode(job))
    assert (code, events[-1]["kind"]) == (3, "unsupported")
    assert "sends no numeric" in events[-1]["message"]


def test_without_its_headers_the_row_has_a_reason_and_a_cure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(libpq, "embedded_postgres", lambda: None)
    monkeypatch.setattr(libpq, "system_libpq", lambda: None)
    with pytest.raises(UnsuitableError, match=r"libpq's headers were not found.*libpq-dev"):
        TOOLCHAINS["c"].prepare("libpq", print)
