"""`pgbench-drivers replay`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pgbench_drivers.errors import UserError
from pgbench_drivers.toolchains import ToolchainError
from pgbench_drivers.toolchains.c import build_replay_server


@click.command()
@click.argument("recording", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="TCP port.  [default: a free one]"
)
@click.option(
    "--unix",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIRECTORY",
    help="Listen on a unix socket in this directory as well.",
)
def replay(recording: Path, port: int, unix: Path | None) -> None:
    """Answer PostgreSQL clients from RECORDING, which `run --mode replay` leaves behind.

    For work on a driver: its client side alone, without a PostgreSQL. Any user
    is let in at 127.0.0.1. stdout gets a line of JSON with the port, and
    another with what was served at SIGUSR1 and at the end (Ctrl-C).
    """
    try:
        program = build_replay_server(lambda text: click.echo(text, err=True))
    except ToolchainError as error:
        raise UserError(str(error)) from error
    socket = ["--unix", str(unix)] if unix else []
    os.execv(program, [str(program), str(recording), "--port", str(port), *socket])  # noqa: S606
