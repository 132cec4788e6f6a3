"""The command `pgbench-drivers`: arguments in, words and exit codes out."""

from __future__ import annotations

import sys
import traceback

import click

from pgbench_drivers import __version__, signals
from pgbench_drivers.cli.audit import audit_drivers
from pgbench_drivers.cli.compare import compare_runs
from pgbench_drivers.cli.cost import cost
from pgbench_drivers.cli.doctor import doctor
from pgbench_drivers.cli.exec import execute
from pgbench_drivers.cli.export import export
from pgbench_drivers.cli.gate import gate
from pgbench_drivers.cli.listing import list_things
from pgbench_drivers.cli.replay import replay
from pgbench_drivers.cli.report import report
from pgbench_drivers.cli.run import run
from pgbench_drivers.cli.setup import setup
from pgbench_drivers.errors import UserError

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="pgbench-drivers")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """Measure PostgreSQL drivers of several languages against each other.

    \b
    pgbench-drivers run                          all drivers, all queries
    pgbench-drivers run --quick                  the same with short windows
    pgbench-drivers run -d asyncpg -d 'psycopg*' some drivers only
    pgbench-drivers run --dry-run                what would run, and how long
    pgbench-drivers list drivers                 what there is to run
    pgbench-drivers doctor                       what this machine can run
    pgbench-drivers audit                        what each driver really sends
    pgbench-drivers cost                         start-up, connecting, memory, switches
    pgbench-drivers compare A.json B.json        two results, with intervals
    pgbench-drivers gate --base-ref main         fail when something became slower

    Exit codes: 0 everything was measured; 1 a driver failed or could not be
    run, the others were measured; 2 wrong usage, or the run itself failed;
    130 interrupted. `gate --help` tells its own.
    """
    context.obj = {"debug": debug}


for command in (
    run, replay, report, export, compare_runs, gate, audit_drivers, cost, list_things, doctor, setup, execute,
):  # fmt: skip
    cli.add_command(command)


def main() -> None:
    """Entry point: errors become one sentence on stderr."""
    try:
        code = cli.main(standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        signals.hold()
        code = _say("interrupted", EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        code = EXIT_USAGE
    except (UserError, OSError) as error:
        if "--debug" in sys.argv:
            traceback.print_exc()
        code = _say(f"error: {_sentence(error)}", EXIT_USAGE)
    sys.exit(code if isinstance(code, int) else 0)


def _sentence(error: UserError | OSError) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _say(text: str, code: int) -> int:
    click.echo(f"pgbench-drivers: {text}", err=True)
    return code
