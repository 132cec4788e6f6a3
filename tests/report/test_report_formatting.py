"""Numbers keep three significant digits and a unit that fits."""

from __future__ import annotations

import pytest

from pgbench_drivers.report import formatting


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"), (1.0, "1.00"), (12.345, "12.3"), (999.4, "999"), (999.6, "1.00 k"),
        (45_600, "45.6 k"), (1_234_567, "1.23 M"), (2.5e9, "2.50 G"), (0.0123, "0.0123"),
        (None, "n/a"), (float("nan"), "n/a"), (float("inf"), "n/a"),
    ],
)  # fmt: skip
def test_counts_have_three_digits_and_a_magnitude(value: float | None, expected: str) -> None:
    assert formatting.count(value).replace(formatting.THIN_SPACE, " ") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0941, "94.1 ns"), (0.9996, "1.00 µs"), (812.4, "812 µs"), (999.7, "1.00 ms"),
        (12_345, "12.3 ms"), (2_500_000, "2.50 s"), (0, "0 µs"), (None, "n/a"),
    ],
)  # fmt: skip
def test_times_adapt_their_unit(value: float | None, expected: str) -> None:
    assert formatting.microseconds(value).replace(formatting.THIN_SPACE, " ") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, "1.00×"), (0.764, "0.76×"), (0.125, "0.13×"), (13.47, "13.5×"), (0.0123, "0.012×")],
)
def test_ratios_read_from_a_hundredth_to_thousands(value: float, expected: str) -> None:
    assert formatting.ratio(value) == expected


def test_a_range_names_its_unit_once() -> None:
    assert formatting.spread(1.2e6, 1.25e6, "rows/s") == "1.20–1.25\u202fM"
    assert formatting.spread(990, 1100, "µs") == "990\u202fµs–1.10\u202fms"
    assert formatting.spread(5, 5, "µs") == "5.00\u202fµs"
