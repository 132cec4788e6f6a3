"""Showing a run: a live bar on a terminal, one JSON object a line elsewhere."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column

from pgbench_drivers.plan.plan import CellKey, Step, Windows, estimate_seconds
from pgbench_drivers.results.journal import StepRecord
from pgbench_drivers.results.model import Round


class Presenter:
    """Shows messages and steps; a context manager that leaves the terminal clean."""

    def __enter__(self) -> Presenter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def planned(self, steps: Sequence[Step], windows: Windows) -> None:
        """The plan is known."""

    def extended(self, steps: Sequence[Step]) -> None:
        """The plan has become longer."""

    def say(self, text: str) -> None:
        """Something worth knowing."""

    def step_started(self, step: Step) -> None:
        """A step begins."""

    def step_finished(self, step: Step, record: StepRecord) -> None:
        """A step has ended."""

    def step_skipped(self, step: Step) -> None:
        """A step is not needed."""


class LinePresenter(Presenter):
    """For pipes and logs: an object per finished step on stdout, messages on stderr."""

    def say(self, text: str) -> None:
        print(f"pgbench-drivers: {text}", file=sys.stderr, flush=True)

    def planned(self, steps: Sequence[Step], windows: Windows) -> None:
        self.say(plan_text(steps, windows))

    def step_finished(self, step: Step, record: StepRecord) -> None:
        print(json.dumps(_as_object(step, record)), flush=True)


class LogPresenter(LinePresenter):
    """For commands whose stdout is their answer: everything goes to stderr, a line a step."""

    def step_finished(self, step: Step, record: StepRecord) -> None:
        outcome = record.failure.reason if record.failure else ""
        self.say(f"{step.cell}: {figure(record.round) if record.round else outcome}")


class FailurePresenter(LinePresenter):
    """For commands whose steps have no figures yet: a line on stderr for each that failed."""

    def planned(self, steps: Sequence[Step], windows: Windows) -> None:
        self.say(steps_text(steps))

    def step_finished(self, step: Step, record: StepRecord) -> None:
        if record.failure:
            self.say(f"failed: {step.cell}: {record.failure.reason}")


class BarPresenter(Presenter):
    """For people: current cell, last figure and time left in one line.

    Without `figures` no step has one, and their windows are of several lengths.
    """

    def __init__(self, console: Console, *, figures: bool = True) -> None:
        self._console = console
        self._figures = figures
        # On a narrow terminal the end of the last figure is cut, and nothing else moves.
        cut = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        self._progress = Progress(
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]:>11}"),
            TextColumn("{task.description:<32}", table_column=Column(no_wrap=True)),
            TextColumn("[dim]{task.fields[last]}", table_column=cut),
            console=console,
            expand=True,
            transient=True,
        )
        self._task: Any = None
        self._remaining = 0
        self._total = 0
        self._planned_seconds = 0.0
        self._seconds_per_step: float | None = None
        self._step_began = 0.0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def planned(self, steps: Sequence[Step], windows: Windows) -> None:
        self.say(plan_text(steps, windows) if self._figures else steps_text(steps))
        self._remaining = self._total = len(steps)
        self._planned_seconds = estimate_seconds(steps, windows) / max(1, len(steps))
        self._task = self._progress.add_task("starting", total=len(steps), left="", last="")

    def extended(self, steps: Sequence[Step]) -> None:
        self._remaining += len(steps)
        self._total += len(steps)
        self._progress.update(self._task, total=self._total)

    def say(self, text: str) -> None:
        self._console.print(f"[dim]·[/] {escape(text)}", highlight=False)

    def step_started(self, step: Step) -> None:
        self._progress.start()
        self._step_began = time.monotonic()
        cell = step.cell
        self._progress.update(
            self._task,
            description=f"{cell.driver} × {cell.query}",
            left=self._time_left(),
        )

    def step_finished(self, step: Step, record: StepRecord) -> None:
        took = time.monotonic() - self._step_began
        before = self._seconds_per_step
        self._seconds_per_step = took if before is None else 0.9 * before + 0.1 * took
        self._advance()
        if record.failure:
            self._console.print(
                f"[red]failed[/]  {escape(f'{step.cell}: {record.failure.reason}')}",
                highlight=False,
            )
        elif record.round and self._figures:
            self._progress.update(self._task, last=f"{figure(record.round)} ({step.cell.driver})")

    def step_skipped(self, step: Step) -> None:
        self._advance()

    def _advance(self) -> None:
        self._remaining -= 1
        self._progress.update(self._task, advance=1, left=self._time_left())

    def _time_left(self) -> str:
        per_step = self._seconds_per_step or self._planned_seconds
        return f"{duration_text(self._remaining * per_step)} left"


def presenter() -> Presenter:
    """The one that fits stdout; a terminal that cannot move its cursor is none."""
    console = Console()
    return BarPresenter(console) if _is_live(console) else LinePresenter()


def presenter_of_steps() -> Presenter:
    """For commands whose stdout is their answer, and whose steps have no figures: on stderr."""
    console = Console(stderr=True)
    return BarPresenter(console, figures=False) if _is_live(console) else FailurePresenter()


def _is_live(console: Console) -> bool:
    return console.is_terminal and not console.is_dumb_terminal


def figure(measured: Round) -> str:
    """The figure of a round, in a few words."""
    per_second = measured.queries / measured.elapsed_ns * 1e9
    mean_us = measured.latency.mean_ns / 1e3
    mean = f"{mean_us / 1e3:.2f} ms" if mean_us >= 1e3 else f"{mean_us:.3g} µs"
    missed = f", {measured.arrivals.missed:,} missed" if measured.arrivals else ""
    return f"{per_second:,.0f}/s, mean {mean}{missed}"


def plan_text(steps: Sequence[Step], windows: Windows) -> str:
    """What a run will do, and how long that takes."""
    cells = {step.cell for step in steps}
    rate = " × rate" if any(cell.per_second for cell in cells) else ""
    rounds = 1 + max((step.round for step in steps), default=0)
    return (
        f"{_count(len(cells), 'cell')} (driver × query × connections{rate}) in "
        f"{_count(rounds, 'round')} of "
        f"{windows.warmup_seconds:g} s warm-up{_longer(cells, windows)} and {windows.measure_seconds:g} s measured: "
        f"about {duration_text(estimate_seconds(steps, windows))}"
    )


def _longer(cells: Iterable[CellKey], windows: Windows) -> str:
    """Whom the warm-up is longer for."""
    drivers = dict.fromkeys(cell.driver for cell in cells if cell.driver in windows.warmups)
    own = [f"{name} {windows.of(name).warmup_seconds:g} s" for name in sorted(drivers)]
    return f" ({', '.join(own)})" if own else ""


def steps_text(steps: Sequence[Step]) -> str:
    """What a command will do whose windows are of several lengths."""
    return f"{_count(len(steps), 'step')}, a runner's life each"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration_text(seconds: float) -> str:
    """Seconds as people say them."""
    whole = max(0, round(seconds))
    if whole < 90:
        return f"{whole} s"
    if whole < 5400:
        return f"{round(whole / 60)} min"
    return f"{whole / 3600:.1f} h"


def _as_object(step: Step, record: StepRecord) -> dict[str, Any]:
    found: dict[str, Any] = {
        "event": "step",
        "position": step.position,
        "round": step.round,
        "driver": record.driver,
        "query": record.query,
        "concurrency": record.concurrency,
    }
    if record.per_second is not None:
        found["per_second"] = record.per_second
    if record.failure:
        return {**found, "failed": record.failure.kind, "reason": record.failure.reason}
    if record.round:
        measured = record.round
        found["queries_per_second"] = round(measured.queries / measured.elapsed_ns * 1e9, 1)
        found["latency_mean_us"] = round(measured.latency.mean_ns / 1e3, 1)
        if measured.arrivals:
            found["missed"] = measured.arrivals.missed
    return found
