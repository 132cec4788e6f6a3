"""CSV has a row per cell, Markdown the ranking and the matrices."""

from __future__ import annotations

import csv
import io
import re

import msgspec
import pytest
from cutting import Cut

from pgbench_drivers.analysis.summary import summarise_run
from pgbench_drivers.export.csv import write_csv
from pgbench_drivers.export.markdown import write_markdown
from pgbench_drivers.results.model import Run


@pytest.fixture(scope="module")
def small(cut: Cut) -> Run:
    return cut(["asyncpg", "aiopg", "pgx", "null-go"], ["pg_type", "bytea", "copy"])


def test_csv_has_every_cell_with_all_figures_or_the_reason(small: Run) -> None:
    stream = io.StringIO(newline="")
    write_csv(small, stream)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert len(rows) == len(small.cells)
    cells = summarise_run(small)
    for row in rows:
        summary = cells[row["driver"], row["query"], int(row["concurrency"])]
        if summary.figures is None:
            assert (row["status"], row["reason"]) == ("unsupported", "aiopg has no COPY")
            assert row["rows_per_second"] == row["latency_p99.9_us"] == ""
        else:
            assert float(row["rows_per_second"]) == summary.figures.rows_per_second.median
            assert float(row["latency_p99.9_us"]) > float(row["latency_p50_us"])
            assert float(row["rows_per_second_low"]) <= float(row["rows_per_second_high"])
            # Three rounds: their range, which holds the median three times in four.
            assert row["rows_per_second_interval_low"] == row["rows_per_second_low"]
            assert row["rows_per_second_interval_confidence"] == "0.75"
            assert 0 < float(row["rows_per_second_variation"]) < 0.1
            assert row["rows_per_second_outliers"] == "0"


def test_markdown_ranks_and_marks_what_is_missing(small: Run) -> None:
    stream = io.StringIO()
    write_markdown(small, stream)
    text = stream.getvalue()
    assert text.startswith("## pgx leads with ")
    ranks = re.findall(r"^\| (\d+) \| (\S+)", text, re.MULTILINE)
    assert ranks == [("1", "pgx"), ("2", "asyncpg"), ("3", "aiopg")]
    assert re.search(r"^\| aiopg \(DictCursor\) \| .* n/a \[1\] \|$", text, re.MULTILINE)
    assert "n/a [1] not supported: aiopg has no COPY" in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert not [line for line in tables if "null" in line]


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("aiopg (fast)", "aiopg (DictCursor)", "aiopg (tuples)"), "aiopg (fast) delivers "),
        (("aiopg (fast)", "aiopg (DictCursor)", "other"), "as many as other"),
        (("aiopg", "aiopg-native", "aiopg (tuples)"), "as many as aiopg-native"),
    ],
)
def test_the_leader_is_compared_with_another_driver_not_with_itself(
    titles: tuple[str, ...], expected: str, cut: Cut
) -> None:
    run = cut(["asyncpg", "aiopg", "aiopg-tuples"], ["pg_type"])
    named = dict(zip(("asyncpg", "aiopg", "aiopg-tuples"), titles, strict=True))
    drivers = [msgspec.structs.replace(d, title=named[d.name]) for d in run.drivers]
    stream = io.StringIO()
    write_markdown(msgspec.structs.replace(run, drivers=drivers), stream)
    assert expected in stream.getvalue().splitlines()[0]
