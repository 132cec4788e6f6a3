"""What a run is asked for, and its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pgbench_drivers.config.options import Options
from pgbench_drivers.config.queries import QuerySpec
from pgbench_drivers.config.registry import DriverSpec
from pgbench_drivers.plan.plan import CellKey, Windows, make_cells


@dataclass(frozen=True)
class Request:
    """What to run, and where to leave it.

    `resume` continues the journal in `directory`; `command` is what the user
    typed, for the report. `only` restricts the plan to some of the cells. With
    `audit`, what each driver sends is looked at before anything is measured.
    """

    options: Options
    drivers: Sequence[DriverSpec]
    queries: Sequence[QuerySpec]
    directory: Path
    command: str
    resume: bool
    only: frozenset[CellKey] | None = None
    audit: bool = False

    def cells(self) -> list[CellKey]:
        """Every cell that is to be measured, or to be given a reason why it is not."""
        every = make_cells(
            [driver.name for driver in self.drivers],
            [query.name for query in self.queries],
            self.options.concurrency,
            self.options.rates,
        )
        return [cell for cell in every if self.only is None or cell in self.only]

    def windows(self) -> Windows:
        """Those of each round."""
        options = self.options
        longer = {driver.name: driver.warmup for driver in self.drivers if driver.warmup != 1}
        return Windows.spread(options.warmup, options.duration, options.rounds, longer)
