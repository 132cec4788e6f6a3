"""The journal: nothing measured is lost, and the document says what is missing."""

from pathlib import Path

import msgspec
import pytest

from pgbench_drivers.errors import UserError
from pgbench_drivers.results import journal as journals
from pgbench_drivers.results import storage
from pgbench_drivers.results.journal import Identity, Journal, StepRecord
from pgbench_drivers.results.model import Cell, Failure, Run
from tests.results.making import make_round, make_run

IDENTITY = Identity("1.0", "CPython 3", {}, "best mode")


def header() -> Run:
    cells = [
        Cell(driver, "q", 8, "unfinished", "interrupted before its first round", None, [], [])
        for driver in ("a", "b")
    ]
    return make_run(cells=cells, rounds=2)


def record(driver: str, index: int) -> StepRecord:
    return StepRecord(driver, "q", 8, IDENTITY, make_round(index), None)


def test_a_complete_journal_becomes_a_complete_document(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal.create(path, header())
    for driver in ("a", "b"):
        for index in (1, 0):
            journal.append(record(driver, index))
    journal.close()
    run = journals.assemble(*journals.read(path), "2026-01-01T00:00:00+00:00")
    assert run.complete
    assert [(cell.status, cell.reason) for cell in run.cells] == [("ok", None)] * 2
    assert [r.index for r in run.cells[0].rounds] == [0, 1]
    assert run.drivers[0].version == "1.0"
    storage.write(run, tmp_path / "result.json")
    assert storage.read(tmp_path / "result.json") == run


def test_an_interrupted_journal_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal.create(path, header())
    journal.append(record("a", 0))
    journal.close()
    run = journals.assemble(*journals.read(path), "")
    assert not run.complete
    assert [(c.status, c.reason) for c in run.cells] == [
        ("unfinished", "interrupted after 1 of 2 rounds"),
        ("unfinished", "interrupted before its first round"),
    ]
    assert len(run.cells[0].rounds) == 1


def test_a_failure_after_a_good_round_keeps_the_round() -> None:
    failed = StepRecord("a", "q", 8, IDENTITY, None, Failure(1, "crash", "signal SIGSEGV"))
    run = journals.assemble(header(), [record("a", 0), failed], "")
    cell = run.cells[0]
    assert (cell.status, cell.reason, len(cell.rounds)) == ("failed", "signal SIGSEGV", 1)


def test_an_open_loop_s_cells_are_told_apart_by_their_rates() -> None:
    cells = [
        Cell("a", "q", 8, "unfinished", "not yet", None, [], [], per_second=rate)
        for rate in (100.0, 200.0)
    ]
    steps = [
        StepRecord("a", "q", 8, IDENTITY, make_round(0, queries=int(rate)), None, rate)
        for rate in (200.0, 100.0)
    ]
    run = journals.assemble(make_run(cells=cells, rounds=1), steps, "")
    assert [(c.per_second, c.rounds[0].queries) for c in run.cells] == [(100, 100), (200, 200)]


def test_a_line_cut_short_by_a_crash_is_dropped_and_the_journal_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal.create(path, header())
    journal.append(record("a", 0))
    journal.close()
    with path.open("ab") as file:
        file.write(msgspec.json.encode(record("a", 1))[:50])
    assert len(journals.read(path)[1]) == 1
    journal = Journal(path)
    journal.append(record("a", 1))
    journal.close()
    assert [r.round.index for r in journals.read(path)[1] if r.round] == [0, 1]


@pytest.mark.parametrize("content", ["", "not json\n", '{"format_version":1}\n'])
def test_what_is_no_journal_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(content)
    with pytest.raises(UserError, match=r"journal.jsonl: is "):
        journals.read(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "is not a result document"),
        ('{"format_version": 99}', "has result format 99, this version reads 1"),
        ("[", "is not a result document"),
    ],
)
def test_what_is_no_result_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "result.json"
    path.write_text(content)
    with pytest.raises(UserError, match=said):
        storage.read(path)


def test_a_missing_result_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        storage.read(tmp_path / "result.json")
