"""What a run shows: a bar that keeps its shape on a terminal, objects in a pipe."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from pgbench_drivers.cli.progress import (
    BarPresenter,
    FailurePresenter,
    LinePresenter,
    LogPresenter,
    duration_text,
    plan_text,
)
from pgbench_drivers.plan.plan import CellKey, Step, Windows, make_steps
from pgbench_drivers.results.journal import Identity, StepRecord
from pgbench_drivers.results.model import Failure
from tests.results.making import make_round

WINDOWS = Windows(1.0, 2.0)
CELL = CellKey("psycopg3-async", "generate_series", 8)
IDENTITY = Identity("1.0", "CPython 3", {}, "best mode")


def record(failure: Failure | None = None) -> StepRecord:
    measured = None if failure else make_round(0)
    return StepRecord(CELL.driver, CELL.query, CELL.concurrency, IDENTITY, measured, failure)


def shown(width: int, failure: Failure | None = None) -> list[str]:
    """The lines of a terminal of this width in mid-run."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=True,
        color_system=None,
        _environ={"TERM": "xterm"},
    )
    bar = BarPresenter(console)
    steps = make_steps([CELL, CellKey("pgx", "bytea", 8)], 2, seed=1)
    with bar:
        bar.planned(steps, WINDOWS)
        bar.step_started(Step(CELL, 0, 0))
        bar.step_finished(Step(CELL, 0, 0), record(failure))
        console.file.seek(0)
        console.file.truncate()
        bar._progress.refresh()
        text = console.file.getvalue()
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("width", [80, 120])
def test_the_bar_is_one_line_that_fits(width: int) -> None:
    (line,) = shown(width)
    printed = line.split("\x1b[2K")[-1]
    assert len(printed.rstrip()) <= width
    assert "1/4" in printed
    assert "left" in printed
    assert "psycopg3-async × generate_series" in printed


def test_a_failure_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(file=io.StringIO(), width=100)
    bar = BarPresenter(console)
    bar.planned(make_steps([CELL], 1, seed=1), WINDOWS)
    bar.step_started(Step(CELL, 0, 0))
    bar.step_finished(Step(CELL, 0, 0), record(Failure(0, "crash", "exit code 1")))
    assert "failed  psycopg3-async / generate_series / 8: exit code 1" in console.file.getvalue()


def test_a_reason_is_text_and_no_markup() -> None:
    console = Console(file=io.StringIO(), width=100)
    bar = BarPresenter(console)
    bar.planned(make_steps([CELL], 1, seed=1), WINDOWS)
    bar.step_finished(Step(CELL, 0, 0), record(Failure(0, "driver", "no [/red] here")))
    bar.say("nor [bold]there")
    assert "no [/red] here" in console.file.getvalue()
    assert "nor [bold]there" in console.file.getvalue()


def test_steps_without_figures_show_none(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    bar = BarPresenter(console, figures=False)
    with bar:
        bar.planned(make_steps([CELL], 2, seed=1), WINDOWS)
        bar.step_started(Step(CELL, 0, 0))
        bar.step_finished(Step(CELL, 0, 0), record())
        bar._progress.refresh()
    assert "2 steps, a runner's life each" in console.file.getvalue()
    assert "mean" not in console.file.getvalue()
    lines = FailurePresenter()
    lines.planned(make_steps([CELL], 1, seed=1), WINDOWS)
    lines.step_finished(Step(CELL, 0, 0), record())
    lines.step_finished(Step(CELL, 1, 5), record(Failure(1, "timeout", "hung")))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "pgbench-drivers: 1 step, a runner's life each",
        "pgbench-drivers: failed: psycopg3-async / generate_series / 8: hung",
    ]


def test_a_pipe_gets_an_object_per_step(capsys: pytest.CaptureFixture[str]) -> None:
    lines = LinePresenter()
    lines.step_finished(Step(CELL, 0, 0), record())
    lines.step_finished(Step(CELL, 1, 5), record(Failure(1, "timeout", "hung")))
    good, bad = map(json.loads, capsys.readouterr().out.splitlines())
    assert good["driver"] == "psycopg3-async"
    assert good["queries_per_second"] > 0
    assert (bad["failed"], bad["reason"], bad["round"]) == ("timeout", "hung", 1)


def test_messages_do_not_mix_with_objects(capsys: pytest.CaptureFixture[str]) -> None:
    LinePresenter().say("hello")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "pgbench-drivers: hello\n")


def test_a_log_leaves_stdout_to_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    log = LogPresenter()
    log.step_finished(Step(CELL, 0, 0), record())
    log.step_finished(Step(CELL, 1, 5), record(Failure(1, "timeout", "hung")))
    captured = capsys.readouterr()
    assert captured.out == ""
    good, bad = captured.err.splitlines()
    assert good.startswith("pgbench-drivers: psycopg3-async / generate_series / 8: 4/s, mean ")
    assert bad == "pgbench-drivers: psycopg3-async / generate_series / 8: hung"


def test_a_plan_of_one_cell_and_round_is_in_the_singular() -> None:
    said = plan_text(make_steps([CELL], 1, seed=1), WINDOWS)
    assert said.startswith("1 cell (driver × query × connections) in 1 round of 1 s warm-up")


def test_the_plan_says_how_long_it_takes() -> None:
    steps = make_steps([CELL, CellKey("pgx", "bytea", 8)], 5, seed=1)
    assert plan_text(steps, WINDOWS) == (
        "2 cells (driver × query × connections) in 5 rounds of 1 s warm-up and 2 s measured: "
        "about 38 s"
    )


def test_the_plan_says_whose_warm_up_is_longer() -> None:
    steps = make_steps([CELL, CellKey("pgjdbc", "bytea", 8)], 5, seed=1)
    said = plan_text(steps, Windows(1.0, 2.0, {"pgjdbc": 10.0, "vertx": 10.0}))
    assert "of 1 s warm-up (pgjdbc 10 s) and 2 s measured: about 83 s" in said


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (89, "89 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_durations_are_as_people_say_them(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
