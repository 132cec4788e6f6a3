"""`pgbench-drivers exec`."""

from __future__ import annotations

import os
import subprocess

import click

from pgbench_drivers.errors import UserError
from pgbench_drivers.paths import DRIVERS
from pgbench_drivers.toolchains import TOOLCHAINS, ToolchainError, UnsuitableError
from pgbench_drivers.toolchains.alone import alone


@click.command(
    name="exec",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option(
    "-e",
    "--environment",
    default="default",
    metavar="NAME",
    help="Set of packages (Python only), as in drivers/python/environments/.  [default: default]",
)
@click.option(
    "--optional",
    is_flag=True,
    help="Where the language is not for this machine, say why and succeed.",
)
@click.argument("language", type=click.Choice(sorted(TOOLCHAINS)))
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(environment: str, optional: bool, language: str, command: tuple[str, ...]) -> int:
    """Run COMMAND in the folder of LANGUAGE's runner, with the tools that the runner uses.

    For work on a runner where these tools are not installed system-wide:

    \b
    pgbench-drivers exec go go test ./...
    pgbench-drivers exec node npm test
    pgbench-drivers exec --optional rust cargo test --release
    pgbench-drivers exec -e pgstride-tests python python -m pytest ../../pgstride
    """
    try:
        with alone(_say):
            tools = TOOLCHAINS[language].tools(environment, _say)
    except ToolchainError as error:
        if optional and isinstance(error, UnsuitableError):
            click.echo(f"{language}: not run: {error}", err=True)
            return 0
        raise UserError(f"{language}: {error}") from error
    variables = {**os.environ, **tools}
    # On POSIX the program too is looked up in the PATH of `variables`.
    done = subprocess.run(command, cwd=DRIVERS / language, env=variables, check=False)
    return done.returncode


def _say(text: str) -> None:
    click.echo(text, err=True)
