"""HdrHistograms as runners send them: V2, compressed, base64, nanoseconds."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from hdrh.histogram import HdrHistogram

from pgbench_drivers.results.model import PERCENTILES

LOWEST_NS = 1
HIGHEST_NS = 3_600_000_000_000
SIGNIFICANT_DIGITS = 3

CURVE_PERCENTILES: tuple[float, ...] = (
    0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 75.0, 80.0, 85.0, 90.0, 92.5, 95.0, 97.5,
    98.0, 99.0, 99.5, 99.75, 99.9, 99.95, 99.99, 99.995, 99.999, 100.0,
)  # fmt: skip


class HistogramError(ValueError):
    """A runner sent something that is no histogram of the agreed form."""


def decode(encoded: str) -> HdrHistogram:
    """Decode one histogram; raises HistogramError."""
    try:
        base64.b64decode(encoded, validate=True)
        histogram = HdrHistogram.decode(encoded)
    except Exception as error:  # hdrh raises bare exceptions of many kinds
        raise HistogramError(f"not an HdrHistogram in V2 compressed base64: {error}") from error
    shape = (
        histogram.lowest_trackable_value,
        histogram.highest_trackable_value,
        histogram.significant_figures,
    )
    if shape != (LOWEST_NS, HIGHEST_NS, SIGNIFICANT_DIGITS):
        raise HistogramError(
            f"histogram has (lowest, highest, digits) {shape}, "
            f"expected {(LOWEST_NS, HIGHEST_NS, SIGNIFICANT_DIGITS)}"
        )
    return histogram


def empty() -> HdrHistogram:
    """A histogram of the agreed range and precision, without values."""
    return HdrHistogram(LOWEST_NS, HIGHEST_NS, SIGNIFICANT_DIGITS)


def merge(encoded: Iterable[str]) -> HdrHistogram:
    """The sum of several encoded histograms; raises HistogramError."""
    total = empty()
    for one in encoded:
        total.add(decode(one))
    return total


def percentiles_ns(histogram: HdrHistogram) -> dict[str, int]:
    """The percentiles that results store, keyed "25" … "99.99"."""
    values = histogram.get_percentile_to_value_dict(PERCENTILES)
    return {f"{p:g}": int(values[p]) for p in PERCENTILES}


def percentile_curve(histogram: HdrHistogram) -> tuple[tuple[float, float], ...]:
    """Points (percentile, latency in µs), only as far out as the sample supports them."""
    count = histogram.get_total_count()
    supported = [p for p in CURVE_PERCENTILES if p == 100.0 or (100.0 - p) / 100.0 * count >= 1.0]
    values = histogram.get_percentile_to_value_dict(supported)
    return tuple((p, values[p] / 1e3) for p in supported)
