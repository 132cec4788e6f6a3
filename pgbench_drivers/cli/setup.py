"""`pgbench-drivers setup`."""

from __future__ import annotations

import click

from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.execution.preparing import prepare_runners
from pgbench_drivers.paths import REGISTRY


@click.command()
def setup() -> int:
    """Install and build every language's runner; what is up to date is left alone.

    `run` does the same before it measures.
    """
    prepared = prepare_runners(load_registry(REGISTRY), lambda text: click.echo(text, err=True))
    for driver in prepared.not_run:
        click.echo(f"not available: {driver}", err=True)
    return 1 if prepared.missing else 0
