"""Types of options, and the options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pgbench_drivers.paths import QUERIES, REGISTRY


class NumberList(click.ParamType[list[int]]):
    """Comma-separated whole numbers."""

    name = "n,n,…"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[int]:
        if isinstance(value, list):
            return value
        try:
            return [int(part) for part in str(value).split(",")]
        except ValueError:
            self.fail(f"expected numbers separated by commas, got {value!r}", param, ctx)


class Duration(click.ParamType[float]):
    """Seconds, or minutes and hours with their letter: 90, 20m, 2h."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        text = str(value)
        unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1:], 0)
        try:
            return float(text[:-1]) * unit if unit else float(text)
        except ValueError:
            self.fail(f"expected a time such as 90s, 20m or 1h, got {value!r}", param, ctx)


class Percentage(click.ParamType[float]):
    """A positive share, written with its sign: 5%."""

    name = "n%"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        number, sign, rest = str(value).partition("%")
        try:
            share = float(number) / 100
        except ValueError:
            share = 0.0
        if not sign or rest or not 0 < share < 10:
            self.fail(f"expected a percentage above zero such as 5%, got {value!r}", param, ctx)
        return share


registry_option = click.option(
    "--registry",
    type=click.Path(path_type=Path, dir_okay=False),
    default=REGISTRY,
    help="Driver registry.  [default: drivers/drivers.toml]",
)

queries_option = click.option(
    "--queries-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=QUERIES,
    help="Query files.  [default: queries/]",
)

timeout_option = click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    help="How long a driver may be silent beyond its window before it counts as hung.  [default: 60]",
)
