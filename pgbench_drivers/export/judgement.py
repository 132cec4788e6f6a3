"""A gate's judgement in words: for a terminal, a pull request, and GitHub's annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgbench_drivers.analysis.gating import Judged, Judgement, Outcome
from pgbench_drivers.export.comparison import change, interval_text
from pgbench_drivers.export.tables import aligned, markdown_table, markdown_text
from pgbench_drivers.report.formatting import MISSING

HEADER = ("", "driver", "query", "conns", "figure", "cost", "95 % interval", "p", "")
TEXT_COLUMNS = (0, 1, 2, 4, 8)
MARKS: dict[Outcome, str] = {"passed": "ok", "regression": "SLOWER", "unmeasured": "unknown"}


def text(judgement: Judgement) -> str:
    """For people at a terminal."""
    parts = [headline(judgement)]
    if judgement.cells:
        parts.append(aligned([HEADER, *map(_row, judgement.cells)], TEXT_COLUMNS))
    parts.append("\n".join(f"note: {note}" for note in judgement.notes))
    return "\n\n".join(part for part in parts if part)


def markdown(judgement: Judgement) -> str:
    """For a job's summary: what did not pass first, the rest behind a toggle."""
    parts = [f"## {markdown_text(headline(judgement))}"]
    loud = [cell for cell in judgement.cells if cell.outcome != "passed"]
    quiet = [cell for cell in judgement.cells if cell.outcome == "passed"]
    if loud:
        parts.append(_markdown_rows(loud))
    if quiet:
        title = f"<summary>{_count(len(quiet), 'cell')} passed</summary>"
        parts.append(f"<details>{title}\n\n{_markdown_rows(quiet)}\n\n</details>")
    parts.append("\n".join(f"- {markdown_text(note)}" for note in judgement.notes))
    return "\n\n".join(part for part in parts if part) + "\n"


def workflow_commands(judgement: Judgement) -> Iterator[str]:
    """GitHub workflow commands, one for each cell that did not pass."""
    for cell in judgement.cells:
        if cell.outcome != "passed":
            title = "Slower" if cell.outcome == "regression" else "Not measured"
            yield f"::error title={_property(title)}::{_message(sentence(cell))}"
    if not judgement.cells:
        yield f"::error title=Not measured::{_message(headline(judgement))}"


def headline(judgement: Judgement) -> str:
    """The verdict in a sentence."""
    limit = f"{100 * judgement.max_regression:g} %"
    slower = sum(1 for cell in judgement.cells if cell.outcome == "regression")
    unknown = sum(1 for cell in judgement.cells if cell.outcome == "unmeasured")
    match judgement.outcome:
        case "passed":
            cells = _count(len(judgement.cells), "cell")
            return f"Passed: none of {cells} became slower by more than {limit}"
        case "regression":
            return f"Regression: {_count(slower, 'cell')} became slower by more than {limit}"
        case "unmeasured" if unknown:
            return f"Not measured: nothing is known of {_count(unknown, 'cell')}"
        case _:
            return "Not measured: nothing is known"


def sentence(cell: Judged) -> str:
    """What is known of a cell."""
    name = f"{cell.driver} × {cell.query}, {_count(cell.concurrency, 'connection')}"
    if cell.slowdown is None:
        return f"{name}: {cell.metric.title} could not be measured: {cell.reason}"
    cost = f"{change(cell.slowdown)} ({interval_text(cell.interval)})"
    return f"{name}: {cell.metric.title}: cost {cost}: {cell.reason}"


def _row(cell: Judged) -> Sequence[str]:
    slowdown = MISSING if cell.slowdown is None else change(cell.slowdown)
    return (
        MARKS[cell.outcome],
        cell.driver,
        cell.query,
        str(cell.concurrency),
        cell.metric.title,
        slowdown,
        interval_text(cell.interval),
        MISSING if cell.p is None else f"{cell.p:.3g}",
        cell.reason + (", measured twice" if cell.measured_again else ""),
    )


def _markdown_rows(cells: Sequence[Judged]) -> str:
    return markdown_table([HEADER, *map(_row, cells)], TEXT_COLUMNS)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _message(value: str) -> str:
    """Escaped as GitHub's runner reads it back."""
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _message(value).replace(":", "%3A").replace(",", "%2C")
