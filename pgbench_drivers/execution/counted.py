"""Whether the measured windows sent what the audit saw, by what the answering side counted."""

from __future__ import annotations

from dataclasses import dataclass

# Connecting, verifying and reading back are not told apart, nor is what the
# orchestrator itself does in the meantime.
SLACK_SHARE = 0.02
SLACK_PER_CONNECTION = 10
SLACK = 50


@dataclass(frozen=True)
class Operations:
    """What a runner says that it did: queries of all windows, and those before them."""

    queries: int
    connections: int


@dataclass(frozen=True)
class Counted:
    """How often something happened, and how often the audit foretells it."""

    what: str
    found: int
    foretold: float

    def differs(self, operations: Operations) -> bool:
        """Whether the difference is more than connecting and verifying can explain."""
        slack = SLACK + SLACK_PER_CONNECTION * operations.connections
        return abs(self.found - self.foretold) > slack + SLACK_SHARE * self.foretold

    def __str__(self) -> str:
        return f"{self.found:,} {self.what}, where the audit foretells {self.foretold:,.0f}"
