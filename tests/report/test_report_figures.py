"""Static figures: every one as PNG and SVG, the SVG the same at every run."""

from __future__ import annotations

import struct
from pathlib import Path

from cutting import Cut

from pgbench_drivers.report.figures import DRAWINGS, write_figures

NAMES = {f"{name}.{kind}" for name in DRAWINGS for kind in ("png", "svg")}


def test_figures_are_written_and_reproducible(cut: Cut, tmp_path: Path) -> None:
    run = cut(["asyncpg", "postgres", "pgx", "pg-native"], ["pg_type", "copy"])
    first = write_figures(run, tmp_path / "a")
    again = write_figures(run, tmp_path / "b")
    assert {p.name for p in first} == NAMES
    for one, other in zip(first, again, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
        if one.suffix == ".png":
            width, height = struct.unpack(">II", one.read_bytes()[16:24])
            assert width > 1000
            assert height > 300


def test_a_run_without_figures_still_draws(cut: Cut, tmp_path: Path) -> None:
    assert len(write_figures(cut(["pg-native"], ["pg_type"]), tmp_path)) == len(NAMES)
