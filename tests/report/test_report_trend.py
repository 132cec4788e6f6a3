"""A cell whose throughput still moves while it is measured says so, in its table and at the top."""

from __future__ import annotations

import msgspec
import pytest
from cutting import Cut

from pgbench_drivers.report.html import render
from pgbench_drivers.report.notes import cautions
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.results.model import Cell, Run


def moving(run: Run, driver: str, step: int) -> Run:
    """The run, with tenths that change by `step` of 1000 from each to the next for one driver."""

    def cell(one: Cell) -> Cell:
        by = step if one.driver == driver else 0
        rounds = [
            msgspec.structs.replace(r, tenths=[1000 + by * i for i in range(10)])
            for r in one.rounds
        ]
        return msgspec.structs.replace(one, rounds=rounds)

    return msgspec.structs.replace(run, cells=[cell(one) for one in run.cells])


@pytest.mark.parametrize(
    ("step", "way", "advice"),
    [
        (25, "rises by 25\u202f% within its windows", "a longer --warmup would show more."),
        (-25, "falls by 25\u202f% within its windows", "see its table."),
    ],
)
def test_a_moving_cell_says_so(cut: Cut, step: int, way: str, advice: str) -> None:
    analysed = Analysed.of(moving(cut(["asyncpg", "pgx"], ["pg_type", "bytea"]), "pgx", step))
    assert set(analysed.trends) == {("pgx", "pg_type", 8), ("pgx", "bytea", 8)}
    page = render(analysed)
    assert page.count(f'<span class="rg trend">{way}</span>') == 2
    said = [text for text in cautions(analysed) if text.startswith("Not steady")]
    assert len(said) == 1
    assert "the throughput of 2 cells still changed" in said[0]
    assert way in said[0]
    assert said[0].endswith(advice)


@pytest.mark.parametrize("step", [0, 2])
def test_a_steady_run_says_nothing(cut: Cut, step: int) -> None:
    analysed = Analysed.of(moving(cut(["asyncpg", "pgx"], ["pg_type", "bytea"]), "pgx", step))
    assert 'class="rg trend"' not in render(analysed)
    assert not [text for text in cautions(analysed) if text.startswith("Not steady")]


def test_results_without_tenths_say_nothing(analysed: Analysed, page: str) -> None:
    assert analysed.trends == {}
    assert "Not steady" not in page
