"""What a gate measures, and what it holds against what."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pgbench_drivers.analysis import gating, side_by_side
from pgbench_drivers.analysis.comparable import other_machine
from pgbench_drivers.analysis.gating import Judgement
from pgbench_drivers.analysis.summary import Metric
from pgbench_drivers.errors import UserError
from pgbench_drivers.plan.plan import CellKey
from pgbench_drivers.results.model import Environment, Run


@dataclass(frozen=True)
class Rules:
    """What counts as slower."""

    metrics: Sequence[Metric]
    max_regression: float


class Arrangement(ABC):
    """How runs of the gate's plan become a base and what is held against it."""

    rules: Rules

    @abstractmethod
    def check(self, machine: Environment) -> None:
        """Raise UserError where no verdict could be reached."""

    @abstractmethod
    def suspects(self, first: Run) -> list[CellKey]:
        """The cells that look slower, and all that has to be measured to be sure."""

    @abstractmethod
    def judge(self, first: Run, again: Run | None, *, confirm: bool) -> Judgement:
        """The verdict; `again` is the second measurement of the suspects."""


@dataclass(frozen=True)
class AgainstFile(Arrangement):
    """A baseline that was measured before, and its plan measured anew."""

    rules: Rules
    baseline: Run
    any_machine: bool

    def check(self, machine: Environment) -> None:
        self._check_machine(machine)
        gating.check_baseline(self.baseline, len(self.baseline.cells) * len(self.rules.metrics))

    def suspects(self, first: Run) -> list[CellKey]:
        rules = self.rules
        found = gating.suspects(self.baseline, first, rules.metrics, rules.max_regression)
        return [CellKey(*key) for key in found]

    def judge(self, first: Run, again: Run | None, *, confirm: bool) -> Judgement:
        self._check_machine(first.environment)
        rules = self.rules
        return gating.judge(
            self.baseline, first, again, rules.metrics, rules.max_regression, confirm=confirm
        )

    def _check_machine(self, machine: Environment) -> None:
        difference = other_machine(self.baseline.environment, machine)
        if difference and not self.any_machine:
            raise UserError(
                f"the baseline was measured on {difference}: measure a baseline on this machine, "
                "or judge all the same with --any-machine"
            )


@dataclass(frozen=True)
class SideBySide(Arrangement):
    """Two versions of each driver in one plan; `bases` names the base's row of each."""

    rules: Rules
    bases: side_by_side.Bases
    rounds: int
    cells: int

    def check(self, machine: Environment) -> None:
        gating.check_rounds(self.rounds, self.cells * len(self.rules.metrics))

    def suspects(self, first: Run) -> list[CellKey]:
        base, new = side_by_side.split(first, self.bases)
        found = gating.suspects(base, new, self.rules.metrics, self.rules.max_regression)
        return [
            CellKey(row, query, concurrency)
            for driver, query, concurrency in found
            for row in (driver, self.bases[driver])
        ]

    def judge(self, first: Run, again: Run | None, *, confirm: bool) -> Judgement:
        base, new = side_by_side.split(first, self.bases)
        base_again, new_again = side_by_side.split(again, self.bases) if again else (None, None)
        judgement = gating.judge(
            base,
            new,
            new_again,
            self.rules.metrics,
            self.rules.max_regression,
            confirm=confirm,
            baseline_again=base_again,
            together=True,
        )
        told = (*side_by_side.described(first, self.bases), *side_by_side.not_compared(base))
        return replace(judgement, notes=(*told, *judgement.notes))
