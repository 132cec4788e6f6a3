"""Numbers as people read them: three significant digits and a unit that fits.

`assets/js/format.js` does the same in the browser; a test compares the two.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

THIN_SPACE = "\u202f"
MISSING = "n/a"

_COUNT_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
_TIME_UNITS = ((1e6, "s"), (1e3, "ms"), (1.0, "µs"), (1e-3, "ns"))
_BYTE_UNITS = ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"), (1.0, "B"))


def significant(value: float, digits: int = 3) -> str:
    """`value` rounded to some significant digits, halves away from zero, without exponent."""
    if not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    exact = Decimal(value)
    last = exact.adjusted() - digits + 1
    rounded = exact.quantize(Decimal(1).scaleb(last), ROUND_HALF_UP)
    if rounded.adjusted() > exact.adjusted():
        rounded = exact.quantize(Decimal(1).scaleb(last + 1), ROUND_HALF_UP)
    return f"{rounded:f}" if last < 0 else str(int(rounded))


def count(value: float | None) -> str:
    """A count or a rate: `1.23 M`, `45.6 k`, `789`."""
    return _scaled(value, _COUNT_UNITS)


def microseconds(value: float | None) -> str:
    """A time given in microseconds: `812 ns`, `1.23 ms`."""
    return _scaled(value, _TIME_UNITS)


def byte_size(value: float | None) -> str:
    """A number of bytes in binary units: `40.1 MiB`."""
    return _scaled(value, _BYTE_UNITS)


def ratio(value: float | None) -> str:
    """A ratio to the best: `1.00×`, `0.76×`, `13.5×`."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value < 0.1:
        return f"{significant(value, 2)}×"
    if value >= 10:
        return f"{significant(value)}×"
    return f"{Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_UP):f}×"


def percent(value: float) -> str:
    """A share as a percentage: `1.8 %`, `14 %`."""
    return f"{significant(value * 100, 2)}{THIN_SPACE}%"


def figure(value: float | None, unit: str) -> str:
    """A figure of a metric; times adapt their unit, rates get a magnitude."""
    return microseconds(value) if unit == "µs" else count(value)


def spread(low: float, high: float, unit: str) -> str:
    """A range over rounds: `1.20–1.25 M`, or one figure where both ends read the same."""
    first, last = figure(low, unit), figure(high, unit)
    if first == last:
        return first
    (first_number, _, first_unit), (_, _, last_unit) = (
        text.partition(THIN_SPACE) for text in (first, last)
    )
    return f"{first_number}–{last}" if first_unit == last_unit else f"{first}–{last}"


def _scaled(value: float | None, units: tuple[tuple[float, str], ...]) -> str:
    if value is None or not math.isfinite(value):
        return MISSING
    size = abs(float(significant(value)))
    scale, name = next((u for u in units if size >= u[0]), units[-1])
    if value == 0:
        scale, name = next(u for u in units if u[0] == 1.0)
    return significant(value / scale) + (THIN_SPACE + name if name else "")
