"""A driver that was warmed up longer than the others says so."""

from __future__ import annotations

import io

import msgspec
from cutting import Cut

from pgbench_drivers.export.markdown import write_markdown
from pgbench_drivers.report.html import render
from pgbench_drivers.report.standings import Analysed


def test_the_language_and_its_seconds_are_said(cut: Cut) -> None:
    plain = cut(["asyncpg", "pgx"], ["pg_type"])
    own = plain.options.warmup_seconds / plain.options.rounds * 10
    drivers = [
        msgspec.structs.replace(d, warmup=10.0) if d.name == "pgx" else d for d in plain.drivers
    ]
    said = f" s (Go: {own:.3g} s) of warm-up"
    longer = msgspec.structs.replace(plain, drivers=drivers)
    assert said in render(Analysed.of(longer))
    assert "(Go: " not in render(Analysed.of(plain))
    written = io.StringIO()
    write_markdown(longer, written)
    assert said in written.getvalue()
