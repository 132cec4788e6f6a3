"""Types of options, and the options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pgbench_drivers import transports
from pgbench_drivers.config.options import Options
from pgbench_drivers.paths import QUERIES, REGISTRY

Function = TypeVar("Function", bound=Callable[..., Any])


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


class Modes(click.ParamType[list[str]]):
    """Comma-separated modes of a run, each once."""

    name = "mode,…"
    what = "mode"
    known = "live or replay"

    def is_known(self, word: str) -> bool:
        """Whether it is one."""
        return word in {"live", "replay"}

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[str]:
        words = value if isinstance(value, list) else str(value).split(",")
        for word in words:
            if not self.is_known(word):
                self.fail(f"expected {self.known}, got {word!r}", param, ctx)
        if len(set(words)) != len(words):
            self.fail(f"names a {self.what} twice: {value}", param, ctx)
        return words


class Transports(Modes):
    """Comma-separated transports, each once."""

    name = "transport,…"
    what = "transport"
    known = "unix, tcp, tls, or with a delay tcp+1ms"

    def is_known(self, word: str) -> bool:
        return transports.is_known(word)


class OneTransport(click.ParamType[str]):
    """A transport."""

    name = "transport"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not transports.is_known(str(value)):
            self.fail(f"expected {Transports.known}, got {value!r}", param, ctx)
        return str(value)


class Rates(click.ParamType[Any]):
    """Comma-separated rates per second, or "sweep"."""

    name = "n,n,…|sweep"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, list) or value == "sweep":
            return value
        try:
            return [float(part) for part in str(value).split(",")]
        except ValueError:
            self.fail(f"expected rates separated by commas, or sweep, got {value!r}", param, ctx)


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

PLAN_OPTIONS = (
    "concurrency", "warmup", "duration", "rounds", "seed", "server", "pg_version", "transport",
    "pin_client", "pin_server",
)  # fmt: skip


def plan_options(
    defaults: Options, otherwise: str = "", *, several: bool = False
) -> Callable[[Function], Function]:
    """The options of how cells are measured; `otherwise` is added to the defaults in the help.

    With `several`, more than one transport may be given.
    """

    def default(value: object) -> str:
        return f"  [default: {value}{otherwise}]"

    added = (
        click.option(
            "-c",
            "--concurrency",
            type=NumberList(),
            help="Concurrent connections; several levels with commas."
            + default(",".join(map(str, defaults.concurrency))),
        ),
        click.option(
            "--warmup",
            type=float,
            metavar="SECONDS",
            help=f"Warm-up per cell, spread over its rounds.{default(f'{defaults.warmup:g}')}",
        ),
        click.option(
            "--duration",
            type=float,
            metavar="SECONDS",
            help="Measured time per cell, spread over its rounds."
            + default(f"{defaults.duration:g}"),
        ),
        click.option(
            "--rounds",
            type=int,
            metavar="N",
            help="Rounds per cell; all cells run once, shuffled, before any runs again."
            + default(defaults.rounds),
        ),
        click.option(
            "--seed",
            type=int,
            metavar="N",
            help=f"Seed of the shuffle.{default(defaults.seed)}",
        ),
        click.option(
            "--server",
            metavar="auto|docker|embedded|DIRECTORY|DSN",
            help="Which PostgreSQL: a container, a pip-installed one, one that is installed (the directory of its programs: /usr/lib/postgresql/17/bin), or yours (a libpq DSN or URL; only a schema of our own is touched)."
            + default(defaults.server),
        ),
        click.option(
            "--pg-version",
            metavar="N",
            help=f"Tag of the postgres image for --server docker.{default(defaults.pg_version)}",
        ),
        click.option(
            "--transport",
            type=Transports() if several else OneTransport(),
            metavar="unix|tcp|tls|tcp+Nms" + (",…" if several else ""),
            help="How clients reach the server; tls: encrypted, the server verified; tcp+1ms: each round trip takes a millisecond longer."
            + (
                " Several: the same plan in each, one after the other, each in a directory of its own."
                if several
                else ""
            )
            + default(defaults.transport),
        ),
        click.option(
            "--pin-client",
            type=NumberList(),
            metavar="CPU,…",
            help="CPUs that the runners may use.",
        ),
        click.option(
            "--pin-server", type=NumberList(), metavar="CPU,…", help="CPUs that the server may use."
        ),
    )

    def add(command: Function) -> Function:
        for option in reversed(added):
            command = option(command)
        return command

    return add
