"""What a run can be told: `bench.toml` and flags, merged, flags first."""

from __future__ import annotations

import fnmatch
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from pgbench_drivers.config import toml
from pgbench_drivers.errors import UserError
from pgbench_drivers.transports import Transport

Positive = Annotated[int, Meta(ge=1)]
Rate = Annotated[float, Meta(gt=0)]
Cpus = Annotated[list[Annotated[int, Meta(ge=0)]], Meta(min_length=1)]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A run's options; the defaults are those of the 2016 announcement.

    `warmup` and `duration` are seconds per cell, spread evenly over its
    `rounds`. `timeout` are the seconds that a driver may be silent beyond
    what its window takes; `aa` is the driver that is measured twice; with
    `audit`, what each driver sends is looked at before anything is measured.
    In the `mode` "replay" a recording of the server answers in its place.
    With a `precision` (a share) the headline's cells get further rounds until
    their intervals are that narrow, or `max_time` seconds are over.

    With a `rate` the run is an open loop: so many queries are due per second,
    over all connections of a runner, or with "sweep" shares of the throughput
    that each driver has on each query; `arrivals` is the process by which they
    are due, and a Poisson process unless it is set.
    """

    drivers: list[str] = msgspec.field(default_factory=lambda: ["*"])
    queries: list[str] = msgspec.field(default_factory=lambda: ["*"])
    concurrency: Annotated[list[Positive], Meta(min_length=1)] = msgspec.field(
        default_factory=lambda: [8]
    )
    warmup: Annotated[float, Meta(ge=0)] = 5.0
    duration: Annotated[float, Meta(gt=0)] = 10.0
    rounds: Positive = 5
    seed: int = 1
    server: str = "auto"
    pg_version: str = "18"
    transport: Transport = "tcp"
    mode: Literal["live", "replay"] = "live"
    pin_client: Cpus | None = None
    pin_server: Cpus | None = None
    timeout: Annotated[float, Meta(gt=0)] = 60.0
    aa: str | None = None
    audit: bool = True
    precision: Annotated[float, Meta(gt=0)] | None = None
    max_time: Annotated[float, Meta(gt=0)] = 3600.0
    rate: Annotated[list[Rate], Meta(min_length=1)] | Literal["sweep"] | None = None
    arrivals: Literal["poisson", "constant"] | None = None

    @property
    def rates(self) -> list[float | None]:
        """The rates of every cell; one that is not known yet, or that there is none, is None."""
        return [*self.rate] if isinstance(self.rate, list) else [None]


FEWEST_QUERIES = 10
"""In a window of an open loop, on average: a Poisson process then leaves none empty."""

QUICK: dict[str, Any] = {"warmup": 0.25, "duration": 0.75, "rounds": 1}


def load_options(config: Path | None, flags: dict[str, Any], *, quick: bool) -> Options:
    """Options of the file, then of `quick`, then of the flags that are not None.

    Raises UserError that names the file or the flag.
    """
    from_file = msgspec.structs.asdict(toml.load(config, Options)) if config else {}
    given = {name: value for name, value in flags.items() if value is not None}
    merged = {**from_file, **(QUICK if quick else {}), **given}
    try:
        options = msgspec.convert(merged, Options)
    except msgspec.ValidationError as error:
        raise UserError(f"options: {error}".replace("$.", "--")) from error
    if len(set(options.concurrency)) != len(options.concurrency):
        raise UserError("options: --concurrency names a level twice")
    _check_open_loop(options)
    if options.mode == "replay" and options.transport == "tls":
        raise UserError(
            "options: --transport tls does not work with --mode replay, whose server declines "
            "encryption: choose tcp, or measure tls with --mode live"
        )
    return options


def _check_open_loop(options: Options) -> None:
    if options.rate is None:
        if options.arrivals is not None:
            raise UserError("options: --arrivals is of an open loop: give it a --rate")
        return
    for name in ("precision", "aa"):
        if getattr(options, name) is not None:
            raise UserError(
                f"options: --{name} is about throughput, which --rate prescribes: leave out one"
            )
    if options.rate == "sweep":
        if options.mode == "replay":
            raise UserError(
                "options: --rate sweep measures throughput at the server itself: "
                "name the rates for --mode replay"
            )
        return
    if len(set(options.rate)) != len(options.rate):
        raise UserError("options: --rate names a rate twice")
    slowest, seconds = min(options.rate), options.duration / options.rounds
    if slowest * seconds < FEWEST_QUERIES:
        raise UserError(
            f"options: --rate {slowest:g} gives {slowest * seconds:.3g} queries "
            f"in a window of {seconds:.3g} s, at least {FEWEST_QUERIES} are needed: "
            "raise it, or --duration, or lower --rounds"
        )


def select(
    names: Iterable[str],
    patterns: Sequence[str],
    what: str,
    only_if_named: Container[str] = (),
) -> list[str]:
    """The names that match a glob pattern, in their own order; raises UserError.

    A pattern that starts with "!" takes names away again. A plain "*" stands
    for all but those that are run `only_if_named`.
    """
    known = list(names)
    wanted = [p for p in patterns if not p.startswith("!")] or ["*"]
    unwanted = [p[1:] for p in patterns if p.startswith("!")]
    for pattern in [*wanted, *unwanted]:
        if not fnmatch.filter(known, pattern):
            raise UserError(f"no {what} matches {pattern!r}; there are: {', '.join(known)}")

    def is_wanted(name: str) -> bool:
        return any(
            fnmatch.fnmatch(name, pattern) and not (pattern == "*" and name in only_if_named)
            for pattern in wanted
        )

    return [
        name
        for name in known
        if is_wanted(name) and not any(fnmatch.fnmatch(name, p) for p in unwanted)
    ]
