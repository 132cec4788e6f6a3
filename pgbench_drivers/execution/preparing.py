"""Making every language's runner ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pgbench_drivers.config.registry import DriverSpec
from pgbench_drivers.execution.runner_process import RunnerCommand
from pgbench_drivers.toolchains import TOOLCHAINS, ToolchainError, UnsuitableError
from pgbench_drivers.toolchains.alone import alone
from pgbench_drivers.toolchains.variant import Variant

Say = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """Runners by driver name, and why the other drivers cannot run.

    Nothing would help the `unsuitable` ones among these on this machine.
    """

    runners: dict[str, RunnerCommand]
    not_run: dict[str, str]
    unsuitable: frozenset[str]

    @property
    def missing(self) -> list[str]:
        """The drivers that could run if what is missing were there."""
        return [driver for driver in self.not_run if driver not in self.unsuitable]


def prepare_runners(drivers: Sequence[DriverSpec], say: Say) -> Prepared:
    """Make every language's runner ready; a language that fails takes only its drivers away."""
    runners: dict[str, RunnerCommand] = {}
    not_run: dict[str, str] = {}
    unsuitable: set[str] = set()
    outcomes: dict[tuple[str, str, Variant | None], RunnerCommand | ToolchainError] = {}
    for driver in drivers:
        key = (driver.entry.language, driver.entry.environment, driver.variant)
        if key not in outcomes:
            outcomes[key] = _prepare(*key, say)
        outcome = outcomes[key]
        if isinstance(outcome, RunnerCommand):
            runners[driver.name] = outcome
            continue
        not_run[driver.name] = str(outcome)
        if isinstance(outcome, UnsuitableError):
            unsuitable.add(driver.name)
    return Prepared(runners, not_run, frozenset(unsuitable))


def _prepare(
    language: str, environment_name: str, variant: Variant | None, say: Say
) -> RunnerCommand | ToolchainError:
    toolchain = TOOLCHAINS.get(language)
    if toolchain is None:
        return ToolchainError(f"the toolbench has no toolchain for the language {language!r}")
    try:
        with alone(say):
            if variant:
                command = toolchain.prepare_variant(environment_name, variant, say)
            else:
                command = toolchain.prepare(environment_name, say)
    except ToolchainError as error:
        parts = [environment_name] if environment_name != "default" else []
        parts += [str(variant)] if variant else []
        which = f"{language} ({', '.join(parts)})" if parts else language
        say(f"{which}: cannot be run: {error}")
        return error
    return RunnerCommand(command.argv, command.directory, command.environment)
