"""The run as CSV: one row per cell with all its figures, or with the reason why there are none."""

from __future__ import annotations

from typing import TextIO

from pgbench_drivers.analysis.summary import summarise
from pgbench_drivers.report.standings import Analysed
from pgbench_drivers.report.tidy import write_tidy
from pgbench_drivers.results.model import Run


def write_csv(run: Run, stream: TextIO) -> None:
    """Write every cell of the run; open the stream with `newline=""`."""
    write_tidy(run, summarise if run.is_open_loop else Analysed.of(run).summary, stream)
