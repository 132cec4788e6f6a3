"""An interval, and how surely it holds the truth."""

from __future__ import annotations

from dataclasses import dataclass

CONFIDENCE = 0.95
"""What every interval aims at; small samples cannot reach it, and say so."""


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`; `confidence` is what the method reaches with so few values."""

    low: float
    high: float
    confidence: float

    def holds(self, value: float) -> bool:
        """Whether `value` lies in the interval."""
        return self.low <= value <= self.high

    def within(self, low: float, high: float) -> bool:
        """Whether the whole interval lies between `low` and `high`."""
        return low <= self.low and self.high <= high
