"""Who looks at a runner from outside, beside the step that runs it."""

from __future__ import annotations

from typing import Protocol

from pgbench_drivers.contract.messages import Event


class Witness(Protocol):
    """Told of a runner's life, each as soon as the orchestrator knows of it."""

    def starting(self) -> None:
        """The process is about to be started."""

    def running(self, pid: int) -> None:
        """The process has been started, and executes its program."""

    def heard(self, event: Event) -> None:
        """The runner has told this event."""

    def ended(self) -> None:
        """The process has ended by itself."""


class Nobody:
    """No witness."""

    def starting(self) -> None:
        pass

    def running(self, pid: int) -> None:
        pass

    def heard(self, event: Event) -> None:
        pass

    def ended(self) -> None:
        pass
