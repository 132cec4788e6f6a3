"""Languages are told apart by colour whatever the reader's colour vision, and without colour."""

from __future__ import annotations

import itertools
import math

import pytest

from pgbench_drivers.report.languages import SLOTS

Vector = tuple[float, float, float]

# Linear RGB as it is seen; Machado, Oliveira and Fernandes (2009), severity 1.
VISIONS: dict[str, tuple[Vector, Vector, Vector]] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE = (0.9505, 1.0, 1.089)
CLEARLY_DIFFERENT = 10
"""In CIE 1976 units, of which some two are just noticeable."""


def times(matrix: tuple[Vector, Vector, Vector], vector: Vector) -> Vector:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def linear(colour: str) -> Vector:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return r, g, b


def lab(rgb: Vector) -> Vector:
    r, g, b = (min(1.0, max(0.0, part)) for part in rgb)
    scaled = (v / w for v, w in zip(times(TO_XYZ, (r, g, b)), WHITE, strict=True))
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in scaled)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("vision", sorted(VISIONS))
def test_the_colours_of_our_languages_differ_for_every_reader(vision: str, theme: str) -> None:
    seen = [lab(times(VISIONS[vision], linear(getattr(slot, theme)))) for slot in SLOTS[:3]]
    for one, other in itertools.combinations(seen, 2):
        assert math.dist(one, other) > CLEARLY_DIFFERENT


def test_pattern_and_marker_alone_tell_languages_apart() -> None:
    assert len({slot.hatch for slot in SLOTS}) == len(SLOTS)
    assert len({slot.marker for slot in SLOTS}) == len(SLOTS)
