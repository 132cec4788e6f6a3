"""The share of the limit: raw-drain's client CPU per row, divided by a driver's."""

from __future__ import annotations

import msgspec
import pytest
from cutting import Cut

from pgbench_drivers.report.html import render
from pgbench_drivers.report.limit import limit
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results.model import Cell, Driver, Round, Run

QUERIES = ["pg_type", "generate_series"]
CHEAPER = 4


def _drained(cell: Cell) -> Cell:
    """The same work for a quarter of the client's CPU time."""

    def cheaper(measured: Round) -> Round:
        return msgspec.structs.replace(
            measured,
            client_cpu_user_us=measured.client_cpu_user_us // CHEAPER,
            client_cpu_system_us=measured.client_cpu_system_us // CHEAPER,
        )

    return msgspec.structs.replace(
        cell, driver="raw-drain", rounds=[cheaper(measured) for measured in cell.rounds]
    )


@pytest.fixture
def limited(cut: Cut) -> Run:
    """asyncpg and psycopg2, and a limit of a quarter of asyncpg's figures."""
    run = cut(["asyncpg", "psycopg2", "null-python"], QUERIES)
    [asyncpg] = [driver for driver in run.drivers if driver.name == "asyncpg"]
    drain: Driver = msgspec.structs.replace(
        asyncpg, name="raw-drain", title="raw-drain", client="limit", synthetic=True
    )
    cells = [_drained(cell) for cell in run.cells if cell.driver == "asyncpg"]
    return msgspec.structs.replace(run, drivers=[*run.drivers, drain], cells=[*run.cells, *cells])


def test_a_share_is_the_limit_s_cost_over_the_driver_s(limited: Run) -> None:
    found = limit(Analysed.of(limited))
    assert found.title == "raw-drain"
    assert [query.name for query in found.queries] == QUERIES
    first, second = found.rows
    assert first.view.driver.name == "asyncpg"
    assert first.overall is not None
    assert first.overall.value == pytest.approx(1 / CHEAPER, rel=1e-3)
    assert [share.value for share in first.shares if share] == pytest.approx(
        [1 / CHEAPER] * 2, rel=1e-3
    )
    assert second.overall is not None
    assert second.overall.value < first.overall.value


def test_a_driver_without_all_figures_has_no_mean(limited: Run) -> None:
    cells = [cell for cell in limited.cells if (cell.driver, cell.query) != ("asyncpg", "pg_type")]
    found = limit(Analysed.of(msgspec.structs.replace(limited, cells=cells)))
    last = found.rows[-1]
    assert last.view.driver.name == "asyncpg"
    assert last.overall is None
    assert last.shares[0] is None
    assert last.shares[1] is not None


def test_a_query_that_the_limit_cannot_do_is_left_out(limited: Run) -> None:
    cells = [
        cell for cell in limited.cells if (cell.driver, cell.query) != ("raw-drain", "pg_type")
    ]
    found = limit(Analysed.of(msgspec.structs.replace(limited, cells=cells)))
    assert [query.name for query in found.queries] == ["generate_series"]


def test_the_page_shows_it_and_leads_to_it(limited: Run) -> None:
    page = render(Analysed.of(limited))
    assert '<a href="#limit">Limit</a>' in page
    assert "Share of the limit" in page
    assert "25\u202f%" in page


def test_a_run_without_the_limit_s_row_has_no_such_section(cut: Cut) -> None:
    run = cut(["asyncpg", "psycopg2"], QUERIES)
    assert limit(Analysed.of(run)).rows == ()
    assert 'id="limit"' not in render(Analysed.of(run))
