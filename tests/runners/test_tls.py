"""Every driver by TLS: encrypted as the server has it, and only with a server that it can verify."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.contract.messages import JobQuery
from pgbench_drivers.execution import reference
from pgbench_drivers.execution.encryption import encryption_since, server_time
from pgbench_drivers.paths import REGISTRY
from pgbench_drivers.server import Server, choose_server, tls
from pgbench_drivers.server.admin import admin_connection, temporary_schema
from pgbench_drivers.toolchains.libpq import find_libpq
from tests.runners.conftest import QUERY_SPECS, make_job, run_runner

QUERY = "one_plus_one"
DRIVERS = {driver.name: driver for driver in load_registry(REGISTRY) if not driver.synthetic}
# One row per adapter: usages and event loops change nothing about TLS.
TESTED = list({(d.entry.language, d.entry.adapter): name for name, d in DRIVERS.items()}.values())
# Rows whose library may have been built without TLS, and say so; raw-drain always was.
WITHOUT = {"raw-drain", "libpq", "pg-native"}


@pytest.fixture(scope="module")
def installed_server() -> Iterator[Server]:
    """A PostgreSQL with TLS."""
    programs = tls.installed()
    if programs is None:
        pytest.skip("no PostgreSQL with TLS is installed (Debian and Ubuntu: postgresql)")
    with choose_server(
        str(programs), pg_version="18", transport="tls", connections=20, say=print
    ) as server:
        yield server


@pytest.fixture(scope="module")
def admin(installed_server):
    with admin_connection(installed_server.endpoint) as connection:
        yield connection


@pytest.fixture(scope="module")
def query(admin) -> JobQuery:
    with temporary_schema(admin) as schema:
        return reference.job_query(admin, QUERY_SPECS[QUERY], schema)


def run(name: str, server: Server, query: JobQuery, runners):
    driver = DRIVERS[name]
    job = make_job(server, query, driver.entry.adapter, driver.entry.options, warmup_seconds=0)
    command = runners(driver.entry.language, driver.entry.environment)
    return lambda **changes: run_runner(
        command, msgspec.json.encode(msgspec.structs.replace(job, **changes))
    )


@pytest.mark.parametrize("name", TESTED)
def test_a_driver_is_encrypted(name, installed_server, admin, query, runners) -> None:
    start = run(name, installed_server, query, runners)
    began = server_time(admin)
    with watched(installed_server, began) as seen:
        code, events, log = start()
    if name in WITHOUT and code == 3:
        assert "TLS" in events[-1]["message"], events
        assert not seen
        return
    assert code == 0, log
    assert len(seen) == 1, seen
    assert seen.pop().startswith("TLSv1.3, TLS_"), seen


@pytest.mark.parametrize("name", TESTED)
def test_a_server_of_another_authority_is_refused(
    name, installed_server, query, runners, tmp_path: Path
) -> None:
    tls.make_certificates().write(tmp_path)
    other = dataclasses.replace(installed_server.endpoint, ca_file=str(tmp_path / tls.CA_NAME))
    code, events, log = run(name, installed_server, query, runners)(
        connection=connection_to(other)
    )
    if name in WITHOUT and code == 3:
        return
    assert code == 5, log
    assert "certificate" in f"{events[-1]['message']}{log}".lower(), events


@pytest.mark.parametrize("name", TESTED)
def test_a_server_of_another_name_is_refused(name, installed_server, query, runners) -> None:
    elsewhere = dataclasses.replace(installed_server.endpoint, host="127.0.0.2")
