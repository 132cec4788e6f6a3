"""`pgbench-drivers doctor`."""

from __future__ import annotations

import click

from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.execution import environment
from pgbench_drivers.paths import QUERIES, REGISTRY
from pgbench_drivers.server import probe_servers
from pgbench_drivers.toolchains import TOOLCHAINS


@click.command()
def doctor() -> None:
    """Say what this machine can run, what is missing, and how to get it."""
    machine = environment.describe()
    click.echo(
        f"machine    {machine.cpu_model}, {machine.cpu_cores} cores, {machine.operating_system}"
    )
    for warning in environment.warnings(machine):
        click.echo(f"  note     {warning}")
    click.echo("servers")
    for server in probe_servers():
        click.echo(f"  {_mark(server.available)} {server.name:<9} {server.text}")
    click.echo("languages")
    for name, toolchain in TOOLCHAINS.items():
        probe = toolchain.probe()
        click.echo(f"  {_mark(probe.available)} {name:<9} {probe.text}")
    click.echo(f"drivers    {len(load_registry(REGISTRY))}, queries {len(load_queries(QUERIES))}")


def _mark(available: bool) -> str:
    return "yes" if available else "no "
