"""The heat matrix: every driver on every query, with the ratio to the column's best."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pgbench_drivers.report import page
from pgbench_drivers.report.figures import frame
from pgbench_drivers.report.notes import Footnotes
from pgbench_drivers.report.standings import Analysed

HEAT = (0x2F, 0x9E, 0x8F)
STRONGEST = 0.46
COLUMN_INCHES = 0.92
ROW_INCHES = 0.40
HEADING_INCHES = 0.55
HEADING_WIDTH_INCHES = 7.0


def matrix(analysed: Analysed, notes: Footnotes) -> Figure:
    """The matrix as the page opens with it."""
    run = analysed.run
    shown = page.matrix(analysed, notes)
    real = [row.view.driver for row in shown.rows]
    names = frame.name_inches(real, 9.5)
    left = frame.MARGIN_INCHES + names
    columns = COLUMN_INCHES * (1 + len(run.queries))
    width = max(HEADING_WIDTH_INCHES, left + columns + frame.MARGIN_INCHES)
    rows = ROW_INCHES * max(1, len(shown.rows))
    height = frame.HEAD_INCHES + HEADING_INCHES + rows + 0.45
    drawn = frame.sheet(
        run,
        width,
        height,
        f"{frame.titled(shown.metric)}, every driver on every query",
        f"{frame.connections(analysed.concurrency)}; ratio to the column's best; "
        f"{frame.better(shown.metric)}",
    )
    axes = drawn.add_axes((left / width, 0.40 / height, columns / width, rows / height))
    axes.set_axis_off()
    axes.set_xlim(0, 1 + len(run.queries))
    axes.set_ylim(max(1, len(shown.rows)), 0)
    headings = ["Geometric mean", *(q.title for q in run.queries)]
    counted = [True, *(q.name in analysed.queries for q in run.queries)]
    for column, (title, on) in enumerate(zip(headings, counted, strict=True)):
        axes.text(
            column + 0.92, -0.15, _wrapped(title), ha="right", va="bottom", fontsize=8.5,
            color=frame.INK if on else frame.SOFT, fontweight="bold" if on else "normal",
            style="normal" if on else "italic", linespacing=1.15,
        )  # fmt: skip
    for place, row in enumerate(shown.rows):
        label = f"{frame.brief(row.view.driver.title, frame.LONGEST_NAME)}  {row.view.style.tag}"
        axes.text(-0.08, place + 0.5, label, ha="right", va="center", fontsize=9.5)
        for column, cell in enumerate(row.cells):
            _cell(axes, column, place, cell)
    if not shown.rows:
        axes.text(0, 0.5, "n/a – no driver", va="center", color=frame.SOFT)
    return drawn


def _cell(axes: Axes, column: int, place: int, cell: page.MatrixCell) -> None:
    strength = STRONGEST * cell.heat / 100
    colour = tuple((255 + (part - 255) * strength) / 255 for part in HEAT)
    axes.fill_between(
        [column + 0.02, column + 0.98], place + 0.03, place + 0.97, color=colour, linewidth=0
    )
    weight = "bold" if cell.best else "normal"
    missing = not cell.ratio
    axes.text(
        column + 0.92, place + (0.5 if missing else 0.33), cell.text, ha="right", va="center",
        fontsize=9, fontweight=weight, color=frame.SOFT if missing else frame.INK,
    )  # fmt: skip
    axes.text(
        column + 0.92, place + 0.72, cell.ratio, ha="right", va="center", fontsize=7.8,
        fontweight=weight, color="#424a53",
    )  # fmt: skip


def _wrapped(title: str) -> str:
    """A heading in lines that fit a column; what does not fit three lines is cut."""
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > 11:
            lines.append("")
        lines[-1] = f"{lines[-1]} {frame.brief(word, 12)}".strip()
    return "\n".join(lines if len(lines) <= 3 else [*lines[:2], f"{lines[2]}…"])
